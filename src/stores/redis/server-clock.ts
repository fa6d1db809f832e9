import { performance } from 'node:perf_hooks'
import { CLOCK_TOLERANCE_MS } from '../../protocol/index.js'
import { asNumber } from '../../redis/replies.js'

/** How often it is asked for by those who only read, ms. */
const ASK_EVERY_MS = 10_000

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
  /** An answer did not fit to what it should show by now. */
  #isContradicted = false
  #learnedAt = Number.NEGATIVE_INFINITY
  /** When it was found set, or taken over by another server's, by `performance.now()`. */
  #setAt = Number.NEGATIVE_INFINITY

  /** Whether it has to be asked: it is not known, or one of both clocks was set since, or the machine slept. */
  get isDoubtful(): boolean {
    return this.#origin === null || this.#isContradicted || isFar(originOf(Date.now()), this.#ownOrigin)
  }

  /** Whether somebody who only reads asks again: another server may have taken over. */
  get isDue(): boolean {
    return this.isDoubtful || performance.now() - this.#learnedAt >= ASK_EVERY_MS
  }

  /** Whether TIME may be asked for, as far as is known. */
  get isAnswering(): boolean {
    return !this.#isRefused
  }

  /** TIME is denied to this user, or the server does not know it: the ids of entries tell the time in its place. */
  refuse(): void {
    this.#isRefused = true
  }

  /**
   * @param id of an entry that was just added, `1767225600000-0`. One that is not the first of its millisecond is no time: where
   *   an entry of the future stands, or the clock was set back, the next ones have its time.
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

  /** @param reply of TIME: seconds and microseconds @param sentAt when it was asked for, by `performance.now()` */
  learn(reply: unknown, sentAt = performance.now()): void {
    if (!Array.isArray(reply)) return
    const [seconds, micros] = reply.map(asNumber)
    if (seconds == null || micros == null) return
    this.#isRefused = false
    this.#set(seconds * 1_000 + micros / 1_000, sentAt)
  }

  /**
   * It showed this at some moment between the question and now: of all that it can be, what is nearest to what was known, or else
   * to the own clock, is taken. So a slow answer makes no clock wrong.
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

  /** Unix ms, or null as long as it is not known. */
  now(): number | null {
    return this.#origin === null ? null : Date.now() + (this.shift() ?? 0)
  }

  /**
   * Before what time an entry is too old; null while that is not known: before the first answer, and for as long as entries live
   * after the clock was set, for until then it is not known how old they are.
   *
   * @param life of an entry, ms
   */
  oldest(ttlMs: number): number | null {
    const now = this.now()
    return now === null || performance.now() - this.#setAt < ttlMs ? null : now - ttlMs
  }

  /**
   * A time of this machine's clock by Redis' clock; unchanged as long as that is not known. Unix ms.
   *
   * @param ownOrigin see {@link shift}
   */
  translate(time: number, ownOrigin?: number): number {
    return Math.max(0, time + (this.shift(ownOrigin) ?? 0))
  }

  /**
   * What a time of this machine's clock lacks, ms; 0 for less than 2 s; null as long as Redis' clock is not known.
   *
   * @param ownOrigin what the machine's clock would have shown when the process began, had it always gone as it did at that time.
   *   @default as it goes now
   */
  shift(ownOrigin = originOf(Date.now())): number | null {
    if (this.#origin === null) return null
    return isFar(this.#origin, ownOrigin) ? Math.round(this.#origin - ownOrigin) : 0
  }
}

function isFar(one: number, other: number): boolean {
  return Math.abs(one - other) >= CLOCK_TOLERANCE_MS
}

/** What a clock that shows this now showed when the process began. */
function originOf(time: number): number {
  return time - performance.now()
}
