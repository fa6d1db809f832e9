import type { JobPlace, SchedulerEntry, SchedulerState } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { nextRun } from '../gravito-stream/cron.js'
import { jobField, orThrow, sendInPortions } from '../shared/redis.js'
import { timeOf } from '../shared/times.js'
import { decodeOptions, type JobOptions, parseObject } from './options.js'
import { locate, type Whereabouts } from './state.js'

/** A scheduler's definition, without the state of its next job. */
export interface Schedule extends Pick<SchedulerEntry, 'cron' | 'every' | 'timezone' | 'until' | 'limit'> {
  /** When its next job is due, Unix ms. */
  readonly next: number | null
  /** Number of jobs that it made, including the next one; null if it does not count. */
  readonly made: number | null
}

/** The state of a scheduler, which depends on its next job alone: without that job it makes no other. */
export interface Standing {
  readonly state: Extract<SchedulerState, 'active' | 'late' | 'stopped' | 'ended'>
  /** Why it needs attention. */
  readonly attention: string | null
  readonly runs: number | null
  /** When it last ran, as far as the next job shows. */
  readonly last: number | null
}

/** A run overdue by this is late, ms: clocks of machines differ, and workers take due jobs in turn. */
const LATE_MS = 5_000
/** A job that has only just started is about to make the next one, ms. */
const BEGINS_WITHIN_MS = 10_000

/** @param now Unix ms, by the clock of the queue's Redis if known */
export function standingOf(schedule: Schedule, job: NextJob, now: number): Standing {
  if (waits(job)) return waitingStanding(schedule, job, now)
  const count = countOf(schedule, job)
  if (hasRun(job)) {
    if (hasReachedLimit(schedule, job)) return ended(schedule, job)
    // It is about to make the next one.
    if (job.state === 'active' && (job.startedAt ?? now) > now - BEGINS_WITHIN_MS)
      return { state: 'active', attention: null, runs: count, last: job.startedAt }
    if (hasReachedEnd(schedule, now)) return ended(schedule, job)
    return { state: 'stopped', attention: wordsFor(job), runs: count, last: job.startedAt }
  }
  // A job that is removed when it ends is gone as well.
  const mayHaveRun = !job.exists && schedule.next !== null && schedule.next <= now
  if (mayHaveRun && (hasReachedLimit(schedule, job) || hasReachedEnd(schedule, now))) return ended(schedule, job)
  return { state: 'stopped', attention: wordsFor(job), runs: mayHaveRun ? null : before(count), last: null }
}

function hasRun({ exists, state }: NextJob): boolean {
  return exists && state !== null && state !== 'stuck'
}

function ended(schedule: Schedule, job: NextJob): Standing {
  const runs = countOf(schedule, job) ?? schedule.limit
  return { state: 'ended', attention: null, runs, last: job.startedAt ?? schedule.next }
}

function wordsFor({ exists, state }: NextJob): string {
  if (!exists) return 'its next job is gone: it makes no more until it is registered again'
  if (state === 'stuck') return 'its next job is in no list: no worker takes it, so it makes no more'
  return 'its last run made no next job: it makes no more until it is registered again'
}

function waits({ state }: NextJob): boolean {
  return state === 'delayed' || state === 'waiting' || state === 'prioritized' || state === 'waitingChildren'
}

function waitingStanding(schedule: Schedule, job: NextJob, now: number): Standing {
  const due = job.due ?? schedule.next ?? now
  const isLate = due < now - LATE_MS
  const count = asNumber(job.repeat.count)
  return {
    state: isLate ? 'late' : 'active',
    attention: isLate ? 'its next run is due and has not begun: no worker takes it' : null,
    runs: before(countOf(schedule, job)),
    // The next job is made when the one before it starts; the first is made with the scheduler.
    last: count !== null && count > 1 ? job.madeAt : null,
  }
}

function countOf({ made }: Schedule, { repeat }: NextJob): number | null {
  return made ?? asNumber(repeat.count)
}

function before(count: number | null): number | null {
  return count === null ? null : Math.max(0, count - 1)
}

/** A scheduler that is registered again counts from 1 in its jobs. */
function hasReachedLimit({ limit, made }: Schedule, { repeat }: NextJob): boolean {
  const count = asNumber(repeat.count) ?? made
  return limit !== null && count !== null && count >= limit
}

const DAY_MS = 86_400_000

/** Whether its end time leaves no turn after its last one. */
function hasReachedEnd({ until, next, every, cron, timezone }: Schedule, now: number): boolean {
  if (until === null || next === null) return false
  if (until <= now) return true
  if (every !== null) return next + every > until
  try {
    // A turn in another time zone differs by at most a day.
    return nextRun(cron ?? '', next) + (timezone === null ? 0 : DAY_MS) > until
  } catch {
    return false
  }
}

/** The job that a scheduler waits for: it makes the one after it. */
export interface NextJob {
  readonly id: string
  /** Null if it is gone; `stuck` if it is in no list, so that no worker takes it. */
  readonly state: JobPlace | null
  readonly exists: boolean
  readonly name: string | null
  readonly data: string | null
  readonly options: JobOptions | null
  /** Options that it was made with: `count`, `limit`, `key`, … */
  readonly repeat: JobOptions
  readonly madeAt: number | null
  readonly startedAt: number | null
  /** When it may start if it is delayed, Unix ms. */
  readonly due: number | null
}

/** A job that does not exist. */
export const GONE_JOB: NextJob = {
  id: '',
  state: null,
  exists: false,
  name: null,
  data: null,
  options: null,
  repeat: {},
  madeAt: null,
  startedAt: null,
  due: null,
}

/** BullMQ encodes the order of equal times in the score. */
const SCORES_A_MS = 4_096
const COMMANDS = 2
const PER_LOOK = 200

/** @param withData whether to read payloads as well */
export async function readNextJobs(
  connection: Connection,
  base: string,
  ids: readonly string[],
  withData: boolean,
): Promise<NextJob[]> {
  const replies = await sendInPortions(
    connection,
    ids.flatMap((id): Command[] => [
      ['hmget', base + id, 'opts', 'timestamp', 'processedOn', 'name', ...(withData ? ['data'] : [])],
      ['zscore', `${base}delayed`, id],
    ]),
  )
  const jobs = ids.map((id, index) => jobOf(id, replies[COMMANDS * index], replies[COMMANDS * index + 1]))
  const located = await locateOthers(connection, base, jobs)
  return jobs.map((job) => located.get(job.id) ?? job)
}

type Replied = Awaited<ReturnType<typeof sendInPortions>>[number] | undefined

function jobOf(id: string, fields: Replied, score: Replied): NextJob {
  const [text = null, madeAt = null, startedAt = null, name = null, data = null] = asList(jobField(fields)).map(asText)
  const due = asNumber(orThrow(score))
  const options = decodeOptions(text)
  return {
    id,
    state: due === null ? null : 'delayed',
    exists: text !== null || name !== null,
    name,
    data,
    options,
    repeat: parseObject(JSON.stringify(options?.repeat ?? null)) ?? {},
    madeAt: timeOf(madeAt),
    startedAt: timeOf(startedAt),
    due: due === null ? null : Math.floor(due / SCORES_A_MS),
  }
}

/** Those that are not delayed. */
async function locateOthers(
  connection: Connection,
  base: string,
  jobs: readonly NextJob[],
): Promise<ReadonlyMap<string, NextJob>> {
  const others = jobs.filter(({ state, exists }) => state === null && exists)
  const places: Whereabouts[] = []
  for (let start = 0; start < others.length; start += PER_LOOK) {
    const ids = others.slice(start, start + PER_LOOK).map(({ id }) => id)
    places.push(...(await locate(connection, base, ids)))
  }
  return new Map(others.map((job, index) => [job.id, { ...job, ...placeOf(places[index]) }]))
}

function placeOf(where: Whereabouts | undefined): Pick<NextJob, 'state' | 'exists'> {
  return { state: where?.state ?? null, exists: where?.exists ?? false }
}

/** Most of the jobs that ended last, or are active, to search for runs of schedulers. */
const MAX_ENDED = 1_000

/**
 * When stored jobs with such ids last started, Unix ms, by the prefixes of the ids.
 *
 * @param beginnings `repeat:nightly:`; the rest of an id is when it was due
 */
export async function readLastRuns(
  connection: Connection,
  base: string,
  beginnings: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (beginnings.length === 0) return new Map()
  const lists = await sendInPortions(connection, [
    ['zrevrange', `${base}completed`, 0, MAX_ENDED - 1],
    ['zrevrange', `${base}failed`, 0, MAX_ENDED - 1],
    ['lrange', `${base}active`, 0, MAX_ENDED - 1],
  ])
  const latest = latestOf(
    lists.flatMap((reply) => asList(orThrow(reply)).map(asText)),
    new Set(beginnings),
  )
  const started = await sendInPortions(
    connection,
    [...latest.values()].map(({ id }): Command => ['hget', base + id, 'processedOn']),
  )
  const times = [...latest.keys()].map((key, index) => [key, timeOf(asText(orThrow(started[index])))] as const)
  return new Map(times.flatMap(([key, time]) => (time === null ? [] : [[key, time] as const])))
}

function latestOf(ids: readonly (string | null)[], beginnings: ReadonlySet<string>) {
  const latest = new Map<string, { id: string; due: number }>()
  for (const id of ids) {
    const end = (id?.lastIndexOf(':') ?? -1) + 1
    const beginning = id?.slice(0, end) ?? ''
    const due = Number(id?.slice(end))
    if (id && beginnings.has(beginning) && due > (latest.get(beginning)?.due ?? 0)) latest.set(beginning, { id, due })
  }
  return latest
}
