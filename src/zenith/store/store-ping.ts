import type { StoreHealth } from '../../api/store.js'
import { withTimeout } from '../../lib/async.js'
import type { Reader } from '../../ports/index.js'
import { storeErrorInWords } from './store-error.js'
import { timeOf } from './store-time.js'

const ANSWER_WITHIN_MS = 3_000
/** Longer: a Cluster that lost a part is retried for some seconds. */
const CHECK_WITHIN_MS = 6_000
/** No service has this name: reading it is free, and needs the same permissions. */
const NOBODY = '(health)'

/** Checks that the store answers and lets Zenith read. Simultaneous requests share one check. */
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
      // A Redis user that may ping and not read must not look healthy.
      const { denied, problem } = await withTimeout(this.#checkAccess(), CHECK_WITHIN_MS)
      if (denied.length > 0) return failed(kind, `The store does not let Zenith read its ${denied.join(', ')}`)
      const error = problem ? storeErrorInWords(problem) : null
      return { ok: true, kind, latencyMs: Math.round(latencyMs * 100) / 100, error }
    } catch (error) {
      return failed(kind, storeErrorInWords(error))
    }
  }

  /**
   * What Zenith may not read: the service has no records, so what is unreadable is denied. And why a part cannot be read, when the rest
   * can.
   */
  async #checkAccess(): Promise<{ readonly denied: readonly string[]; readonly problem: unknown }> {
    const reader = this.#reader
    const since = timeOf(reader)
    const pages = {
      'slow entries': reader.slow({ service: NOBODY, limit: 1 }),
      exceptions: reader.exceptions({ service: NOBODY, limit: 1 }),
      rollups: reader.rollups({ service: NOBODY, since }),
      history: reader.history({ service: NOBODY, since }),
    }
    const [read, nodes] = await Promise.all([Promise.allSettled(Object.values(pages)), reader.nodes()])
    const failures = read.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    if (failures.length === read.length) throw failures[0]
    const denied = Object.keys(pages).filter((_, index) => {
      const one = read[index]
      return one?.status === 'fulfilled' && one.value.unreadable > 0
    })
    return { denied, problem: nodes.problem ?? failures[0] ?? null }
  }
}

function failed(kind: string, error: string): StoreHealth {
  return { ok: false, kind, latencyMs: null, error }
}
