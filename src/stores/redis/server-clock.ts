import { asNumber } from '../../redis/replies.js'

/** Below this the difference may as well be the way of the answer, in ms. */
const TOLERANCE_MS = 2_000

/**
 * What Redis' clock shows. Times that are compared across machines go by it: a node whose own clock is a day ahead would
 * otherwise prune what the others wrote.
 */
export class ServerClock {
  #ahead: number | null = null

  /** @param reply of TIME: seconds and microseconds */
  learn(reply: unknown): void {
    if (!Array.isArray(reply)) return
    const [seconds, micros] = reply.map(asNumber)
    if (seconds == null || micros == null) return
    const difference = seconds * 1_000 + micros / 1_000 - Date.now()
    this.#ahead = Math.abs(difference) < TOLERANCE_MS ? 0 : Math.round(difference)
  }

  /** Unix ms, or null as long as it is not known. */
  now(): number | null {
    return this.#ahead === null ? null : Date.now() + this.#ahead
  }

  /** A time of this machine's clock by Redis' clock; unchanged as long as that is not known. Unix ms. */
  translate(time: number): number {
    return time + (this.#ahead ?? 0)
  }
}
