import { monotonic } from '../../lib/clock.js'
import { FRESH_MS } from './followed.js'
import type { PendingAcknowledgement } from './setup.js'

/** Another Zenith may show a state of before for so long after it was stored, ms: until then it needs the acknowledgement itself. */
const NEEDED_MS = 2 * FRESH_MS

/** The acknowledgements that the Zenith that evaluates has taken into its state, until no other one needs them. */
export class TakenAcknowledgements {
  /** When the state with it was stored, by the monotonic clock; null: not yet. */
  readonly #storedAt = new Map<string, number | null>()

  /** @returns those that are new, which count as taken from now on */
  take(pending: readonly PendingAcknowledgement[]): readonly PendingAcknowledgement[] {
    const known = new Set(pending.map(keyOf))
    for (const key of this.#storedAt.keys()) if (!known.has(key)) this.#storedAt.delete(key)
    const taken = pending.filter((one) => !this.#storedAt.has(keyOf(one)))
    for (const one of taken) this.#storedAt.set(keyOf(one), null)
    return taken
  }

  noteStored(): void {
    for (const [key, at] of this.#storedAt) if (at === null) this.#storedAt.set(key, monotonic())
  }

  /** Those of them that no other Zenith needs any more. */
  settled(pending: readonly PendingAcknowledgement[]): readonly PendingAcknowledgement[] {
    const before = monotonic() - NEEDED_MS
    return pending.filter((one) => (this.#storedAt.get(keyOf(one)) ?? Number.POSITIVE_INFINITY) <= before)
  }

  forget(): void {
    this.#storedAt.clear()
  }
}

function keyOf({ alert, by, at }: PendingAcknowledgement): string {
  return JSON.stringify([alert, by, at])
}
