import type { Connection } from '../../../redis/connection.js'
import { asNumber } from '../../../redis/replies.js'
import { send } from '../../../redis/send.js'
import { jobField } from '../../shared/redis.js'

/**
 * Why a parent cannot be rerun, or null. BullMQ would run its code and fail it afterwards, because one of its children has not completed.
 */
export async function whyParentWaits(connection: Connection, base: string, id: string): Promise<string | null> {
  const [pending, failed] = await send(connection, [
    ['scard', `${base}${id}:dependencies`],
    ['zcard', `${base}${id}:unsuccessful`],
  ])
  return parentWaits(asNumber(jobField(pending)) ?? 0, asNumber(jobField(failed)) ?? 0)
}

/** @param pending children that have not ended; `failed`: those that failed their parent */
export function parentWaits(pending: number, failed: number): string | null {
  const count = pending + failed
  if (count === 0) return null
  const jobs = count === 1 ? '1 job, which has' : `${count} jobs, which have`
  return `waits for ${jobs} not completed: retry it when its children have`
}
