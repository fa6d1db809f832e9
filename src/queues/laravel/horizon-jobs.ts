import type { JobState, JobSummary } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { jobField, sendInPortions } from '../shared/redis.js'
import { summaryText } from '../shared/texts.js'
import { bareName } from './names.js'
import { type Payload, readPayload } from './payload.js'
import { messageOf } from './php-exception.js'

const SHORT = ['id', 'queue', 'name', 'status', 'failed_at', 'completed_at', 'reserved_at', 'created_at'] as const
const LONG = ['payload', 'exception'] as const
/** Longest payload or exception that a list reads, bytes. */
const MAX_LISTED_BYTES = 65_536

type ShortField = (typeof SHORT)[number]

/** Horizon's record of one job; `payload` and `exception` are null if they were too long to be read. */
export interface HorizonJob extends Readonly<Record<ShortField, string | null>> {
  readonly id: string
  readonly payload: string | null
  readonly exception: string | null
  readonly payloadBytes: number
}

/**
 * Jobs by id, without those that are gone. Reads the lengths of texts first, because a payload may have 3 MB.
 *
 * @param maxBytes longest text to read
 * @throws RedisError if Redis refuses
 */
export async function readJobs(
  connection: Connection,
  horizon: string,
  ids: readonly string[],
  maxBytes = MAX_LISTED_BYTES,
): Promise<HorizonJob[]> {
  const replies = await sendInPortions(
    connection,
    ids.flatMap((id) => [
      ['hmget', `${horizon}${id}`, ...SHORT] as const,
      ...LONG.map((field) => ['hstrlen', `${horizon}${id}`, field] as const),
    ]),
  )
  const found = ids.flatMap((id, index) => {
    const [short, payload, exception] = replies.slice(index * 3, index * 3 + 3)
    const texts = asList(jobField(short)).map(asText)
    // A forged id could name another key of Horizon.
    if (texts[0] !== id) return []
    const bytes = { payload: asNumber(jobField(payload)) ?? 0, exception: asNumber(jobField(exception)) ?? 0 }
    return [{ id, bytes, texts }]
  })
  const long = await readTexts(connection, horizon, found, maxBytes)
  return found.map(({ id, bytes, texts }) => ({
    ...(Object.fromEntries(SHORT.map((field, at) => [field, texts[at] ?? null])) as Record<ShortField, string | null>),
    id,
    payload: long.get(`payload ${id}`) ?? null,
    exception: long.get(`exception ${id}`) ?? null,
    payloadBytes: bytes.payload,
  }))
}

interface Sized {
  readonly id: string
  readonly bytes: Readonly<Record<(typeof LONG)[number], number>>
}

async function readTexts(connection: Connection, horizon: string, jobs: readonly Sized[], maxBytes: number) {
  const wanted = jobs.flatMap(({ id, bytes }) =>
    LONG.filter((field) => bytes[field] > 0 && bytes[field] <= maxBytes).map((field) => ({ id, field })),
  )
  const replies = await sendInPortions(
    connection,
    wanted.map(({ id, field }) => ['hget', `${horizon}${id}`, field] as const),
    50,
  )
  return new Map(wanted.map(({ id, field }, index) => [`${field} ${id}`, asText(jobField(replies[index]))]))
}

/** Whether a job belongs to this queue. @param name without braces */
export function isOf(job: HorizonJob, name: string): boolean {
  return job.queue !== null && bareName(job.queue) === name
}

/** A job that ended. */
export function summaryOf(job: HorizonJob, state: JobState): JobSummary {
  const payload = job.payload === null ? null : readPayload(job.payload)
  return {
    id: job.id,
    name: job.name ?? payload?.name ?? '(no name)',
    state,
    addedAt: secondsOf(job.created_at) ?? payload?.addedAt ?? null,
    runAt: null,
    startedAt: secondsOf(job.reserved_at),
    finishedAt: secondsOf(state === 'failed' ? job.failed_at : job.completed_at),
    ...attemptsOf(payload),
    priority: null,
    error: state === 'failed' && job.exception !== null ? summaryText(messageOf(job.exception)) : null,
    progress: null,
    parent: null,
    scheduler: null,
    dataBytes: job.payloadBytes,
  }
}

export function attemptsOf(payload: Payload | null): Pick<JobSummary, 'attempts' | 'maxAttempts'> {
  return { attempts: payload?.attempts ?? null, maxAttempts: payload?.maxTries ?? null }
}

/** Text with fractional seconds. @returns Unix ms */
export function secondsOf(text: string | null): number | null {
  const seconds = asNumber(text)
  return seconds === null || seconds <= 0 ? null : Math.round(seconds * 1_000)
}
