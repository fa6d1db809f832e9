import { type JobPayload, MAX_PAYLOAD_CHARS } from '../../protocol/index.js'
import { wrapCreate } from './internals.js'
import type { BullJob, WorkerLike } from './job.js'

/** A payload that was changed is not written as JSON beyond this number of characters. */
const MAX_STRINGIFIED = 4 * MAX_PAYLOAD_CHARS

/**
 * The payloads of a worker's jobs as their queue stores them: BullMQ parses the text, and writing it anew would take longer and change
 * large numbers.
 */
export class Payloads {
  /**
   * Of jobs that the worker took and that did not end. It holds none of them in memory: of one that was lost, or that the app took itself,
   * no end is heard. The next attempt at a job is another object, and may begin before this one is settled.
   */
  #known = new WeakMap<BullJob, JobPayload>()
  readonly #unwrap: (() => void) | null

  constructor(worker: WorkerLike) {
    this.#unwrap = wrapCreate(worker, (original) => (stored, ...rest) => {
      const job = original(stored, ...rest)
      this.#note(job, stored?.data)
      return job
    })
  }

  /** Null for one that is too long or that has no JSON form. */
  take(job: BullJob): JobPayload | null {
    const known = this.#known.get(job)
    if (!known) return stringified(job.data)
    this.forget(job)
    return known
  }

  forget(job: BullJob): void {
    this.#known.delete(job)
  }

  close(): void {
    this.#unwrap?.()
    this.#known = new WeakMap()
  }

  #note(job: BullJob, text: unknown): void {
    if (job.id && typeof text === 'string') this.#known.set(job, payloadOf(text))
  }
}

function payloadOf(text: string): JobPayload {
  if (text.length <= MAX_PAYLOAD_CHARS) return { text, isCut: false }
  // A slice would hold the whole text in memory.
  return { text: Buffer.from(text.slice(0, MAX_PAYLOAD_CHARS).toWellFormed()).toString(), isCut: true }
}

function stringified(data: unknown): JobPayload | null {
  let chars = 0
  const count = (key: string, value: unknown): unknown => {
    chars += key.length + 4 + (typeof value === 'string' ? value.length : 0)
    if (chars > MAX_STRINGIFIED) throw new RangeError('too long')
    return value
  }
  try {
    const text = JSON.stringify(data, count)
    return text === undefined ? null : payloadOf(text)
  } catch {
    return null
  }
}
