import { performance } from 'node:perf_hooks'
import { withPatience } from '../../../lib/async.js'
import type { Debt, Debts, Logger } from '../../../ports/index.js'

/** Time-out of the store, ms: users wait for it. */
const ANSWER_WITHIN_MS = 1_000
/** How often a store that did not answer is tried again, ms. No request waits for that: those of other clusters come here, too. */
const TRY_EVERY_MS = 5_000

/** Debts that are stored in the store and also in this process, which continues alone while the store is down. Never rejects. */
export class SharedDebts implements Debts {
  /** Of this process alone. */
  readonly own: Debts
  readonly #shared: Debts | null
  readonly #logger: Logger | undefined
  /** When a store that did not answer is tried again; null: it answers. */
  #triesAt: number | null = null

  /** @param shared of the store; @param own of this process */
  constructor(shared: Debts | null, own: Debts, logger: Logger | undefined) {
    this.#shared = shared
    this.own = own
    this.#logger = logger
  }

  /** @returns the larger debt of this process and the store */
  async owe(debts: readonly Debt[]): Promise<readonly number[]> {
    if (debts.length === 0) return []
    const own = await this.own.owe(debts)
    const shared = await this.#askStore(debts)
    return own.map((ms, index) => Math.max(ms, shared?.[index] ?? 0))
  }

  async #askStore(debts: readonly Debt[]): Promise<readonly number[] | null> {
    if (!this.#shared) return null
    if (this.#triesAt === null) return this.#call(this.#shared, debts)
    if (performance.now() < this.#triesAt) return null
    this.#triesAt = performance.now() + TRY_EVERY_MS
    void this.#call(this.#shared, debts)
    return null
  }

  async #call(shared: Debts, debts: readonly Debt[]): Promise<readonly number[] | null> {
    try {
      const owed = await withPatience(shared.owe(debts), ANSWER_WITHIN_MS)
      this.#triesAt = null
      return owed
    } catch (error) {
      if (this.#triesAt === null)
        this.#logger?.warn(
          `Zenith: wrong log-ins and log-outs count in this process alone for now: ${error instanceof Error ? error.message : error}`,
        )
      this.#triesAt = performance.now() + TRY_EVERY_MS
      return null
    }
  }
}
