import { randomUUID } from 'node:crypto'
import { inTime } from '../lib/async.js'
import { monotonic } from '../lib/clock.js'
import type { ControlStore } from '../ports/index.js'

const LEASE = 'archiver'
const RELEASE_WITHIN_MS = 1_000

/** Which of several Zeniths archives. Without a store there is only one. */
export class ArchiverLease {
  readonly #store: ControlStore | null
  readonly #lifeMs: number
  readonly #id = `zenith-${randomUUID()}`
  /** When it was held last, by `monotonic`. */
  #heldAt = Number.NEGATIVE_INFINITY

  constructor(store: ControlStore | null, lifeMs: number) {
    this.#store = store
    this.#lifeMs = lifeMs
  }

  /** Takes it, or renews it. @returns whether this Zenith holds it */
  async hold(): Promise<boolean> {
    const askedAt = monotonic()
    const isHeld = !this.#store || (await this.#store.acquireLease(LEASE, this.#id, this.#lifeMs)) === this.#id
    this.#heldAt = isHeld ? askedAt : Number.NEGATIVE_INFINITY
    return isHeld
  }

  /** The same, but asks only after an eighth of its life: with a thousand services a round has thousands of feeds. */
  async stillHolds(): Promise<boolean> {
    return monotonic() - this.#heldAt < this.#lifeMs / 8 || this.hold()
  }

  /** Another Zenith may take over at once. Never rejects. */
  async release(): Promise<void> {
    const released = this.#store?.releaseLease(LEASE, this.#id).catch(() => {})
    if (released) await inTime(released, RELEASE_WITHIN_MS)
  }
}
