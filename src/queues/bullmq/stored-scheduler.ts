import type { SchedulerSnapshot } from '../../protocol/index.js'
import { asList, asNumber, asText, textsOf } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { baseOf } from '../bull-common/keys.js'
import { type JobOptions, parseObject } from '../bull-common/options.js'
import { notPossible } from '../shared/conditions.js'
import { orThrow } from '../shared/redis.js'
import type { ActionPlace } from './actions.js'

type Fields = ReadonlyMap<string, string>

/** A scheduler and its next job as stored in Redis. */
export interface StoredScheduler {
  readonly id: string
  /** When its next job is due, Unix ms; a part of that job's id. */
  readonly next: number
  readonly hash: Fields
  /** Empty if the job is gone. */
  readonly job: Fields
  /** When the delayed job may start, Unix ms; null if it is not delayed. */
  readonly due: number | null
}

/** More fields than any version writes. */
const MAX_FIELDS = 200
/** BullMQ encodes the order of equal times in the score. */
const SCORES_A_MS = 4_096

export async function readStored(
  { connection, prefix }: ActionPlace,
  queue: string,
  id: string,
): Promise<StoredScheduler | null> {
  const base = baseOf(prefix, queue)
  await refuseOverfull(connection, `${base}repeat:${id}`)
  const [score, hash] = await send(connection, [
    ['zscore', `${base}repeat`, id],
    ['hgetall', `${base}repeat:${id}`],
  ])
  const next = asNumber(orThrow(score))
  if (next === null) return null
  const job = jobIdOf(id, next)
  await refuseOverfull(connection, base + job)
  const [fields, due] = await send(connection, [
    ['hgetall', base + job],
    ['zscore', `${base}delayed`, job],
  ])
  const dueScore = asNumber(orThrow(due))
  return {
    id,
    next,
    hash: textsOf(orThrow(hash)),
    job: textsOf(orThrow(fields)),
    due: dueScore === null ? null : Math.floor(dueScore / SCORES_A_MS),
  }
}

/** A hash is only restored if it was read whole. @throws if it has more fields than a scheduler or a job */
async function refuseOverfull(connection: ActionPlace['connection'], key: string): Promise<void> {
  const [reply] = await send(connection, [['hlen', key]])
  const count = asNumber(orThrow(reply)) ?? 0
  if (count <= MAX_FIELDS) return
  throw notPossible(`It has ${count} fields, and BullMQ writes no more than ${MAX_FIELDS}: it is left as it is`)
}

export function jobIdOf(id: string, next: number): string {
  return `repeat:${id}:${next}`
}

/** The options that the job was made with, and from which BullMQ makes the next one. */
export function repeatOf(job: Fields): JobOptions {
  const { repeat } = parseObject(job.get('opts') ?? null) ?? {}
  return typeof repeat === 'object' && repeat !== null ? { ...repeat } : {}
}

/** The payload is included once if the scheduler and its job have the same. */
export function snapshotOf({ id, next, hash, job, due }: StoredScheduler): SchedulerSnapshot {
  const data = hash.get('data') ?? job.get('data') ?? null
  const without = (fields: Fields) => [...fields].map(([name, value]) => [name, isData(name, value) ? null : value])
  const isData = (name: string, value: string) => name === 'data' && value === data
  return { data, id, next, due, hash: without(hash), job: without(job) }
}

/** @throws if it is no such snapshot */
export function storedOf({ data, id, next, due, hash, job }: SchedulerSnapshot): StoredScheduler {
  if (typeof id !== 'string' || typeof next !== 'number')
    throw notPossible('What was kept of this scheduler is no longer readable')
  return { id, next, due: asNumber(due), hash: fieldsOf(hash, data), job: fieldsOf(job, data) }
}

function fieldsOf(pairs: unknown, data: string | null): Map<string, string> {
  const fields = new Map<string, string>()
  for (const pair of asList(pairs)) {
    const [name, value] = asList(pair)
    const text = value === null ? data : asText(value)
    if (typeof name === 'string' && text !== null) fields.set(name, text)
  }
  return fields
}
