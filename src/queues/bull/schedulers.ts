import type { JobAddress, SchedulerEntry } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { copyOf } from '../bull-common/adding.js'
import { baseOf } from '../bull-common/keys.js'
import { type ListedId, md5, readRepeat, readRepeats } from '../bull-common/lists.js'
import { type JobOptions, optionsForCopy } from '../bull-common/options.js'
import {
  GONE_JOB,
  type NextJob,
  readLastRuns,
  readNextJobs,
  type Schedule,
  standingOf,
} from '../bull-common/schedulers.js'
import { isGone, notPossible } from '../shared/conditions.js'
import { orThrow, readServerTime } from '../shared/redis.js'
import { timeOf } from '../shared/times.js'
import { add } from './actions.js'
import type { ActionPlace } from './api.js'

/** The next to run first. */
export async function readSchedulers(connection: Connection, base: string): Promise<SchedulerEntry[]> {
  return readEntries(connection, base, await readRepeats(connection, base))
}

export async function readScheduler(connection: Connection, base: string, id: string): Promise<SchedulerEntry | null> {
  const [entry = null] = await readEntries(connection, base, await readRepeat(connection, base, id))
  return entry
}

/** A schedule that ran between two reads is read again, once. */
async function readEntries(
  connection: Connection,
  base: string,
  listed: readonly ListedId[],
  isAgain = false,
): Promise<SchedulerEntry[]> {
  const runs = await readNextRuns(connection, base, listed)
  const now = await readServerTime(connection)
  const entries = listed.map((one, index) => entryOf(one, runs[index] ?? null, now))
  const odd = entries.filter(({ attention }) => attention).map(({ id }) => id)
  const later = isAgain ? [] : (await Promise.all(odd.map((id) => readRepeat(connection, base, id)))).flat()
  const moved = later.filter(({ id, score }) => listed.some((one) => one.id === id && one.score !== score))
  const again = new Map((await readAgain(connection, base, moved)).map((entry) => [entry.id, entry]))
  return withLastRuns(
    connection,
    base,
    entries.map((entry) => again.get(entry.id) ?? entry),
  )
}

async function readAgain(connection: Connection, base: string, moved: readonly ListedId[]): Promise<SchedulerEntry[]> {
  return moved.length === 0 ? [] : readEntries(connection, base, moved, true)
}

/** If the next run lacks the time of the run before it, stored jobs of earlier runs may have it. */
async function withLastRuns(
  connection: Connection,
  base: string,
  entries: readonly SchedulerEntry[],
): Promise<SchedulerEntry[]> {
  const prefixes = new Map(
    entries
      .filter(({ last }) => last === null)
      .map(({ id }) => [id, partsOf(id).names.map((one) => jobPrefixOf(id, one))]),
  )
  const times = await readLastRuns(connection, base, [...prefixes.values()].flat())
  return entries.map((entry) => {
    const known = (prefixes.get(entry.id) ?? []).flatMap((prefix) => times.get(prefix) ?? [])
    return known.length > 0 ? { ...entry, last: Math.max(...known) } : entry
  })
}

/** Bull stores the payload and the limit of a schedule only in its next run: without that job both are lost. */
function entryOf({ id, score }: ListedId, run: NextJob | null, now: number): SchedulerEntry {
  const { names, ...parts } = partsOf(id)
  const next = timeOf(score)
  const limit = asNumber(run?.repeat.limit)
  return {
    id,
    name: run?.name ?? names[0]?.name ?? id,
    ...parts,
    limit,
    from: timeIn(run?.repeat.startDate),
    ...standing({ ...parts, limit, next, made: null }, run, now),
    next,
    data: run && (run.data ?? '{}'),
    options: run?.options ? optionsForCopy(run.options) : null,
  }
}

function standing(
  schedule: Schedule,
  run: NextJob | null,
  now: number,
): Pick<SchedulerEntry, 'state' | 'attention' | 'runs' | 'last'> {
  const { state, ...rest } = standingOf(schedule, run ?? GONE_JOB, now)
  // Its definition was deleted with its next run.
  return { state: run || state === 'ended' ? state : 'orphan', ...rest }
}

function timeIn(value: unknown): number | null {
  return typeof value === 'string' && /\D/.test(value) ? timeOf(Date.parse(value)) : timeOf(value)
}

interface KeyParts {
  /** All ways to split the key: both a name and an id may contain colons. */
  readonly names: readonly { readonly name: string; readonly id: string }[]
  readonly until: number | null
  readonly cron: string | null
  readonly every: number | null
  readonly timezone: string | null
}

/** `name:id:endDate:tz:cron`, or `name:id:endDate:every`. */
function partsOf(key: string): KeyParts {
  const every = /^(.*):(\d*):(\d+)$/s.exec(key)
  const cron = /^(.*):(\d*):([^:]*):([^:]*)$/s.exec(key)
  const [, head = key, until = ''] = every ?? cron ?? []
  return {
    names: splitsOf(head),
    until: asNumber(until),
    cron: every ? null : (cron?.[4] ?? null),
    every: every ? Number(every[3]) : null,
    timezone: (every ? null : cron?.[3]) || null,
  }
}

/** A job is searched for each; a hostile key may consist of colons. */
const MAX_SPLITS = 20

function splitsOf(head: string): { name: string; id: string }[] {
  const splits: { name: string; id: string }[] = []
  for (let at = head.length - 1; at >= 0 && splits.length < MAX_SPLITS; at--)
    if (head[at] === ':') splits.push({ name: head.slice(0, at), id: head.slice(at + 1) })
  return splits
}

/** @returns one for each schedule, null where it is gone */
async function readNextRuns(
  connection: Connection,
  base: string,
  listed: readonly ListedId[],
): Promise<(NextJob | null)[]> {
  const candidates = listed.map(({ id, score }) =>
    partsOf(id).names.map((one) => `${jobPrefixOf(id, one)}${score ?? 0}`),
  )
  const jobs = await readNextJobs(connection, base, candidates.flat(), true)
  let first = 0
  return candidates.map(({ length }, index) => {
    first += length
    const some = jobs.slice(first - length, first)
    return some.find(({ name, repeat }) => name !== null && repeat.key === listed[index]?.id) ?? null
  })
}

/** Prefix of the ids of its runs, for this name and id. */
function jobPrefixOf(key: string, { name, id }: KeyParts['names'][number]): string {
  return `repeat:${md5(`${name}${id}:${md5(key)}`)}:`
}

/** Adds a job like the next run. */
export async function runScheduler(place: ActionPlace, queue: string, id: string): Promise<JobAddress> {
  const found = await findScheduler(place, queue, id)
  if (!found) throw isGone(`The queue ${queue} has no schedule "${id}" any more`)
  const { run } = found
  if (!run) throw notPossible(`The schedule "${id}" has lost its next run, and with it what its jobs are like`)
  return add(place, queue, copyOf(run.name ?? '', run.data, run.options))
}

export async function removeScheduler(place: ActionPlace, queue: string, id: string): Promise<boolean> {
  const found = await findScheduler(place, queue, id)
  if (!found) return false
  const { run } = found
  // With only the key, Bull misses the next run if the name has a colon.
  await place.api.use(queue, (open) =>
    run?.name && keyOf(run.name, run.repeat) === id
      ? open.removeRepeatable(run.name, run.repeat)
      : open.removeRepeatableByKey(id),
  )
  return true
}

/** As Bull builds it from a name and a schedule. */
function keyOf(name: string, repeat: JobOptions): string {
  const { jobId, endDate, tz, cron, every } = repeat
  const end = endDate ? new Date(endDate as string | number).getTime() : ''
  return `${name}:${jobId ?? ''}:${end}:${cron ? `${tz ?? ''}:${cron}` : every}`
}

async function findScheduler({ connection, prefix }: ActionPlace, queue: string, id: string) {
  const base = baseOf(prefix, queue)
  const [reply] = await send(connection, [['zscore', `${base}repeat`, id]])
  const score = asNumber(orThrow(reply))
  if (score === null) return null
  const [run = null] = await readNextRuns(connection, base, [{ id, score }])
  return { run }
}
