import { round } from '../../lib/round.js'

const WINDOW_MS = 60_000
/** Shortest time between two samples: short intervals need no more. */
const STEP_MS = 1_000

interface Sample {
  readonly at: number
  readonly total: number
}

/** Rate per minute of a counter that only grows, over about the last minute. */
export class Throughput {
  #samples: Sample[] = []

  /**
   * @param at ms, by a monotonic clock
   * @param total null if unknown; lower than before after a restart
   * @returns per minute; null while unknown
   */
  note(at: number, total: number | null): number | null {
    const last = this.#samples.at(-1)
    if (total === null || (last && total < last.total)) this.#samples = []
    if (total === null) return null
    this.#keep({ at, total })
    const [first] = this.#samples
    if (!first || at <= first.at) return null
    return round(((total - first.total) / (at - first.at)) * 60_000)
  }

  #keep(sample: Sample): void {
    const samples = this.#samples
    const before = samples.at(-2)
    if (before && sample.at - before.at < STEP_MS) samples.pop()
    samples.push(sample)
    // One sample older than the window stays, so that the window is covered.
    while (samples[1] && samples[1].at <= sample.at - WINDOW_MS) samples.shift()
  }
}
