import type { Page } from '../../ports.js'
import type { Trust } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, type StreamEntry } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { Repeats } from './repeats.js'
import { isAboutKey } from './texts.js'
import { PageGate } from './trusted.js'

/** Parsed in one go: between chunks the loop turns, which may be that of an app that Zenith is mounted in. */
const CHUNK = 250
/** A stream that has it takes no more entries. */
const LAST_ID = '18446744073709551615-18446744073709551615'
/** At most so many chunks for one page. */
const MAX_CHUNKS = 400

/** How entries of one kind are read. */
export interface EntryReader<T, C> {
  /** What an entry holds, once for all that follows. */
  open(entry: StreamEntry): C
  read(content: C, service: string): T | null
  /** Null when nothing is verified. */
  trust(content: C, key: string): Trust | null
  /** The same for an entry that was written twice. */
  identity(record: T, content: C): string
}

/** Pages of streams. */
export class StreamPages<T, C> {
  readonly #connection: Connection
  readonly #verifier: Verifier | null
  readonly #reader: EntryReader<T, C>
  readonly #repeats = new Map<string, Repeats>()

  constructor(connection: Connection, verifier: Verifier | null, reader: EntryReader<T, C>) {
    this.#connection = connection
    this.#verifier = verifier
    this.#reader = reader
  }

  /** The newest entries after a cursor of several streams; the cursor is theirs, joined. */
  async newest(service: string, keys: readonly string[], after: string | null, limit: number): Promise<Page<T>> {
    const ids = splitCursor(after)
    const commands = keys.map((key, index): Command => {
      return ['xrevrange', key, '+', ids[index] ? startAfter(ids[index]) : '-', 'COUNT', Math.max(0, Math.floor(limit))]
    })
    const replies = await send(this.#connection, commands)
    const pages = replies.map((reply, index) => {
      const after = ids[index] ?? null
      const key = keys[index] ?? ''
      const page = this.#read({ service, key }, entriesOf(reply)?.reverse() ?? null, this.#repeatsOf(key, after))
      return { ...page, cursor: page.cursor ?? after }
    })
    return joinPages(pages)
  }

  /** All entries after a cursor, or since a time by Redis' clock (Unix ms). */
  async all(service: string, key: string, after: string | null, since: number): Promise<Page<T>> {
    const [afterId = null] = splitCursor(after)
    const repeats = this.#repeatsOf(key, afterId)
    let start = afterId ? startAfter(afterId) : String(Math.max(0, Math.floor(since)))
    const pages: Page<T>[] = []
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
      const [reply] = await send(this.#connection, [['xrange', key, start, '+', 'COUNT', CHUNK]])
      const entries = reply ? entriesOf(reply) : []
      pages.push(this.#read({ service, key }, entries, repeats))
      const last = entries?.at(-1)
      if (!last || (entries?.length ?? 0) < CHUNK) break
      start = startAfter(last.id)
    }
    return {
      ...joinCounts(pages),
      records: pages.flatMap((page) => page.records),
      cursor: pages.findLast((page) => page.cursor !== null)?.cursor ?? afterId,
    }
  }

  /** Without a cursor the reader starts anew: then only what is twice in what it reads now is a repeat. */
  #repeatsOf(key: string, after: string | null): Repeats {
    const repeats = (after === null ? null : this.#repeats.get(key)) ?? new Repeats()
    this.#repeats.set(key, repeats)
    return repeats
  }

  /** @param entries oldest first; null when the key holds no stream */
  #read(
    { service, key }: { readonly service: string; readonly key: string },
    entries: readonly StreamEntry[] | null,
    repeats: Repeats,
  ): Page<T> {
    if (!entries) return { records: [], unreadable: 1, cursor: null }
    const records: T[] = []
    const gate = new PageGate(this.#verifier)
    let unreadable = 0
    for (const entry of entries) {
      const content = this.#reader.open(entry)
      const record = this.#reader.read(content, service)
      if (record === null) unreadable += 1
      // What is left out must not pass for the first of a record that is written twice.
      else if (!gate.admits(this.#reader.trust(content, key))) continue
      else if (!repeats.isRepeat(this.#reader.identity(record, content), entry.id)) records.push(record)
    }
    return { records, unreadable, cursor: entries.at(-1)?.id ?? null, ...gate.report }
  }
}

/** After the last id that there can be Redis lets nothing begin: that entry is read again and known as a repeat. */
function startAfter(id: string): string {
  return id === LAST_ID ? id : `(${id}`
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
    ...joinCounts(pages),
    records: pages.flatMap((page) => page.records),
    cursor: cursors.some((cursor) => cursor !== '') ? cursors.join(';').replace(/;+$/, '') : null,
  }
}

function joinCounts<T>(pages: readonly Page<T>[]): Pick<Page<T>, 'unreadable' | 'untrusted'> {
  const unreadable = pages.reduce((sum, page) => sum + page.unreadable, 0)
  const counts = pages.flatMap(({ untrusted }) => untrusted ?? [])
  if (counts.length === 0) return { unreadable }
  const unsigned = counts.reduce((sum, count) => sum + count.unsigned, 0)
  return { unreadable, untrusted: { unsigned, forged: counts.reduce((sum, count) => sum + count.forged, 0) } }
}

/** Stream ids of a cursor; what is none is left out. */
function splitCursor(cursor: string | null): (string | null)[] {
  return (cursor ?? '').split(';').map((id) => (/^\d+-\d+$/.test(id) ? id : null))
}
