import { randomUUID } from 'node:crypto'
import { inTime } from '../../lib/async.js'
import { monotonic } from '../../lib/clock.js'
import type { ControlStore, Logger } from '../../ports/index.js'

const LEASE = 'alerts'
const RELEASE_WITHIN_MS = 1_000

/** Which Zenith of a store evaluates: the holder of a lease. Without a store, this one. */
export class EvaluatorLease {
  readonly id = `zenith-${randomUUID()}`
  readonly #store: ControlStore | null
  readonly #logger: Logger | undefined
  readonly #ttlMs: number
  #isHeld = false
  #isDenied = false
  /** When the lease was last this Zenith's, by the monotonic clock. */
  #heldAt = Number.NEGATIVE_INFINITY

  constructor(store: ControlStore | null, ttlMs: number, logger: Logger | undefined) {
    this.#store = store
    this.#ttlMs = ttlMs
    this.#logger = logger
  }

  /** As of the last time that the store was asked. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Whether the Redis user may only read, so that it can't be acquired. */
  get isDenied(): boolean {
    return this.#isDenied
  }

  /** Whether it may have expired since then: the process was stopped for a while. */
  get isOverdue(): boolean {
    return this.#store !== null && monotonic() - this.#heldAt > this.#ttlMs
  }

  /** Acquires or renews it. Rejects when the store does not answer. @returns whether it is held */
  async acquire(): Promise<boolean> {
    const from = monotonic()
    this.#isHeld = await this.#ask()
    if (this.#isHeld) this.#heldAt = from
    return this.#isHeld
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

  async #ask(): Promise<boolean> {
    if (!this.#store) return true
    try {
      const isHeld = (await this.#store.acquireLease(LEASE, this.id, this.#ttlMs)) === this.id
      this.#isDenied = false
      return isHeld
    } catch (error) {
      if (!isNoPermission(error)) throw error
      if (!this.#isDenied)
        this.#logger?.warn('Zenith evaluates no alerts: its Redis user may only read (see docs/operations.md).')
      this.#isDenied = true
      return false
    }
  }
}

function isNoPermission(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'NOPERM'
}
