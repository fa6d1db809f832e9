import type { JobScanQuery } from '../../ports/index.js'
import { own, readAmount, readObject } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asScored } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'
import { wasThere } from '../shared/times.js'
import { type Entry, entryOf, hashOf, summaryOf } from './entry.js'
import { type Place, readParts } from './lists.js'

/** Where a scan continues. Hashes of the last entries returned find the position again after others were removed. */
interface Cursor {
  /** Index of the key. */
  readonly place: number
  /** In a list the number of entries returned; for delayed jobs the time up to which they were. */
  readonly at: number
  /** Hashes of the last entries of a list, or of all delayed jobs of that time; the newest last. */
  readonly last: readonly string[]
}

const ANCHORS = 50
const LOOK_BACK = 1_000

/** A part of the entries of some keys, from the next one to the last added: entries added meanwhile do not move it. */
export async function scanPlaces(
  connection: Connection,
  places: readonly Place[],
  { asOf, cursor, limit }: JobScanQuery,
): Promise<{ readonly entries: Entry[]; readonly cursor: string | null }> {
  const entries: Entry[] = []
  let from = readCursor(cursor)
  for (let place = places[from.place]; place; place = places[from.place]) {
    const room = limit - entries.length
    if (room === 0) return { entries: entries.filter(isWanted(asOf)), cursor: JSON.stringify(from) }
    const part = await (place.state === 'delayed' ? scanTimes : scanList)(connection, place, from, room)
    entries.push(...part.entries)
    from = part.entries.length < room ? { place: from.place + 1, at: 0, last: [] } : part.next
  }
  return { entries: entries.filter(isWanted(asOf)), cursor: null }
}

function isWanted(asOf: number): (entry: Entry) => boolean {
  return (entry) => wasThere(summaryOf(entry, ''), asOf)
}

type Part = { readonly entries: Entry[]; readonly next: Cursor }

async function scanList(connection: Connection, place: Place, from: Cursor, limit: number): Promise<Part> {
  const offset = await placeAfter(connection, place, from)
  const [entries = []] = await readParts(connection, [{ place, offset, limit }], 'oldest')
  const last = [...from.last, ...entries.map(({ text }) => hashOf(text))].slice(-ANCHORS)
  return { entries, next: { place: from.place, at: offset + entries.length, last } }
}

/** Workers take from the end where a scan starts, so an entry already returned is gone or nearer to that end, never farther. */
async function placeAfter(connection: Connection, place: Place, { at, last }: Cursor): Promise<number> {
  // The first read is a single entry: usually nothing has moved.
  for (let end = at, limit = 1; end > 0; end -= limit, limit = Math.min(LOOK_BACK, end)) {
    const offset = end - limit
    const [entries = []] = await readParts(connection, [{ place, offset, limit }], 'oldest')
    const found = entries.findLastIndex(({ text }) => last.includes(hashOf(text)))
    if (found >= 0) return offset + found + 1
  }
  return 0
}

async function scanTimes(connection: Connection, place: Place, from: Cursor, limit: number): Promise<Part> {
  const start = from.last.length === 0 ? '-inf' : from.at
  const most = limit + from.last.length
  const reply = await ask(connection, ['zrangebyscore', place.key, start, '+inf', 'WITHSCORES', 'LIMIT', 0, most])
  const entries = asScored(reply)
    .map(({ member, score }) => entryOf(member, { ...place, runAt: score }))
    .filter(({ text, runAt }) => runAt !== from.at || !from.last.includes(hashOf(text)))
    .slice(0, limit)
  const at = entries.at(-1)?.runAt ?? from.at
  const sameTime = entries.filter(({ runAt }) => runAt === at).map(({ text }) => hashOf(text))
  return { entries, next: { place: from.place, at, last: at === from.at ? [...from.last, ...sameTime] : sameTime } }
}

function readCursor(text: string | null): Cursor {
  const fields = text === null ? null : readObject(text)
  const last = fields && own(fields, 'last')
  return {
    place: (fields && readAmount(fields, 'place')) ?? 0,
    at: (fields && readAmount(fields, 'at')) ?? 0,
    last: Array.isArray(last) ? last.filter((hash) => typeof hash === 'string') : [],
  }
}
