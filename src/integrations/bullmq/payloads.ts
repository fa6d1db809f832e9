import { type JobPayload, MAX_PAYLOAD_CHARS } from '../../protocol/index.js'
import { wrapCreate } from './internals.js'
import type { BullJob, WorkerLike } from './job.js'

/** Payloads of jobs that a worker took and that did not end: as many as run at a time, and a few that were lost. */
const MAX_KNOWN = 10_000
/** A payload that was changed is not written as JSON beyond this number of characters. */
const MAX_STRINGIFIED = 4 * MAX_PAYLOAD_CHARS

/**
 * The payloads of a worker's jobs as their queue stores them: BullMQ parses the text, and writing it anew would take longer and change
 * large numbers.
 */
export class Payloads {
  /** By the job's id. The next attempt at a job may begin before this one is settled. */
  readonly #known = new Map<string, { readonly job: BullJob; readonly payload: JobPayload }>()
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
    const known = this.#known.get(job.id ?? '')
    if (known?.job !== job) return stringified(job.data)
    this.forget(job)
    return known.payload
  }

  forget(job: BullJob): void {
    const { id = '' } = job
    if (this.#known.get(id)?.job === job) this.#known.delete(id)
  }

  close(): void {
    this.#unwrap?.()
    this.#known.clear()
  }

  #note(job: BullJob, text: unknown): void {
    const { id } = job
    if (!id || typeof text !== 'string') return
    const [oldest] = this.#known.size >= MAX_KNOWN ? this.#known.keys() : []
    if (oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(id, { job, payload: payloadOf(text) })
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
