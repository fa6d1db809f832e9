import { performance } from 'node:perf_hooks'
import { CLOCK_TOLERANCE_MS } from '../../protocol/index.js'
import { asNumber } from '../../redis/replies.js'

/** How often readers request it, ms. */
const ASK_EVERY_MS = 10_000

/**
 * Redis' clock, by which times of different machines are compared: otherwise a node whose own clock is a day ahead would prune what the
 * others wrote. Between two answers it follows the monotonic clock, so that a node whose clock is set prunes nothing either.
 */
export class ServerClock {
  /** Redis' clock, and the machine's own, when this process started. Unix ms. */
  #origin: number | null = null
  #ownOrigin = 0
  #isRefused = false
  /** An answer contradicted the expected time. */
  #isContradicted = false
  #learnedAt = Number.NEGATIVE_INFINITY
  /** When it was found to be set, or another server took over, by `performance.now()`. */
  #setAt = Number.NEGATIVE_INFINITY

  /** Whether to request it: it is unknown, or one of the clocks was set since, or the machine slept. */
  get isDoubtful(): boolean {
    return this.#origin === null || this.#isContradicted || isFar(originOf(Date.now()), this.#ownOrigin)
  }

  /** Whether a reader requests it again: another server may have taken over. */
  get isDue(): boolean {
    return this.isDoubtful || performance.now() - this.#learnedAt >= ASK_EVERY_MS
  }

  /** Whether TIME is allowed, as far as is known. */
  get isAnswering(): boolean {
    return !this.#isRefused
  }

  /** Call when TIME is denied or unknown: the ids of entries replace it. */
  refuse(): void {
    this.#isRefused = true
  }

  /**
   * @param id of an entry that was just added, `1767225600000-0`. Only the first id of a millisecond is a time: after an entry in the
   *   future, or after the clock was set back, ids only count up.
   * @param sentAt when the command was sent, by `performance.now()`
   */
  learnFromId(id: unknown, sentAt = performance.now()): void {
    const text = typeof id === 'string' || Buffer.isBuffer(id) ? id.toString() : ''
    const [, ms, number] = /^(\d+)-(\d+)$/.exec(text) ?? []
    if (ms === undefined) return
    if (this.#isRefused) {
      if (number === '0') this.#set(Number(ms), sentAt)
      return
    }
    if (this.#origin === null) return
    const isBehind = Number(ms) < this.#origin + sentAt - CLOCK_TOLERANCE_MS
    const isAhead = number === '0' && Number(ms) > this.#origin + performance.now() + CLOCK_TOLERANCE_MS
    if (isBehind || isAhead) this.#isContradicted = true
  }

  /** @param reply of TIME: seconds and microseconds @param sentAt when it was requested, by `performance.now()` */
  learn(reply: unknown, sentAt = performance.now()): void {
    if (!Array.isArray(reply)) return
    const [seconds, micros] = reply.map(asNumber)
    if (seconds == null || micros == null) return
    this.#isRefused = false
    this.#set(seconds * 1_000 + micros / 1_000, sentAt)
  }

  /**
   * The time is of some moment between the request and now. Of the possible values it takes the one nearest to the known clock, or else to
   * the machine's own, so that a slow answer distorts neither.
   */
  #set(time: number, sentAt: number): void {
    const known = this.#origin
    const ownOrigin = originOf(Date.now())
    const [earliest, latest] = [time - performance.now(), time - Math.min(sentAt, performance.now())]
    this.#origin = Math.min(Math.max(known ?? ownOrigin, earliest), latest)
    this.#ownOrigin = ownOrigin
    this.#learnedAt = performance.now()
    this.#isContradicted = false
    if (known !== null && isFar(this.#origin, known)) this.#setAt = performance.now()
  }

  /** Unix ms; null while unknown. */
  now(): number | null {
    return this.#origin === null ? null : Date.now() + (this.shift() ?? 0)
  }

  /**
   * The time before which an entry is too old. Null before the first answer, and for one TTL after the clock was set, because the age of
   * entries is unknown until then.
   */
  oldest(ttlMs: number): number | null {
    const now = this.now()
    return now === null || performance.now() - this.#setAt < ttlMs ? null : now - ttlMs
  }

  /**
   * Translates a time of this machine's clock to Redis' clock; unchanged while that is unknown. Unix ms.
   *
   * @param ownOrigin see {@link shift}
   */
  translate(time: number, ownOrigin?: number): number {
    return Math.max(0, time + (this.shift(ownOrigin) ?? 0))
  }

  /**
   * How far this machine's clock is behind Redis', ms; 0 if less than 2 s; null while Redis' clock is unknown.
   *
   * @param ownOrigin the machine's clock at the start of the process, extrapolated from the time in question. @default from now
   */
  shift(ownOrigin = originOf(Date.now())): number | null {
    if (this.#origin === null) return null
    return isFar(this.#origin, ownOrigin) ? Math.round(this.#origin - ownOrigin) : 0
  }
}

function isFar(one: number, other: number): boolean {
  return Math.abs(one - other) >= CLOCK_TOLERANCE_MS
}

/** Extrapolates a clock's time now to the start of the process. */
function originOf(time: number): number {
  return time - performance.now()
}
