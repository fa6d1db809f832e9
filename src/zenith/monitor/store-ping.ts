import type { Reader } from '../../ports.js'
import type { StoreHealth } from '../../protocol/index.js'
import { storeErrorInWords } from './store-error.js'
import { withTimeout } from './wait.js'

const ANSWER_WITHIN_MS = 3_000

/** Asks the store whether it is there; those who ask at the same time share a question. */
export class StorePing {
  readonly #reader: Reader
  #asking: Promise<StoreHealth> | null = null

  constructor(reader: Reader) {
    this.#reader = reader
  }

  ask(): Promise<StoreHealth> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #askOnce(): Promise<StoreHealth> {
    const { kind } = this.#reader
    try {
      const latencyMs = await withTimeout(this.#reader.ping(), ANSWER_WITHIN_MS)
      return { ok: true, kind, latencyMs: Math.round(latencyMs * 100) / 100, error: null }
    } catch (error) {
      return { ok: false, kind, latencyMs: null, error: storeErrorInWords(error) }
    }
  }
}
