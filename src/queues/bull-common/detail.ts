import type { JobDetail, JobLogs } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { jobField, orThrow } from '../shared/redis.js'
import type { LayoutPlace } from './acting.js'
import { baseOf } from './keys.js'
import { decodeOptions } from './options.js'
import { locate } from './state.js'
import { attemptsIn, SUMMARY_FIELDS, summaryOf } from './summary.js'

const DETAIL_FIELDS = ['data', 'returnvalue', 'opts', 'failedReason', 'stacktrace', 'progress', 'pb'] as const

/** A stored job. Null if it is gone. */
export async function readDetail(
  { connection, prefix }: LayoutPlace,
  queue: string,
  id: string,
): Promise<JobDetail | null> {
  const base = baseOf(prefix, queue)
  const key = base + id
  const [where] = await locate(connection, base, [id])
  if (!where?.exists || !where.state) return null
  const [[small, large], children] = await Promise.all([
    send(connection, [
      ['hmget', key, ...SUMMARY_FIELDS],
      ['hmget', key, ...DETAIL_FIELDS],
    ]),
    countChildren(connection, key),
  ])
  const [data = null, result = null, options = null, failure = null, stacks = null, progress = null, worker = null] =
    asList(orThrow(large)).map(asText)
  const summary = summaryOf(
    {
      id,
      score: where.score,
      values: asList(orThrow(small)),
      maxAttempts: attemptsIn(options),
      error: failure,
      errorBytes: null,
      progress,
      dataBytes: data === null ? null : Buffer.byteLength(data),
    },
    where.state,
    prefix,
  )
  const total = childrenIn(children)
  const ended = total - children.pending
  return (
    summary && {
      ...summary,
      data,
      result,
      options: decodeOptions(options),
      failure,
      stacks: stacksIn(stacks),
      progressText: progress,
      worker,
      children: total > 0 ? { done: ended, total } : null,
    }
  )
}

function stacksIn(text: string | null): string[] {
  try {
    return asList(JSON.parse(text ?? '[]')).filter((stack) => typeof stack === 'string')
  } catch {
    return []
  }
}

export async function readLogs(
  connection: Connection,
  base: string,
  id: string,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<JobLogs> {
  const key = `${base}${id}:logs`
  // The key may be the hash of a job whose id has this ending.
  const [total, lines] = await send(connection, [
    ['llen', key],
    ['lrange', key, offset, offset + limit - 1],
  ])
  return {
    total: asNumber(jobField(total)) ?? 0,
    lines: asList(jobField(lines)).flatMap((line) => asText(line) ?? []),
  }
}

/** Numbers of a parent's children by kind. */
export interface ChildCounts {
  readonly pending: number
  readonly processed: number
  /** Failed ones that the parent ignores, or continues without. */
  readonly ignored: number
  readonly failed: number
}

/** @param key of the parent's hash */
export async function countChildren(connection: Connection, key: string): Promise<ChildCounts> {
  const [pending, processed, ignored, failed, ...areJobs] = await send(connection, [
    ['scard', `${key}:dependencies`],
    ['hlen', `${key}:processed`],
    ['hlen', `${key}:failed`],
    ['zcard', `${key}:unsuccessful`],
    // If ids contain colons, these hashes may be other jobs: `order` and `order:failed`.
    ['hget', `${key}:processed`, 'timestamp'],
    ['hget', `${key}:failed`, 'timestamp'],
  ])
  const [isProcessedJob, isFailedJob] = areJobs.map((reply) => jobField(reply) !== null)
  return {
    pending: numberOf(pending),
    processed: isProcessedJob ? 0 : numberOf(processed),
    ignored: isFailedJob ? 0 : numberOf(ignored),
    failed: numberOf(failed),
  }
}

function numberOf(reply: Reply | undefined): number {
  return asNumber(jobField(reply)) ?? 0
}

export function childrenIn({ pending, processed, ignored, failed }: ChildCounts): number {
  return pending + processed + ignored + failed
}
