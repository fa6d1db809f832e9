import type { JobPlace } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { jobField, orThrow, sendInPortions } from '../shared/redis.js'
import { timeOf } from '../shared/times.js'
import { decodeOptions, type JobOptions, parseObject } from './options.js'
import { locate, type Whereabouts } from './state.js'

/** The job that a scheduler waits for: it makes the one after it. */
export interface NextJob {
  readonly id: string
  /** Null when it is gone; `stuck` when it is in no list, so that no worker takes it. */
  readonly state: JobPlace | null
  readonly exists: boolean
  readonly name: string | null
  readonly data: string | null
  readonly options: JobOptions | null
  /** What it was made by: `count`, `limit`, `key`, … */
  readonly repeat: JobOptions
  readonly madeAt: number | null
  readonly startedAt: number | null
  /** When it may start where it is delayed, Unix ms. */
  readonly due: number | null
}

/** What is not there. */
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

/** BullMQ bakes the order of equal times into the score. */
const SCORES_A_MS = 4_096
const COMMANDS = 2
const PER_LOOK = 200

/** @param withData whether payloads are read as well */
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
  for (let start = 0; start < others.length; start += PER_LOOK)
    places.push(
      ...(await locate(
        connection,
        base,
        others.slice(start, start + PER_LOOK).map(({ id }) => id),
      )),
    )
  return new Map(others.map((job, index) => [job.id, { ...job, ...placeOf(places[index]) }]))
}

function placeOf(where: Whereabouts | undefined): Pick<NextJob, 'state' | 'exists'> {
  return { state: where?.state ?? null, exists: where?.exists ?? false }
}

/** So many of the jobs that ended last, or are at work, are looked through for runs of schedulers. */
const MAX_ENDED = 1_000

/**
 * When jobs whose ids begin so started last, as far as they are kept. Unix ms, by those beginnings.
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
