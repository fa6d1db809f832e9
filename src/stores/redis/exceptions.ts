import { nextTurn } from '../../lib/async.js'
import type { Page } from '../../ports/index.js'
import { type ExceptionRecord, exceptionOfFields, MAX_EXCEPTIONS, readClockAhead } from '../../protocol/index.js'
import { readObject } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asScored, countScored } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { ChunkSize } from './chunks.js'
import type { RecordTimes } from './record-times.js'
import { textIdOf } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { joinPages } from './streams.js'
import { isAboutKey } from './texts.js'
import { timeOfScore } from './times.js'
import { PageGate } from './trust-gate.js'
import { Turns } from './turns.js'

/**
 * Scores come from many clocks, and several members may have the same score. So a page starts this long before the newest score of the
 * page before, in ms, and leaves out the members of that page.
 */
const OVERLAP_MS = 30_000

interface Cursor {
  readonly score: number
  /** Ids of the members within the overlap. */
  readonly seen: ReadonlySet<string>
}

export interface ExceptionSources {
  readonly connection: Connection
  readonly clock: ServerClock
  readonly verifier: Verifier | null
  readonly times: RecordTimes
}

/** The newest exceptions of several keys after a cursor. */
export async function readExceptions(
  { connection, clock, verifier, times }: ExceptionSources,
  query: { service: string; keys: readonly string[]; after: string | null; limit: number },
): Promise<Page<ExceptionRecord>> {
  const cursors = (query.after ?? '').split(';')
  const { isOff, behind } = times.offsets(query.service)
  // Scores by a clock that is ahead precede all others.
  const limit = Math.max(0, Math.floor(isOff ? Math.max(query.limit, MAX_EXCEPTIONS) : query.limit))
  const overlap = OVERLAP_MS + behind
  const replies = await Promise.all(
    query.keys.map((key, index) => {
      const cursor = parseCursor(cursors[index])
      return newestOf(connection, key, cursor ? cursor.score - overlap : '-inf', limit)
    }),
  )
  const now = clock.now() ?? Date.now()
  const pages: Page<ExceptionRecord>[] = []
  for (const [index, reply] of replies.entries()) {
    const source = { service: query.service, key: query.keys[index] ?? '', after: cursors[index] ?? '', now, overlap }
    pages.push(await pageOf(reply, source, verifier, times))
  }
  return joinPages(pages)
}

interface Source {
  readonly service: string
  readonly key: string
  readonly after: string
  readonly now: number
  /** ms */
  readonly overlap: number
}

/** Newest first, as many as fit into memory at once. */
async function newestOf(connection: Connection, key: string, from: number | '-inf', most: number): Promise<Found> {
  const size = new ChunkSize()
  const members: Scored[] = []
  while (size.entries < most && !size.isFull) {
    const count = size.next(most - size.entries)
    const [reply] = await send(connection, [
      ['zrevrangebyscore', key, '+inf', from, 'WITHSCORES', 'LIMIT', size.entries, count],
    ])
    if (reply?.error) return { members, error: reply }
    const found = asScored(reply?.value)
    members.push(...found)
    // Entries whose score is no number are not among those found.
    const read = countScored(reply?.value)
    size.add(
      read,
      found.reduce((sum, { member }) => sum + member.length, 0),
    )
    if (read < count) break
  }
  return { members, error: null }
}

type Scored = ReturnType<typeof asScored>[number]

interface Found {
  readonly members: readonly Scored[]
  readonly error: Reply | null
}

async function pageOf(
  { members: newestFirst, error }: Found,
  source: Source,
  verifier: Verifier | null,
  times: RecordTimes,
): Promise<Page<ExceptionRecord>> {
  const { service, key, after, now, overlap } = source
  if (error && isAboutKey(error)) return { records: [], unreadable: 1, cursor: after || null }
  if (error?.error) throw error.error
  const members = newestFirst.toReversed()
  const seen = parseCursor(after)?.seen
  const records: ExceptionRecord[] = []
  const gate = new PageGate(verifier)
  let unreadable = 0
  for await (const { member, score } of inTurns(members)) {
    if (seen?.has(textIdOf(member))) continue
    const fields = readObject(member)
    const record = fields && exceptionOfFields(fields, { service, ts: timeOfScore(score, now) })
    if (!record) unreadable += 1
    else if (gate.admits(verifier?.json(key, member) ?? null)) {
      const about = { service, node: record.node, clockAhead: readClockAhead(fields), written: timeOfScore(score, now) }
      records.push(times.ofRecord(record, { ...about, written: times.scoredAt(record.ts, about, now) }))
    }
  }
  return { records, unreadable, cursor: cursorOf(members, now, overlap) ?? (after || null), ...gate.report }
}

async function* inTurns(members: readonly Scored[]): AsyncGenerator<Scored> {
  const turns = new Turns()
  for (const one of members) {
    if (turns.isDue(one.member.length)) await nextTurn()
    yield one
  }
}

/** Capped at now: a score in the future must not hide later records. */
function cursorOf(members: readonly { member: string; score: number }[], now: number, overlap: number): string | null {
  const newest = members.at(-1)
  if (!newest) return null
  const score = Math.min(newest.score, now)
  const recent = members.filter((entry) => entry.score >= score - overlap)
  return `${score}:${recent.map((entry) => textIdOf(entry.member)).join(',')}`
}

function parseCursor(text: string | undefined): Cursor | null {
  const match = /^(-?[\d.]+(?:e[+-]?\d+)?):([\w,-]*)$/.exec(text ?? '')
  if (!match) return null
  return { score: Number(match[1]), seen: new Set(match[2]?.split(',')) }
}
