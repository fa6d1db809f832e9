import type { AlertCondition, AlertRule } from '../../api/alerts.js'
import { isClear, isMet } from '../judge.js'
import type { PastValue } from './history.js'

/** A time in which a rule would have fired for a subject. Unix ms; `to` is null while it still would. */
export interface Fire {
  readonly from: number
  readonly to: number | null
  readonly value: number | null
}

/** What the conditions of a rule say at one moment. */
interface Judged {
  readonly at: number
  readonly isKnown: boolean
  readonly isMet: boolean
  readonly isClear: boolean
  readonly value: number | null
}

/** @param series by condition, in the order of the rule's; times at which nothing is known let the durations stand still */
export function firesOf(
  { conditions, forMs, clearForMs }: Pick<AlertRule, 'conditions' | 'forMs' | 'clearForMs'>,
  series: readonly (readonly PastValue[])[],
): readonly Fire[] {
  const course = new Course(forMs, clearForMs, conditions[0])
  for (const moment of judgedOf(conditions, series)) course.go(moment)
  return course.fires
}

/** What became of one subject, moment by moment. */
class Course {
  readonly #forMs: number
  readonly #clearForMs: number
  readonly #condition: AlertCondition | undefined
  readonly #ended: Fire[] = []
  #fire: Fire | null = null
  #last = 0
  /** How long it has been met, or clear, of the time that is known, ms; null: it is not. */
  #metFor: number | null = null
  #clearFor: number | null = null

  constructor(forMs: number, clearForMs: number, condition: AlertCondition | undefined) {
    this.#forMs = forMs
    this.#clearForMs = clearForMs
    this.#condition = condition
  }

  get fires(): readonly Fire[] {
    return this.#fire ? [...this.#ended, this.#fire] : this.#ended
  }

  go(now: Judged): void {
    const passed = now.at - this.#last
    this.#last = now.at
    if (!now.isKnown) return
    this.#metFor = now.isMet ? longer(this.#metFor, passed) : null
    this.#clearFor = now.isClear ? longer(this.#clearFor, passed) : null
    if (this.#fire && now.isMet)
      this.#fire = { ...this.#fire, value: worse(this.#condition, this.#fire.value, now.value) }
    if (!this.#fire && this.#metFor !== null && this.#metFor >= this.#forMs)
      this.#fire = { from: now.at, to: null, value: now.value }
    else if (this.#fire && this.#clearFor !== null && this.#clearFor >= this.#clearForMs) this.#end(this.#fire, now.at)
  }

  #end(fire: Fire, at: number): void {
    this.#ended.push({ ...fire, to: at })
    this.#fire = null
  }
}

function longer(ms: number | null, passed: number): number {
  return ms === null ? 0 : ms + passed
}

/** Each moment of which there is a value, oldest first. */
function judgedOf(conditions: readonly AlertCondition[], series: readonly (readonly PastValue[])[]): Judged[] {
  const moments = new Map<number, Map<AlertCondition, PastValue>>()
  for (const [index, condition] of conditions.entries()) {
    for (const value of series[index] ?? []) {
      const moment = moments.get(value.at) ?? new Map()
      moments.set(value.at, moment.set(condition, value))
    }
  }
  return [...moments].sort(([a], [b]) => a - b).map(([at, values]) => judge(at, values))
}

function judge(at: number, values: ReadonlyMap<AlertCondition, PastValue>): Judged {
  const known = [...values].filter(([, { value }]) => value !== null)
  const met = known.find(([condition, { value, count }]) => isMet(condition, value, count))
  const clear = known.length === values.size && known.every(([one, { value, count }]) => isClear(one, value, count))
  return { at, isKnown: known.length > 0, isMet: met !== undefined, isClear: clear, value: met?.[1].value ?? null }
}

function worse(condition: AlertCondition | undefined, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return condition?.is === 'below' || condition?.is === 'atMost' ? Math.min(a, b) : Math.max(a, b)
}
