import { nextTurn } from '../../lib/async.js'
import { BoundedMap } from '../../lib/bounded-map.js'
import type { Page } from '../../ports/index.js'
import { CLOCK_TOLERANCE_MS, type Trust } from '../../protocol/index.js'
import { MAX_PAGE_ENTRIES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, type StreamEntry } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { bytesOf, ChunkSize } from './chunks.js'
import { Repeats } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { isAboutKey } from './texts.js'
import { PageGate } from './trust-gate.js'
import { Turns } from './turns.js'

/** More than all services that are read. */
const MAX_STREAMS = 2_000
/** A stream that has it takes no more entries. */
const LAST_ID = '18446744073709551615-18446744073709551615'
/** How entries of one kind are read. */
export interface EntryReader<T, C> {
  /** What an entry holds, once for all that follows. */
  open(entry: StreamEntry): C
  /** @param written Unix ms by Redis' clock, not later than now @param isDated whether it was written then */
  read(content: C, service: string, written: number, isDated: boolean): T | null
  /** Null when nothing is verified. */
  trust(content: C, key: string): Trust | null
  /** The same for an entry that was written twice. */
  identity(record: T, content: C): string
}

/** Pages of streams. */
export class StreamPages<T, C> {
  readonly #connection: Connection
  readonly #clock: ServerClock
  readonly #verifier: Verifier | null
  readonly #reader: EntryReader<T, C>
  /** Of a service that nobody asked for in a long time it is not known any more what was written twice. */
  readonly #repeats = new BoundedMap<string, Repeats>(MAX_STREAMS)

  constructor(connection: Connection, clock: ServerClock, verifier: Verifier | null, reader: EntryReader<T, C>) {
    this.#connection = connection
    this.#clock = clock
    this.#verifier = verifier
    this.#reader = reader
  }

  /** The newest entries after a cursor of several streams; the cursor is theirs, joined. */
  async newest(service: string, keys: readonly string[], after: string | null, limit: number): Promise<Page<T>> {
    const ids = splitCursor(after)
    const most = Math.max(0, Math.floor(limit))
    const pages = await Promise.all(
      keys.map(async (key, index) => {
        const id = ids[index] ?? null
        const entries = await this.#newestOf(key, id ? startAfter(id) : '-', most)
        const page = await this.#read({ service, key }, entries?.reverse() ?? null, this.#repeatsOf(key, id))
        return { ...page, cursor: page.cursor ?? id }
      }),
    )
    return joinPages(pages)
  }

  /** Newest first, as many as may be held at once; null when the key holds no stream. */
  async #newestOf(key: string, start: string, most: number): Promise<StreamEntry[] | null> {
    const found: StreamEntry[] = []
    const size = new ChunkSize()
    let end = '+'
    while (found.length < most && !size.isFull) {
      const count = size.next(most - found.length)
      const [reply] = await send(this.#connection, [['xrevrange', key, end, start, 'COUNT', count]])
      const entries = reply ? entriesOf(reply) : []
      if (!entries) return null
      found.push(...entries)
      size.add(
        entries.length,
        entries.reduce((sum, entry) => sum + bytesOf(entry), 0),
      )
      const last = entries.at(-1)
      if (!last || entries.length < count) break
      end = `(${last.id}`
    }
    return found
  }

  /**
   * The first entries after a cursor, or since a time by Redis' clock (Unix ms): all of them, or as many as may be held at once, and
   * then there is `more`.
   */
  async all(service: string, key: string, after: string | null, since: number): Promise<Page<T>> {
    const [afterId = null] = splitCursor(after)
    const repeats = this.#repeatsOf(key, afterId)
    let start = afterId ? startAfter(afterId) : String(Math.max(0, Math.floor(since)))
    const pages: Page<T>[] = []
    const size = new ChunkSize()
    let isAtEnd = false
    while (!isAtEnd && !size.isFull && size.entries < MAX_PAGE_ENTRIES) {
      const count = size.next(MAX_PAGE_ENTRIES)
      const [reply] = await send(this.#connection, [['xrange', key, start, '+', 'COUNT', count]])
      const entries = reply ? entriesOf(reply) : []
      pages.push(await this.#read({ service, key }, entries, repeats))
      const last = entries?.at(-1)
      // At the last id that there can be the same entry would come again.
      isAtEnd = !last || !entries || entries.length < count || last.id === LAST_ID
      if (!last || !entries) break
      start = startAfter(last.id)
      size.add(
        entries.length,
        entries.reduce((sum, entry) => sum + bytesOf(entry), 0),
      )
    }
    return {
      ...joinCounts(pages),
      records: pages.flatMap((page) => page.records),
      cursor: pages.findLast((page) => page.cursor !== null)?.cursor ?? afterId,
      ...(!isAtEnd && { more: { bytes: size.bytes } }),
    }
  }

  /** Without a cursor the reader starts anew: then only what is twice in what it reads now is a repeat. */
  #repeatsOf(key: string, after: string | null): Repeats {
    const repeats = (after === null ? null : this.#repeats.get(key)) ?? new Repeats()
    this.#repeats.set(key, repeats)
    return repeats
  }

  /** @param entries oldest first; null when the key holds no stream */
  async #read(
    { service, key }: { readonly service: string; readonly key: string },
    entries: readonly StreamEntry[] | null,
    repeats: Repeats,
  ): Promise<Page<T>> {
    if (!entries) return { records: [], unreadable: 1, cursor: null }
    const records: T[] = []
    const gate = new PageGate(this.#verifier)
    const now = this.#clock.now() ?? Date.now()
    const turns = new Turns()
    let unreadable = 0
    for (const entry of entries) {
      if (turns.isDue(bytesOf(entry))) await nextTurn()
      const content = this.#reader.open(entry)
      // Where an entry of the future stands, or the clock was set back, ids go on from there.
      const written = msOf(entry.id)
      const isDated = written <= now + CLOCK_TOLERANCE_MS
      const record = this.#reader.read(content, service, Math.min(written, now), isDated)
      if (record === null) unreadable += 1
      // What is left out must not pass for the first of a record that is written twice.
      else if (!gate.admits(this.#reader.trust(content, key))) continue
      else if (!repeats.isRepeat(this.#reader.identity(record, content), entry.id, this.#repeats.size))
        records.push(record)
    }
    return { records, unreadable, cursor: entries.at(-1)?.id ?? null, ...gate.report }
  }
}

/** When an entry was added, by Redis' clock as it was then. Unix ms. */
function msOf(id: string): number {
  return Number.parseInt(id, 10)
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
