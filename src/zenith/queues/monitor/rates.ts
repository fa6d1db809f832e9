import type { QueueReading } from '../../../ports/index.js'
import type { QueueThroughput } from '../../../protocol/index.js'
import { round } from '../../fleet/services/figures.js'

/** What a rate is taken over, and what is too short for one, ms. */
const WINDOW_MS = 60_000
const MIN_SPAN_MS = 2_000

type Totals = NonNullable<QueueReading['totals']>

/** Makes rates of totals that only grow, by queue. */
export class Rates {
  readonly #seen = new Map<string, (Totals & { readonly at: number })[]>()

  /** Jobs per minute since about a minute ago; null until that can be told. @param at Unix ms */
  rateOf(queue: string, totals: QueueReading['totals'], at: number): QueueThroughput | null {
    if (!totals) return null
    const before = (this.#seen.get(queue) ?? []).filter((seen) => isBefore(seen, totals))
    // One that is older than the window stays, so that there is something to compare with.
    const start = before.findLastIndex((seen) => at - seen.at >= WINDOW_MS)
    const kept = before.slice(Math.max(0, start))
    this.#seen.set(queue, [...kept, { ...totals, at }])
    const first = kept[0]
    if (!first || at - first.at < MIN_SPAN_MS) return null
    const minutes = (at - first.at) / 60_000
    return { in: perMinute(first.in, totals.in, minutes), out: perMinute(first.out, totals.out, minutes) }
  }

  retain(queues: { has(queue: string): boolean }): void {
    for (const queue of this.#seen.keys()) if (!queues.has(queue)) this.#seen.delete(queue)
  }
}

/** Totals that became smaller began anew. */
function isBefore(seen: Totals, totals: Totals): boolean {
  return (seen.in ?? 0) <= (totals.in ?? seen.in ?? 0) && (seen.out ?? 0) <= (totals.out ?? seen.out ?? 0)
}

function perMinute(from: number | null, to: number | null, minutes: number): number | null {
  return from === null || to === null ? null : round((to - from) / minutes)
}
