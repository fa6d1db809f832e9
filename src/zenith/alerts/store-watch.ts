import type { Look } from '../../alerts/look.js'
import type { Overview } from '../../api/overview.js'
import { hidesNodes, isDenied, type Refusal } from './refusal.js'

/** After an outage of the store nodes need a beat to be back, ms. */
const SETTLE_MS = 30_000

/** Whether the store answers and accepts writes, since when, and whether nodes can be judged by what it has. */
export class StoreWatch {
  /** Unix ms; null while the store answers. */
  #awaySince: number | null = null
  #refusal: Refusal | null = null
  /** Nothing is judged until then, Unix ms. */
  #settledAt = 0

  get isAway(): boolean {
    return this.#awaySince !== null
  }

  /** Null while it accepts writes, as far as it is known. */
  get refusal(): Refusal | null {
    return this.#refusal
  }

  noteAnswer(ok: boolean, at: number): void {
    if (!ok) this.#awaySince ??= at
    else if (this.#awaySince !== null) {
      this.#awaySince = null
      this.#settledAt = at + SETTLE_MS
    }
  }

  /** @param refusal null: it accepts writes */
  noteWrite(refusal: Refusal | null, at: number): void {
    if (this.#refusal && !refusal && !isDenied(this.#refusal)) this.#settledAt = at + SETTLE_MS
    this.#refusal = refusal
  }

  times(at: number): Pick<Look, 'storeAwayMs' | 'storeRefusingMs'> {
    const since = (from: number | null | undefined) => (from == null ? 0 : Math.max(0, at - from))
    const refusedSince = isDenied(this.#refusal) ? null : this.#refusal?.since
    return { storeAwayMs: since(this.#awaySince), storeRefusingMs: since(refusedSince) }
  }

  /** Whether nodes can't be judged by what the store has: they can't report, or have had no time to. */
  isBlind({ at, nodes }: Pick<Overview, 'at' | 'nodes'>): boolean {
    const hasLive = nodes.some(({ state }) => state === 'live')
    return hidesNodes(this.#refusal, hasLive) || this.#isSettling(at)
  }

  /** A clock that was set back makes it no longer. */
  #isSettling(at: number): boolean {
    return at < this.#settledAt && this.#settledAt - at <= SETTLE_MS
  }
}
