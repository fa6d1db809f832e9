import type { JobScanQuery, JobSearchQuery, QueueSource } from '../../ports/index.js'
import type { JobSearch, JobSummary } from '../../protocol/index.js'
import type { SearchedJob } from '../../redaction/job.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { notPossible } from '../shared/conditions.js'
import { orThrow } from '../shared/redis.js'
import { searchWithin } from '../shared/search.js'
import { wasThere } from '../shared/times.js'
import type { LayoutPlace } from './acting.js'
import { readLogs } from './detail.js'
import { baseOf, isSetState, listsOf, SET_STATES } from './keys.js'
import { isMarker, type ListedId, type ReadJobs, readIds, scoredIds } from './lists.js'
import { locate } from './state.js'

/** Finds jobs through the lists and sorted sets that hold their ids. */
export function looksAtLists(
  { connection, prefix }: LayoutPlace,
  readJobs: ReadJobs,
): Required<Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'logs'>> {
  return {
    async jobs(queue, query) {
      const base = baseOf(prefix, queue)
      const { total, ids } = await readIds(connection, base, query)
      const jobs = await readJobs(base, ids, query.state)
      const found = jobs.filter((job) => job !== null)
      return { total, jobs: found, missing: jobs.length - found.length }
    },
    search: (queue, query) => searchJobs(connection, readJobs, baseOf(prefix, queue), query),
    async scan(queue, query) {
      const base = baseOf(prefix, queue)
      const { ids, cursor } = await scanIds(connection, base, query, parseCursor(query.cursor))
      const jobs = (await readJobs(base, ids, query.state)).filter((job) => job !== null)
      return { jobs: jobs.filter((job) => wasThere(job, query.asOf)), cursor: formatCursor(cursor) }
    },
    async logs(queue, id, query) {
      const base = baseOf(prefix, queue)
      const [found] = await locate(connection, base, [id], { lists: false })
      return found?.exists ? readLogs(connection, base, id, query) : { total: 0, lines: [] }
    },
  }
}

/** Where to continue: the last job read, and its position. */
export interface ScanCursor {
  readonly id: string
  /** In a sorted set the score; in a list the number of jobs before it. */
  readonly at: number
  /** Index of the list, from the one that workers take from. */
  readonly list: number
}

/** The next ids of a scan, oldest first. */
export async function scanIds(
  connection: Connection,
  base: string,
  { state, limit, asOf }: JobScanQuery,
  cursor: ScanCursor | null,
): Promise<{ ids: ListedId[]; cursor: ScanCursor | null }> {
  if (!isSetState(state)) return scanLists(connection, base, [...listsOf(state)].reverse(), limit, cursor)
  const key = base + SET_STATES[state]
  const start = cursor ? await rankAfter(connection, key, cursor) : 0
  const [reply] = await send(connection, [['zrange', key, start, start + limit - 1, 'WITHSCORES']])
  const found = scoredIds(orThrow(reply))
  // These are sorted by their end: after the first that is too new, all are.
  const isByTime = state === 'completed' || state === 'failed'
  const ids = isByTime ? found.filter(({ score }) => (score ?? 0) <= asOf) : found
  const last = ids.at(-1)
  const isEnd = found.length < limit || ids.length < found.length
  return { ids, cursor: last && !isEnd ? { id: last.id, at: last.score ?? 0, list: 0 } : null }
}

/** The rank after a member of a sorted set that may have been removed since. */
async function rankAfter(connection: Connection, key: string, { id, at }: ScanCursor): Promise<number> {
  const [rank, score, below, upTo] = await send(connection, [
    ['zrank', key, id],
    ['zscore', key, id],
    ['zcount', key, '-inf', `(${at}`],
    ['zcount', key, '-inf', at],
  ])
  const found = asNumber(orThrow(rank))
  const is = asNumber(orThrow(score))
  // With another score the job was added again later, further back. An infinite score is its own rank.
  if (found !== null && (is === null || is === at)) return found + 1
  return searchTies(connection, key, id, asNumber(orThrow(below)) ?? 0, asNumber(orThrow(upTo)) ?? 0)
}

/** Members with equal scores are sorted by their bytes. */
async function searchTies(connection: Connection, key: string, id: string, from: number, to: number): Promise<number> {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [reply] = await send(connection, [['zrange', key, middle, middle]])
    const member = asText(asList(orThrow(reply))[0]) ?? ''
    if (Buffer.compare(Buffer.from(member), Buffer.from(id)) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** @param lists the one that workers take from first */
async function scanLists(
  connection: Connection,
  base: string,
  lists: readonly string[],
  limit: number,
  cursor: ScanCursor | null,
): Promise<{ ids: ListedId[]; cursor: ScanCursor | null }> {
  const list = cursor?.list ?? 0
  const key = base + (lists[list] ?? '')
  const start = cursor ? await placeAfter(connection, key, cursor) : 0
  const [reply] = await send(connection, [['lrange', key, -start - limit, -start - 1]])
  const found = asList(orThrow(reply)).map((one) => asText(one) ?? '')
  const ids = found.filter((id) => !isMarker(id)).reverse()
  const here = ids.map((id) => ({ id, score: null }))
  if (found.length === limit) return { ids: here, cursor: { id: found[0] ?? '', at: start + limit - 1, list } }
  if (list + 1 === lists.length) return { ids: here, cursor: null }
  const more = await scanLists(connection, base, lists, limit - found.length, { id: '', at: -1, list: list + 1 })
  return { ids: [...here, ...more.ids], cursor: more.cursor }
}

/**
 * The number of jobs of a list from its tail up to and including the last job read. Jobs are taken at the tail: if that job is gone, so are
 * all before it.
 */
async function placeAfter(connection: Connection, key: string, { id, at }: ScanCursor): Promise<number> {
  if (at < 0) return 0
  const [same] = await send(connection, [['lindex', key, -at - 1]])
  if (asText(orThrow(same)) === id) return at + 1
  const [place, length] = await send(connection, [
    ['lpos', key, id, 'RANK', -1],
    ['llen', key],
  ])
  const index = asNumber(orThrow(place))
  return index === null ? 0 : (asNumber(orThrow(length)) ?? 0) - index
}

export function parseCursor(text: string | null): ScanCursor | null {
  if (text === null) return null
  try {
    const [at, list, id] = JSON.parse(text)
    if (typeof id === 'string' && Number.isFinite(at) && (list === 0 || list === 1)) return { id, at, list }
  } catch {}
  throw notPossible('This is no cursor of a scan of jobs')
}

export function formatCursor(cursor: ScanCursor | null): string | null {
  return cursor && JSON.stringify([cursor.at, cursor.list, cursor.id])
}

/** Larger payloads are not searched. */
const MAX_PAYLOAD_BYTES = 65_536
/** Most bytes of payloads to read at once. */
const MAX_PORTION_BYTES = 1_048_576

/** Newest first. */
export async function searchJobs(
  connection: Connection,
  readJobs: ReadJobs,
  base: string,
  query: JobSearchQuery,
): Promise<JobSearch> {
  const { state } = query
  const { total } = await readIds(connection, base, { state, offset: 0, limit: 1, order: 'newest' })
  return searchWithin(query, total, async (offset, limit) => {
    const { ids } = await readIds(connection, base, { state, offset, limit, order: 'newest' })
    const jobs = await readJobs(base, ids, state)
    return withPayloads(
      connection,
      base,
      jobs.filter((job) => job !== null),
    )
  })
}

async function withPayloads(connection: Connection, base: string, jobs: readonly JobSummary[]): Promise<SearchedJob[]> {
  const payloads = new Map<string, string>()
  for (const portion of portionsOf(jobs)) {
    const commands = portion.map(({ id }): Command => ['hget', base + id, 'data'])
    const replies = await send(connection, commands)
    for (const [index, { id }] of portion.entries()) payloads.set(id, asText(orThrow(replies[index])) ?? '')
  }
  return jobs.map((summary) => ({ summary, payload: payloads.get(summary.id) ?? null }))
}

function portionsOf(jobs: readonly JobSummary[]): JobSummary[][] {
  const portions: JobSummary[][] = []
  let portion: JobSummary[] = []
  let bytes = 0
  for (const job of jobs) {
    const size = job.dataBytes ?? 0
    if (size > MAX_PAYLOAD_BYTES) continue
    if (bytes + size > MAX_PORTION_BYTES) {
      portions.push(portion)
      portion = []
      bytes = 0
    }
    portion.push(job)
    bytes += size
  }
  return [...portions, portion]
}
