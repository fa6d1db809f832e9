import type { Connection } from '../../redis/connection.js'
import { asNumber } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { jobField } from '../shared/redis.js'

/** How many children a parent has of each kind. */
export interface ChildCounts {
  readonly pending: number
  readonly processed: number
  /** Failed ones that the parent ignores, or goes on without. */
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
    // Where ids may have colons these hashes may be other jobs: `order` and `order:failed`.
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
