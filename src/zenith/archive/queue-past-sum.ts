import type { QueueSample } from '../../api/queues.js'
import type { StoredQueue } from '../../archiver/figures/queue-bucket.js'
import { roundToFourDigits } from '../../lib/round.js'

/** Figures that have a mean. */
const FIGURES = ['backlog', 'in', 'out'] as const
type Figure = (typeof FIGURES)[number]

/** The parts of a time that samples are of. Times are Unix ms. */
export interface SampledTime {
  readonly from: number
  readonly to: number
  /** Length of a step, ms. */
  readonly step: number
  /** Length of a sample, ms: some steps. */
  readonly sample: number
}

/** What was read of a queue at the end of the time. */
export interface LastReading {
  readonly queue: StoredQueue
  /** Unix ms */
  readonly at: number
}

/** What one queue adds up to over a time. Steps are added from the newest on. */
export class QueuePastSum {
  readonly services = new Set<string>()
  /** End of the last step in which it was read, Unix ms; null as long as nothing was added. */
  at: number | null = null
  backlogMax: number | null = null
  oldestMs: number | null = null
  /** How long it was read, ms. */
  readMs = 0
  readonly #time: SampledTime
  /** By sample and figure: a sum of values by their time, and that time, ms. Thousands of queues have hundreds of steps. */
  readonly #sums: Float64Array

  /** @param last as it was read last */
  constructor(
    readonly last: StoredQueue,
    time: SampledTime,
  ) {
    this.#time = time
    this.#sums = new Float64Array(Math.ceil((time.to - time.from) / time.sample) * FIGURES.length * 2)
  }

  /** @param from start of the step, Unix ms */
  add(from: number, queue: StoredQueue): void {
    const { step, sample } = this.#time
    const ms = Math.min(step, queue.ms)
    this.at ??= from + step
    this.readMs += ms
    this.backlogMax = higher(this.backlogMax, queue.max('backlog'))
    this.oldestMs = higher(this.oldestMs, queue.max('oldestMs'))
    const start = Math.floor((from - this.#time.from) / sample) * FIGURES.length
    for (const [index, figure] of FIGURES.entries()) {
      const mean = queue.mean(figure)
      if (mean === null) continue
      const place = (start + index) * 2
      this.#sums[place] = (this.#sums[place] ?? 0) + mean * ms
      this.#sums[place + 1] = (this.#sums[place + 1] ?? 0) + ms
    }
  }

  /** The mean over the time in which it was known; null if it never was. */
  mean(figure: Figure): number | null {
    const samples = Array.from({ length: this.#sums.length / FIGURES.length / 2 }, (_, index) => index)
    return this.#mean(samples, figure)
  }

  /** @param end of the last sample, Unix ms */
  samples(end: number): QueueSample[] {
    const { from, sample } = this.#time
    return Array.from({ length: this.#sums.length / FIGURES.length / 2 }, (_, index) => {
      const backlog = this.#mean([index], 'backlog')
      return {
        at: Math.min(from + (index + 1) * sample, end),
        backlog: backlog === null ? null : Math.ceil(backlog),
        in: this.#mean([index], 'in'),
        out: this.#mean([index], 'out'),
      }
    })
  }

  #mean(samples: readonly number[], figure: Figure): number | null {
    let [sum, ms] = [0, 0]
    for (const sample of samples) {
      const place = (sample * FIGURES.length + FIGURES.indexOf(figure)) * 2
      sum += this.#sums[place] ?? 0
      ms += this.#sums[place + 1] ?? 0
    }
    return ms > 0 ? roundToFourDigits(sum / ms) : null
  }
}

function higher(one: number | null, other: number | null): number | null {
  return other === null ? one : Math.max(one ?? other, other)
}
