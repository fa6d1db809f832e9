import { monotonic } from '../../lib/clock.js'
import { SLOTS } from './messages.js'

/**
 * Watches from another thread whether the main thread's event loop turns. A process that was stopped as a whole, by SIGSTOP or by a laptop's
 * lid, was not blocked: then this thread did not run either.
 */
export class Progress {
  readonly #slots: Int32Array
  readonly #blockedAfterMs: number
  #turns: number
  #turnedAt = monotonic()
  #lookedAt = monotonic()

  /** @param blockedAfterMs how long a loop stands still before it counts as blocked */
  constructor(slots: Int32Array, blockedAfterMs: number) {
    this.#slots = slots
    this.#blockedAfterMs = blockedAfterMs
    this.#turns = Atomics.load(slots, SLOTS.turns)
  }

  /** How long the loop has not turned, ms. */
  stillFor(): number {
    const now = monotonic()
    const turns = Atomics.load(this.#slots, SLOTS.turns)
    const overslept = now - this.#lookedAt > this.#blockedAfterMs / 2
    const wasBlocked = this.#lookedAt - this.#turnedAt >= this.#blockedAfterMs
    if (turns !== this.#turns || (overslept && !wasBlocked)) this.#turnedAt = now
    this.#turns = turns
    this.#lookedAt = now
    return now - this.#turnedAt
  }

  get isBlocked(): boolean {
    return this.stillFor() >= this.#blockedAfterMs
  }
}
