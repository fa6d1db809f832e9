import { performance } from 'node:perf_hooks'
import type { Keys } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { DOCUMENT_BOUNDS } from './documents.js'
import { countUnread } from './hash-fields.js'

/** Kinds of documents that there is one of, each. */
const KINDS = ['scheduler', 'scheduler-part', 'bulk']
/** Sizes change seldom, and are asked for field by field. ms */
const EVERY_MS = 60_000

/** Tells how much of what Zenith kept it would not read, whether somebody asks for it or not. */
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

  /** A user of reports alone may not look, and a key of another type is told of where it is read. */
  #countOf(kind: string): Promise<number> {
    return countUnread(this.#connection, this.#keys.kept(kind), DOCUMENT_BOUNDS).catch(() => 0)
  }
}
