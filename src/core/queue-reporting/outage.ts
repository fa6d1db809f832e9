import { monotonic } from '../clock.js'
import type { Notices } from '../logger.js'

/** A failure that is over at the next look is no line in a log. */
const FAILURES_TO_SAY = 2

/** One line when queues can't be reported although other reports get through, one when they can again. */
export class QueueOutage {
  /** Why the last try failed; null when it did not. */
  error: string | null = null
  readonly #notices: Notices
  readonly #hasStore: () => boolean
  #failures = 0
  #saidAt: number | null = null

  /** @param hasStore whether other reports get through: what holds of the whole store is said once, by them */
  constructor(notices: Notices, hasStore: () => boolean) {
    this.#notices = notices
    this.#hasStore = hasStore
  }

  note(error: string | null): void {
    this.error = error
    if (error === null) this.#end()
    else this.#fail(error)
  }

  #fail(error: string): void {
    this.#failures += 1
    if (this.#saidAt !== null || this.#failures < FAILURES_TO_SAY || !this.#hasStore()) return
    this.#saidAt = monotonic()
    this.#notices.warn(`the queues can't be reported: ${error}. All else is reported as ever.`)
  }

  #end(): void {
    this.#failures = 0
    if (this.#saidAt === null) return
    const seconds = Math.round((monotonic() - this.#saidAt) / 1_000)
    this.#saidAt = null
    this.#notices.info(`the queues are reported again after ${seconds} s.`)
  }
}
