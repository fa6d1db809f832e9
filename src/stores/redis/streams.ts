import { nextTurn } from '../../lib/async.js'
import { BoundedMap } from '../../lib/bounded-map.js'
import { monotonic } from '../../lib/clock.js'
import type { FollowedPage, Page } from '../../ports/index.js'
import { CLOCK_TOLERANCE_MS, HISTORY_LIFE_MS, type Trust } from '../../protocol/index.js'
import { MAX_PAGE_ENTRIES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, type StreamEntry } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { bytesOf, ChunkSize } from './chunks.js'
import { Repeats } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { formatPosition, parsePosition, positionOf, startOf } from './stream-position.js'
import { isAboutKey } from './texts.js'
import { PageGate } from './trust-gate.js'
import { Turns } from './turns.js'

/** More than the services that are read. */
const MAX_STREAMS = 2_000
/** A stream with this id accepts no more entries. */
const LAST_ID = '18446744073709551615-18446744073709551615'
/** A stream lives at least so long after its last entry, ms. */
const IDLE_MS = HISTORY_LIFE_MS

/** How entries of one kind are read. */
export interface EntryReader<T, C> {
  /** Opens an entry once, for the other methods. */
  open(entry: StreamEntry): C
  /** @param written Unix ms by Redis' clock, not later than now @param isDated whether it was written then */
  read(content: C, service: string, written: number, isDated: boolean): T | null
  /** Null when nothing is verified. */
  trust(content: C, key: string): Trust | null
  /** Equal for an entry that was written twice. */
  identity(record: T, content: C): string
}

/** A page, and what a follower needs besides. */
interface ReadPage<T> extends Page<T> {
  /** Of the records, in their order. */
  readonly identities: readonly string[]
  /** Number of entries read, whatever was in them. */
  readonly entries: number
}

/** Pages of streams. */
export class StreamPages<T, C> {
  readonly #connection: Connection
  readonly #clock: ServerClock
  readonly #verifier: Verifier | null
  readonly #reader: EntryReader<T, C>
  /** Drops services that were not read for a long time. */
  readonly #repeats = new BoundedMap<string, Repeats>(MAX_STREAMS)
  /** Where followed streams ended when they were last read, by key, and when that was, ms by `monotonic`. */
  readonly #ends = new BoundedMap<string, { readonly cursor: string | null; readonly at: number }>(MAX_STREAMS)

  constructor(connection: Connection, clock: ServerClock, verifier: Verifier | null, reader: EntryReader<T, C>) {
    this.#connection = connection
    this.#clock = clock
    this.#verifier = verifier
    this.#reader = reader
  }

  /** The newest entries of several streams after a cursor, which joins the cursors of the streams. */
  async newest(service: string, keys: readonly string[], after: string | null, limit: number): Promise<Page<T>> {
    const ids = splitCursor(after)
    const most = Math.max(0, Math.floor(limit))
    const pages = await Promise.all(
      keys.map(async (key, index) => {
        const id = ids[index] ?? null
        const entries = await this.#newestOf(key, id ? startAfter(id) : '-', most)
        const page = await this.#read({ service, key }, entries?.reverse() ?? null, this.#repeatsOf(key, id))
        return { ...pageOf(page), cursor: page.cursor ?? id }
      }),
    )
    return joinPages(pages)
  }

  /** Newest first, as many as fit into memory at once; null for a key of another type. */
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
   * The entries after a cursor, or since a time by Redis' clock (Unix ms): all, or as many as fit into memory at once, with `more`.
   */
  async all(service: string, key: string, after: string | null, since: number): Promise<Page<T>> {
    const [afterId = null] = splitCursor(after)
    return pageOf(await this.#range({ service, key }, afterId, since))
  }

  /**
   * The same from the oldest entry on, with the entries that were trimmed since the cursor. A cursor of a stream that was deleted or
   * replaced meanwhile starts over, with a loss of unknown size; one that expired after its last entry was read has lost nothing.
   */
  async follow(service: string, key: string, after: string | null): Promise<FollowedPage<T>> {
    const position = await positionOf(this.#connection, key)
    const known = parsePosition(after)
    if (!position) {
      const cursor = known?.added && this.#hasExpired(key, after, known.id) ? formatPosition(known.id, 0, 0) : after
      return { records: [], identities: [], unreadable: 0, cursor, lost: null }
    }
    const start = startOf(position, known)
    const page = await this.#range({ service, key }, start.after, 0)
    const cursor = page.cursor === null ? after : formatPosition(page.cursor, start.added, page.entries)
    if (page.more === undefined) this.#ends.set(key, { cursor, at: monotonic() })
    return { ...pageOf(page), identities: page.identities, cursor, lost: start.lost }
  }

  /** Whether a stream is gone because nothing was added for long. Had there been more, it would still be there. */
  #hasExpired(key: string, cursor: string | null, lastId: string): boolean {
    const end = this.#ends.get(key)
    if (!end || end.cursor !== cursor || monotonic() - end.at > IDLE_MS) return false
    return (this.#clock.now() ?? Date.now()) - msOf(lastId) > IDLE_MS
  }

  async #range(
    { service, key }: { readonly service: string; readonly key: string },
    afterId: string | null,
    since: number,
  ): Promise<ReadPage<T>> {
    const repeats = this.#repeatsOf(key, afterId)
    let start = afterId ? startAfter(afterId) : String(Math.max(0, Math.floor(since)))
    const pages: ReadPage<T>[] = []
    const size = new ChunkSize()
    let isAtEnd = false
    while (!isAtEnd && !size.isFull && size.entries < MAX_PAGE_ENTRIES) {
      const count = size.next(MAX_PAGE_ENTRIES)
      const [reply] = await send(this.#connection, [['xrange', key, start, '+', 'COUNT', count]])
      const entries = reply ? entriesOf(reply) : []
      pages.push(await this.#read({ service, key }, entries, repeats))
      const last = entries?.at(-1)
      // After the last possible id the same entry would be read again.
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
      identities: pages.flatMap((page) => page.identities),
      entries: size.entries,
      cursor: pages.findLast((page) => page.cursor !== null)?.cursor ?? afterId,
      ...(!isAtEnd && { more: { bytes: size.bytes } }),
    }
  }

  /** Without a cursor the reader starts again: then only duplicates within this read are repeats. */
  #repeatsOf(key: string, after: string | null): Repeats {
    const repeats = (after === null ? null : this.#repeats.get(key)) ?? new Repeats()
    this.#repeats.set(key, repeats)
    return repeats
  }

  /** @param entries oldest first; null for a key of another type */
  async #read(
    { service, key }: { readonly service: string; readonly key: string },
    entries: readonly StreamEntry[] | null,
    repeats: Repeats,
  ): Promise<ReadPage<T>> {
    if (!entries) return { records: [], identities: [], entries: 0, unreadable: 1, cursor: null }
    const records: T[] = []
    const identities: string[] = []
    const gate = new PageGate(this.#verifier)
    const now = this.#clock.now() ?? Date.now()
    const turns = new Turns()
    let unreadable = 0
    for (const entry of entries) {
      if (turns.isDue(bytesOf(entry))) await nextTurn()
      const content = this.#reader.open(entry)
      // After an entry in the future, or after the clock was set back, ids only count up.
      const written = msOf(entry.id)
      const isDated = written <= now + CLOCK_TOLERANCE_MS
      const record = this.#reader.read(content, service, Math.min(written, now), isDated)
      if (record === null) unreadable += 1
      // A rejected entry must not count as the first of two copies.
      else if (!gate.admits(this.#reader.trust(content, key))) continue
      else {
        const identity = this.#reader.identity(record, content)
        if (repeats.isRepeat(identity, entry.id, this.#repeats.size)) continue
        records.push(record)
        identities.push(identity)
      }
    }
    const cursor = entries.at(-1)?.id ?? null
    return { records, identities, entries: entries.length, unreadable, cursor, ...gate.report }
  }
}

function pageOf<T>({ identities: _, entries: __, ...page }: ReadPage<T>): Page<T> {
  return page
}

/** When an entry was added, by Redis' clock as it was then. Unix ms. */
function msOf(id: string): number {
  return Number.parseInt(id, 10)
}

/** Redis refuses a range after the last possible id: that entry is read again, and is a repeat. */
function startAfter(id: string): string {
  return id === LAST_ID ? id : `(${id}`
}

function entriesOf(reply: Reply): StreamEntry[] | null {
  if (reply.error && isAboutKey(reply)) return null
  if (reply.error) throw reply.error
  return asEntries(reply.value)
}

/** A page over several keys; its cursor joins theirs, in their order. */
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

/** The stream ids of a cursor; null for anything else. */
function splitCursor(cursor: string | null): (string | null)[] {
  return (cursor ?? '').split(';').map((id) => (/^\d+-\d+$/.test(id) ? id : null))
}
