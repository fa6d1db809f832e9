import { performance } from 'node:perf_hooks'
import { asNumber } from '../../redis/replies.js'

/** Below this the difference may as well be the way of the answer, in ms. */
const TOLERANCE_MS = 2_000

/**
 * What Redis' clock shows. Times that are compared across machines go by it: a node whose own clock is a day ahead would
 * otherwise prune what the others wrote. Between two answers it goes by the clock that never jumps, so that a node whose
 * clock is set to another day prunes nothing either.
 */
export class ServerClock {
  /** What it showed when this process began, and what the machine's own clock did. Unix ms. */
  #origin: number | null = null
  #ownOrigin = 0
  #isRefused = false

  /** Whether it has to be asked: it is not known, or the own clock was set since, or the machine slept. */
  get isDoubtful(): boolean {
    return this.#origin === null || Math.abs(originOf(Date.now()) - this.#ownOrigin) >= TOLERANCE_MS
  }

  /** TIME is denied to this user, or the server does not know it: the ids of entries tell the time in its place. */
  refuse(): void {
    this.#isRefused = true
  }

  /**
   * @param id of an entry that was just added, `1767225600000-0`. One that is not the first of its millisecond says nothing: where
   *   an entry of the future stands, the next ones have its time.
   */
  learnFromId(id: unknown): void {
    const [, ms] = /^(\d+)-0$/.exec(typeof id === 'string' || Buffer.isBuffer(id) ? id.toString() : '') ?? []
    if (this.#isRefused && ms !== undefined) this.#set(Number(ms))
  }

  /** @param reply of TIME: seconds and microseconds */
  learn(reply: unknown): void {
    if (!Array.isArray(reply)) return
    const [seconds, micros] = reply.map(asNumber)
    if (seconds == null || micros == null) return
    this.#isRefused = false
    this.#set(seconds * 1_000 + micros / 1_000)
  }

  #set(time: number): void {
    this.#origin = originOf(time)
    this.#ownOrigin = originOf(Date.now())
  }

  /** Unix ms, or null as long as it is not known. */
  now(): number | null {
    return this.#origin === null ? null : Date.now() + this.#ahead()
  }

  /** A time of this machine's clock by Redis' clock; unchanged as long as that is not known. Unix ms. */
  translate(time: number): number {
    return time + this.#ahead()
  }

  #ahead(): number {
    if (this.#origin === null) return 0
    const difference = this.#origin - originOf(Date.now())
    return Math.abs(difference) < TOLERANCE_MS ? 0 : Math.round(difference)
  }
}

/** What a clock that shows this now showed when the process began. */
function originOf(time: number): number {
  return time - performance.now()
}
