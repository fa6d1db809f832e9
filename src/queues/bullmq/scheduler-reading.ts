import type { SchedulerEntry } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber } from '../../redis/replies.js'
import { type ListedId, readRepeat, readRepeats } from '../bull-common/lists.js'
import { decodeOptions, optionsForCopy } from '../bull-common/options.js'
import {
  GONE_JOB,
  type NextJob,
  readLastRuns,
  readNextJobs,
  type Schedule,
  standingOf,
} from '../bull-common/schedulers.js'
import { askFields, fieldsAsked } from '../shared/hash-fields.js'
import { jobField, orThrow, readServerTime, sendInPortions } from '../shared/redis.js'
import { timeOf } from '../shared/times.js'
import { DEFINITION_FIELDS, jobPrefixOf, kindOf, legacyPartsOf, type SchedulerKind } from './scheduler-kinds.js'

/**
 * The next to run first. Reads the keys: BullMQ's API removes schedulers without a definition, and rejects all of them if one is of the
 * older mechanism.
 */
export async function readSchedulers(connection: Connection, base: string): Promise<SchedulerEntry[]> {
  return readEntries(connection, base, await readRepeats(connection, base))
}

export async function readScheduler(connection: Connection, base: string, id: string): Promise<SchedulerEntry | null> {
  const [entry = null] = await readEntries(connection, base, await readRepeat(connection, base, id))
  return entry
}

/** A stored scheduler. */
interface Found {
  readonly id: string
  readonly next: number | null
  readonly hash: ReadonlyMap<string, string>
  readonly kind: SchedulerKind
  readonly prefix: string
}

/** Most reads of a scheduler that runs in between. */
const MAX_LOOKS = 3

async function readEntries(
  connection: Connection,
  base: string,
  listed: readonly ListedId[],
): Promise<SchedulerEntry[]> {
  const entries = new Map<string, SchedulerEntry>()
  let left = listed
  for (let look = 1; left.length > 0 && look <= MAX_LOOKS; look++) {
    const found = await readFound(connection, base, left)
    // For an orphan the id of its next job is unknown.
    const ids = found.filter(({ kind }) => kind !== 'orphan').map(jobIdOf)
    const jobs = new Map((await readNextJobs(connection, base, ids, false)).map((job) => [job.id, job]))
    const now = await readServerTime(connection)
    for (const one of found) entries.set(one.id, entryOf(one, jobs.get(jobIdOf(one)) ?? GONE_JOB, now))
    const odd = found.filter(({ id }) => isOdd(entries.get(id))).map(({ id }) => id)
    const scores = await readScores(connection, base, odd)
    for (const [id, score] of scores) if (score === null) entries.delete(id)
    left = moved(left, scores)
  }
  return withLastRuns(connection, base, listed, entries)
}

async function readFound(connection: Connection, base: string, listed: readonly ListedId[]): Promise<Found[]> {
  const hashes = await sendInPortions(
    connection,
    listed.map(({ id }) => askFields(`${base}repeat:${id}`, DEFINITION_FIELDS)),
  )
  return listed.map(({ id, score }, index) => {
    const hash = fieldsAsked(jobField(hashes[index]), DEFINITION_FIELDS)
    const kind = kindOf(id, hash)
    return { id, next: score, hash, kind, prefix: jobPrefixOf(id, hash.size > 0 ? 'whole' : kind) }
  })
}

function isOdd(entry: SchedulerEntry | undefined): boolean {
  return entry !== undefined && (entry.state === 'stopped' || entry.state === 'ended' || Boolean(entry.attention))
}

async function readScores(connection: Connection, base: string, ids: readonly string[]) {
  const replies = await sendInPortions(
    connection,
    ids.map((id): Command => ['zscore', `${base}repeat`, id]),
  )
  return new Map(ids.map((id, index) => [id, asNumber(orThrow(replies[index]))]))
}

/** Those that have run since they were listed: their oddities are no longer true. */
function moved(listed: readonly ListedId[], scores: ReadonlyMap<string, number | null>): ListedId[] {
  return listed.flatMap(({ id, score }) => {
    const now = scores.get(id) ?? null
    return now !== null && now !== score ? [{ id, score: now }] : []
  })
}

function jobIdOf({ prefix, next }: Found): string {
  return prefix + (next ?? 0)
}

/** A scheduler that was registered again has a first job that no run has made: the last run is then taken from the stored jobs. */
async function withLastRuns(
  connection: Connection,
  base: string,
  listed: readonly ListedId[],
  entries: ReadonlyMap<string, SchedulerEntry>,
): Promise<SchedulerEntry[]> {
  const all = listed.flatMap(({ id }) => entries.get(id) ?? [])
  const prefixOf = ({ id, state }: SchedulerEntry) => jobPrefixOf(id, state === 'legacy' ? 'legacy' : 'whole')
  const sought = all.filter(({ last, state }) => last === null && state !== 'orphan')
  const times = await readLastRuns(connection, base, sought.map(prefixOf))
  return all.map((entry) => (entry.last === null ? { ...entry, last: times.get(prefixOf(entry)) ?? null } : entry))
}

function entryOf({ id, next, hash, kind }: Found, job: NextJob, now: number): SchedulerEntry {
  const text = (field: string) => hash.get(field) ?? null
  const legacy = kind === 'legacy' && hash.size === 0 ? legacyPartsOf(id) : null
  // A repeatable job, and the scheduler that later versions turn it into after a run, has some fields only in its next job.
  const number = (field: string) => asNumber(hash.get(field)) ?? asNumber(job.repeat[field])
  const schedule: Schedule = {
    cron: text('pattern') ?? legacy?.cron ?? null,
    every: number('every') ?? legacy?.every ?? null,
    timezone: text('tz') ?? legacy?.timezone ?? null,
    limit: number('limit'),
    until: timeOf(number('endDate')) ?? legacy?.until ?? null,
    next: timeOf(next),
    made: kind === 'whole' ? madeOf(hash, job) : null,
  }
  const { made: _, ...shown } = schedule
  return {
    id,
    name: text('name') ?? legacy?.name ?? id,
    ...shown,
    from: timeOf(number('startDate')),
    ...standing(kind, schedule, job, now),
    data: kind === 'whole' ? (text('data') ?? '{}') : null,
    options: kind === 'whole' ? (decodeOptions(text('opts')) ?? optionsForCopy(job.options ?? {})) : null,
  }
}

/** A scheduler that was once a repeatable job counts from its second job on. */
function madeOf(hash: Found['hash'], job: NextJob): number | null {
  const counts = [asNumber(hash.get('ic')), asNumber(job.repeat.count)].filter((count) => count !== null)
  return counts.length > 0 ? Math.max(...counts) : null
}

function standing(
  kind: SchedulerKind,
  schedule: Schedule,
  job: NextJob,
  now: number,
): Pick<SchedulerEntry, 'state' | 'attention' | 'runs' | 'last'> {
  if (kind === 'orphan') return { state: 'orphan', attention: ORPHAN, runs: null, last: null }
  const { state, ...rest } = standingOf(schedule, job, now)
  return { state: kind === 'legacy' && state !== 'ended' ? 'legacy' : state, ...rest }
}

const ORPHAN = 'it is listed, and its definition is gone'
