import type { Track } from './track.js'

const NONE: ReadonlyMap<string, Track> = new Map()

/** Alerts by id, and those of each rule: with many rules and alerts no rule may look through all of them. */
export class Tracks {
  readonly #all = new Map<string, Track>()
  readonly #byRule = new Map<string, Map<string, Track>>()

  get size(): number {
    return this.#all.size
  }

  /** A copy: may be changed while it is gone through. */
  list(): readonly Track[] {
    return [...this.#all.values()]
  }

  get(id: string): Track | undefined {
    return this.#all.get(id)
  }

  /** A copy, too. */
  ofRule(rule: string): readonly Track[] {
    return [...(this.#byRule.get(rule) ?? NONE).values()]
  }

  countOf(rule: string): number {
    return this.#byRule.get(rule)?.size ?? 0
  }

  set(track: Track): void {
    this.#all.set(track.id, track)
    const group = this.#byRule.get(track.rule)
    if (group) group.set(track.id, track)
    else this.#byRule.set(track.rule, new Map([[track.id, track]]))
  }

  delete({ id, rule }: Pick<Track, 'id' | 'rule'>): void {
    this.#all.delete(id)
    const group = this.#byRule.get(rule)
    group?.delete(id)
    if (group?.size === 0) this.#byRule.delete(rule)
  }

  clear(): void {
    this.#all.clear()
    this.#byRule.clear()
  }

  /** Whether another Zenith would go on differently without what changed: figures that are new with each look do not count. */
  differFrom(before: readonly Track[]): boolean {
    if (before.length !== this.#all.size) return true
    return before.some((track) => {
      const now = this.#all.get(track.id)
      return !now || (now !== track && differs(now, track))
    })
  }
}

const KEPT = [
  ...(['state', 'isUnknown', 'ruleName', 'severity', 'since', 'firedAt', 'missed', 'acknowledged'] as const),
  ...(['sentAt', 'isOwed', 'times', 'cause', 'silence'] as const),
]
/** Time that was held is kept in steps, ms. */
const HELD_STEP_MS = 30_000

function differs(a: Track, b: Track): boolean {
  const step = ({ heldMs }: Track) => Math.floor(heldMs / HELD_STEP_MS)
  return KEPT.some((field) => a[field] !== b[field]) || a.condition.metric !== b.condition.metric || step(a) !== step(b)
}
