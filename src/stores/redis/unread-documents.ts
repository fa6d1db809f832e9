import { performance } from 'node:perf_hooks'
import type { Keys } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { DOCUMENT_BOUNDS } from './documents.js'
import { countUnread } from './hash-fields.js'

const KINDS = ['scheduler', 'scheduler-part', 'bulk', 'freeze']
/** Rarely: sizes change seldom, and are requested field by field. ms */
const EVERY_MS = 60_000

/** Counts Zenith's documents that are too many or too large to read, so that they are reported before anyone requests them. */
export class UnreadDocuments {
  readonly #connection: Connection
  readonly #keys: Keys
  #countedAt = Number.NEGATIVE_INFINITY
  #unread = 0

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
  }

  /** Never rejects. */
  async count(): Promise<number> {
    if (performance.now() - this.#countedAt < EVERY_MS) return this.#unread
    this.#countedAt = performance.now()
    const counts = await Promise.all(KINDS.map((kind) => this.#countOf(kind)))
    this.#unread = counts.reduce((sum, count) => sum + count, 0)
    return this.#unread
  }

  /** 0 on errors: a reporter's user has no access, and a key of another type is reported where it is read. */
  #countOf(kind: string): Promise<number> {
    return countUnread(this.#connection, this.#keys.kept(kind), DOCUMENT_BOUNDS).catch(() => 0)
  }
}
