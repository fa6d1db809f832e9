import type { Page } from '../../ports.js'
import type { Command } from './client.js'
import type { Connection } from './connection.js'
import { Repeats } from './repeats.js'
import { asEntries, type StreamEntry } from './replies.js'
import { type Reply, send } from './send.js'
import { isAboutKey } from './texts.js'

const CHUNK = 1_000
/** At most so many chunks for one page. */
const MAX_CHUNKS = 100

/** How entries of one kind are read. */
export interface EntryReader<T> {
  read(entry: StreamEntry, service: string): T | null
  /** The same for an entry that was written twice. */
  identity(record: T, entry: StreamEntry): string
}

/** Pages of streams. */
export class StreamPages<T> {
  readonly #connection: Connection
  readonly #reader: EntryReader<T>
  readonly #repeats = new Map<string, Repeats>()

  constructor(connection: Connection, reader: EntryReader<T>) {
    this.#connection = connection
    this.#reader = reader
  }

  /** The newest entries after a cursor of several streams; the cursor is theirs, joined. */
  async newest(service: string, keys: readonly string[], after: string | null, limit: number): Promise<Page<T>> {
    const ids = splitCursor(after)
    const commands = keys.map((key, index): Command => {
      return ['xrevrange', key, '+', ids[index] ? `(${ids[index]}` : '-', 'COUNT', Math.max(0, Math.floor(limit))]
    })
    const replies = await send(this.#connection, commands)
    const pages = replies.map((reply, index) => {
      const entries = entriesOf(reply)
      return this.#page(service, keys[index] ?? '', entries?.reverse() ?? null, ids[index] ?? null)
    })
    return joinPages(pages)
  }

  /** All entries after a cursor, or since a time by Redis' clock (Unix ms). */
  async all(service: string, key: string, after: string | null, since: number): Promise<Page<T>> {
    const [afterId = null] = splitCursor(after)
    let start = afterId ? `(${afterId}` : String(Math.max(0, Math.floor(since)))
    const entries: StreamEntry[] = []
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
      const [reply] = await send(this.#connection, [['xrange', key, start, '+', 'COUNT', CHUNK]])
      const more = reply ? entriesOf(reply) : []
      if (more === null) return this.#page(service, key, null, afterId)
      entries.push(...more)
      const last = more.at(-1)
      if (!last || more.length < CHUNK) break
      start = `(${last.id}`
    }
    return this.#page(service, key, entries, afterId)
  }

  /** @param entries oldest first; null when the key holds no stream */
  #page(service: string, key: string, entries: readonly StreamEntry[] | null, after: string | null): Page<T> {
    if (!entries) return { records: [], unreadable: 1, cursor: after }
    // Without a cursor the reader starts anew: only what is twice in this page is a repeat.
    const repeats = (after === null ? null : this.#repeats.get(key)) ?? new Repeats()
    this.#repeats.set(key, repeats)
    const records: T[] = []
    let unreadable = 0
    for (const entry of entries) {
      const record = this.#reader.read(entry, service)
      if (record === null) unreadable += 1
      else if (!repeats.isRepeat(this.#reader.identity(record, entry), entry.id)) records.push(record)
    }
    return { records, unreadable, cursor: entries.at(-1)?.id ?? after }
  }
}

function entriesOf(reply: Reply): StreamEntry[] | null {
  if (reply.error && isAboutKey(reply)) return null
  if (reply.error) throw reply.error
  return asEntries(reply.value)
}

/** A page over several keys; its cursor holds theirs, in their order. */
export function joinPages<T>(pages: readonly Page<T>[]): Page<T> {
  const cursors = pages.map((page) => page.cursor ?? '')
  return {
    records: pages.flatMap((page) => page.records),
    unreadable: pages.reduce((sum, page) => sum + page.unreadable, 0),
    cursor: cursors.some((cursor) => cursor !== '') ? cursors.join(';').replace(/;+$/, '') : null,
  }
}

/** Stream ids of a cursor; what is none is left out. */
function splitCursor(cursor: string | null): (string | null)[] {
  return (cursor ?? '').split(';').map((id) => (/^\d+-\d+$/.test(id) ? id : null))
}
