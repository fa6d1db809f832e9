import type { AlertCondition, AlertRule } from '../../api/alerts.js'
import type { PastValue } from './history.js'
import { type Moment, momentsOf } from './moments.js'

/** A time in which a rule would have fired for a subject. Unix ms; `to` is null while it still would. */
export interface Fire {
  readonly from: number
  readonly to: number | null
  /** The condition that was met first, and its worst value. */
  readonly condition: AlertCondition
  readonly value: number | null
}

/**
 * Goes through the past of one subject as the engine goes through its looks: unknown times stand still.
 *
 * @param series by condition, in the order of the rule's
 */
export function firesOf(
  { conditions, forMs, clearForMs }: Pick<AlertRule, 'conditions' | 'forMs' | 'clearForMs'>,
  series: readonly (readonly PastValue[])[],
): readonly Fire[] {
  const course = new Course(forMs, clearForMs, conditions)
  for (const moment of momentsOf(conditions, series)) course.go(moment)
  return course.fires
}

/** What became of one subject, moment by moment. */
class Course {
  readonly #forMs: number
  readonly #clearForMs: number
  readonly #conditions: readonly AlertCondition[]
  readonly #ended: Fire[] = []
  #fire: Fire | null = null
  /** The condition that was met last. */
  #metBy = -1
  /** How long it has been met, while it does not fire, and clear, while it does: ms of the time that is known; null: it is not. */
  #metFor: number | null = null
  #clearFor: number | null = null

  constructor(forMs: number, clearForMs: number, conditions: readonly AlertCondition[]) {
    this.#forMs = forMs
    this.#clearForMs = clearForMs
    this.#conditions = conditions
  }

  get fires(): readonly Fire[] {
    return this.#fire ? [...this.#ended, this.#fire] : this.#ended
  }

  go(now: Moment): void {
    if (now.verdict === 'met') this.#meet(now)
    else if (now.verdict === 'between') this.#clearFor = null
    // What was met decides whether it ends: that others are clear says nothing of it.
    else if (now.verdict === 'clear' && now.values[this.#metBy] !== null) this.#clear(now)
  }

  #meet(now: Moment): void {
    const { metBy, at } = now
    this.#metBy = metBy
    this.#clearFor = null
    if (this.#fire) {
      this.#fire = worse(this.#fire, this.#conditions[metBy], now.values[metBy] ?? null)
      return
    }
    this.#metFor = longer(this.#metFor, now)
    const condition = this.#conditions[metBy]
    if (condition && this.#metFor >= this.#forMs)
      this.#fire = { from: at, to: null, condition, value: now.values[metBy] ?? null }
  }

  #clear(now: Moment): void {
    this.#metFor = null
    if (!this.#fire) return
    this.#clearFor = longer(this.#clearFor, now)
    if (this.#clearFor < this.#clearForMs) return
    this.#ended.push({ ...this.#fire, to: now.at })
    this.#fire = null
    this.#clearFor = null
  }
}

/** A value of a moment has lasted for no time when it is seen first. */
function longer(ms: number | null, { from, at, lasts }: Moment): number {
  const passed = at - from
  return ms === null ? (lasts ? passed : 0) : ms + passed
}

/** Values of another condition may have another unit. */
function worse(fire: Fire, condition: AlertCondition | undefined, value: number | null): Fire {
  if (fire.condition !== condition || value === null) return fire
  if (fire.value === null) return { ...fire, value }
  const isLowWorse = condition.is === 'below' || condition.is === 'atMost'
  return { ...fire, value: isLowWorse ? Math.min(fire.value, value) : Math.max(fire.value, value) }
}
