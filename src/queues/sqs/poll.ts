import { performance } from 'node:perf_hooks'
import type { SourceReading } from '../../ports/index.js'
import { SqsError } from './errors.js'

/** Reads at most once per interval, however often it is called: calls cost money. A failed read counts as well. */
export class Poll {
  readonly #everyMs: number
  readonly #take: () => Promise<SourceReading>
  #last: Promise<SourceReading> | null = null
  #takenAt = Number.NEGATIVE_INFINITY
  #isTaking = false
  #isClosed = false

  constructor(everyMs: number, take: () => Promise<SourceReading>) {
    this.#everyMs = everyMs
    this.#take = take
  }

  read(): Promise<SourceReading> {
    if (this.#isClosed) return Promise.reject(new SqsError('CLOSED', 'This way to SQS is closed'))
    const isFresh = this.#isTaking || performance.now() - this.#takenAt < this.#everyMs
    if (!this.#last || !isFresh) this.#last = this.#begin()
    return this.#last
  }

  close(): void {
    this.#isClosed = true
    this.#last = null
  }

  async #begin(): Promise<SourceReading> {
    this.#isTaking = true
    this.#takenAt = performance.now()
    try {
      return await this.#take()
    } finally {
      this.#isTaking = false
    }
  }
}
