import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { withTimeout } from '../../lib/async.js'
import type { ControlStore } from '../../ports/index.js'
import type { Cluster } from './cluster.js'

const KIND = 'place'
const ID = 'mark'
const ANSWER_WITHIN_MS = 3_000
/** A place is looked up again after so long, ms: a store may have been away, or emptied. */
const AGAIN_AFTER_MS = 60_000

/**
 * Finds clusters that are in the same place: one Redis under two addresses, with the same prefix. Each place has a mark that the first
 * Zenith wrote; two clusters that read the same mark are one. A store that can't be written or read has none.
 */
export class Places {
  readonly #clusters: readonly Cluster[]
  readonly #marks = new Map<string, string>()
  readonly #looks = new Map<string, { at: number; readonly first: Promise<void> }>()

  constructor(clusters: readonly Cluster[]) {
    this.#clusters = clusters
  }

  /** Id of another cluster in the place of this one, as far as is known; null: none. */
  sameAs(id: string): string | null {
    const mark = this.#marks.get(id)
    if (mark === undefined) return null
    return this.#clusters.find(({ info }) => info.id !== id && this.#marks.get(info.id) === mark)?.info.id ?? null
  }

  /** Looks up the places of all clusters. Never rejects, and waits for each only the first time, at most 3 s. */
  async look(): Promise<void> {
    if (this.#clusters.length < 2) return
    await Promise.all(this.#clusters.map((cluster) => this.#lookAt(cluster)))
  }

  #lookAt(cluster: Cluster): Promise<void> {
    const { id } = cluster.info
    const last = this.#looks.get(id)
    if (!last) {
      const first = this.#readMark(cluster)
      this.#looks.set(id, { at: performance.now(), first })
      return first
    }
    if (performance.now() - last.at >= AGAIN_AFTER_MS) {
      last.at = performance.now()
      void this.#readMark(cluster)
    }
    return last.first
  }

  async #readMark(cluster: Cluster): Promise<void> {
    const { store, info } = cluster
    if (!store) return
    try {
      const mark = await withTimeout(markOf(store), ANSWER_WITHIN_MS)
      if (mark === null) this.#marks.delete(info.id)
      else this.#marks.set(info.id, mark)
    } catch {
      // A store that is away may be another one when it is back: the last known mark holds until then.
    }
  }
}

async function markOf(store: ControlStore): Promise<string | null> {
  const read = async () => (await store.listDocuments(KIND, [ID])).get(ID) ?? null
  const known = await read()
  if (known !== null) return known
  await store.putDocument(KIND, ID, JSON.stringify({ id: randomUUID() }))
  // Another Zenith may have written one at the same time: the last one holds.
  return read()
}
