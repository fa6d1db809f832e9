import type { Reader } from '../../ports.js'
import type { StoreHealth } from '../../protocol/index.js'
import { storeErrorInWords } from './store-error.js'
import { withTimeout } from './wait.js'

const ANSWER_WITHIN_MS = 3_000
/** No service has this name: asking for it costs the store nothing, and takes the same permissions. */
const NOBODY = '(health)'

/** Asks the store whether it is there and lets Zenith read; those who ask at the same time share a question. */
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
      // A user who may ping and not read would look healthy.
      const denied = await withTimeout(this.#findDenied(), ANSWER_WITHIN_MS)
      if (denied.length > 0) return failed(kind, `The store does not let Zenith read its ${denied.join(', ')}`)
      return { ok: true, kind, latencyMs: Math.round(latencyMs * 100) / 100, error: null }
    } catch (error) {
      return failed(kind, storeErrorInWords(error))
    }
  }

  /** What can't be read. Where nobody ever wrote a store has nothing that is unreadable but what it may not show. */
  async #findDenied(): Promise<string[]> {
    const reader = this.#reader
    const since = Date.now()
    const pages = {
      'slow entries': reader.slow({ service: NOBODY, limit: 1 }),
      exceptions: reader.exceptions({ service: NOBODY, limit: 1 }),
      rollups: reader.rollups({ service: NOBODY, since }),
      history: reader.history({ service: NOBODY, since }),
    }
    const [read] = await Promise.all([Promise.all(Object.values(pages)), reader.nodes()])
    return Object.keys(pages).filter((_, index) => (read[index]?.unreadable ?? 0) > 0)
  }
}

function failed(kind: string, error: string): StoreHealth {
  return { ok: false, kind, latencyMs: null, error }
}
