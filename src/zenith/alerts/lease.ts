import { randomUUID } from 'node:crypto'
import { inTime } from '../../lib/async.js'
import { monotonic } from '../../lib/clock.js'
import type { ControlStore, Logger } from '../../ports/index.js'
import { isRefusal, type Refusal, refusalOf } from './refusal.js'

const LEASE = 'alerts'
const RELEASE_WITHIN_MS = 1_000

/**
 * Which Zenith of a store evaluates: the holder of a lease. Without a store, this one. Where no Zenith can hold it, each one evaluates by
 * itself: a message that comes twice is better than none.
 */
export class EvaluatorLease {
  readonly id = `zenith-${randomUUID()}`
  readonly #store: ControlStore | null
  readonly #logger: Logger | undefined
  readonly #ttlMs: number
  #isHeld = false
  #isAlone = false
  /** Whether the store has told who holds it. */
  #isKnown = false
  #refusal: Refusal | null = null
  /** When the lease was last this Zenith's, by the monotonic clock. */
  #heldAt = Number.NEGATIVE_INFINITY

  constructor(store: ControlStore | null, ttlMs: number, logger: Logger | undefined) {
    this.#store = store
    this.#ttlMs = ttlMs
    this.#logger = logger
  }

  /** Whether this Zenith evaluates, as of the last time that the store was asked. */
  get evaluates(): boolean {
    return this.#isHeld || this.#isAlone
  }

  /** Whether it does so without the lease: then other Zeniths may, too, and nothing can be stored. */
  get isAlone(): boolean {
    return this.#isAlone
  }

  /** Null while the store accepts writes, or another Zenith holds the lease. */
  get refusal(): Refusal | null {
    return this.#refusal
  }

  /** Acquires or renews it. Rejects when the store does not answer. @param now Unix ms by the store's clock */
  async acquire(now: number): Promise<void> {
    const from = monotonic()
    try {
      this.#take((await this.#store?.acquireLease(LEASE, this.id, this.#ttlMs)) ?? this.id)
      if (this.#isHeld) this.#heldAt = from
    } catch (error) {
      if (!isRefusal(error)) throw error
      await this.#noteRefusal(refusalOf(error, this.#refusal, now), now)
    }
  }

  /** While the store does not answer, the one that evaluated last goes on. One that never learned of any other begins. */
  standIn(): void {
    if (!this.#isKnown && !this.#isHeld) this.#isAlone = true
  }

  /**
   * Asks before something is sent: this process may have been stopped, or cut off from the store, until another one took over. Never
   * rejects.
   *
   * @returns whether this Zenith still evaluates, as far as it can be known
   */
  async mayGoOn(): Promise<boolean> {
    const isOverdue = this.#store !== null && monotonic() - this.#heldAt > this.#ttlMs
    return this.confirm().catch(() => !isOverdue)
  }

  /** Rejects when the store does not answer. @returns whether it is still held */
  async confirm(): Promise<boolean> {
    if (this.#store) this.#isHeld = (await this.#store.leaseHolder(LEASE)) === this.id
    return this.#isHeld
  }

  /** Another Zenith may take over at once. Never rejects. */
  async release(): Promise<void> {
    const released = this.#isHeld ? this.#store?.releaseLease(LEASE, this.id).catch(() => {}) : undefined
    if (released) await inTime(released, RELEASE_WITHIN_MS)
  }

  #take(holder: string): void {
    this.#isHeld = holder === this.id
    this.#isAlone = false
    this.#isKnown = true
    this.#refusal = null
  }

  /** Another one may still hold it. One that can't read whether it does must not evaluate beside it. */
  async #noteRefusal(refusal: Refusal, now: number): Promise<void> {
    const holder = await this.#holder()
    if (typeof holder === 'string' && holder !== this.id) return this.#take(holder)
    const isBlind = holder === undefined
    if (this.#refusal?.code !== refusal.code)
      this.#logger?.warn(
        `Zenith ${isBlind ? 'evaluates no alerts' : 'evaluates alerts and stores none'}: ${refusal.text}.`,
      )
    this.#refusal = refusal
    // The last holder goes on at once. Another one waits until a lease would have expired.
    const isDue = this.evaluates || now - refusal.since >= this.#ttlMs
    this.#isHeld = false
    this.#isAlone = isDue && !isBlind
    this.#isKnown ||= isBlind
  }

  /** Undefined if this user may not know; null if nobody holds it. */
  async #holder(): Promise<string | null | undefined> {
    try {
      return (await this.#store?.leaseHolder(LEASE)) ?? null
    } catch (error) {
      if (!isRefusal(error)) throw error
      return error.code === 'NOPERM' ? undefined : null
    }
  }
}
