import type { Connection } from '../../../redis/connection.js'
import { asNumber } from '../../../redis/replies.js'
import { send } from '../../../redis/send.js'
import { jobField } from '../../shared/redis.js'

/**
 * Why a parent can't be run again, or null. BullMQ would: its code runs, and it fails when that has ended, because a job that
 * it is made of has not completed.
 */
export async function whyParentWaits(connection: Connection, base: string, id: string): Promise<string | null> {
  const [pending, failed] = await send(connection, [
    ['scard', `${base}${id}:dependencies`],
    ['zcard', `${base}${id}:unsuccessful`],
  ])
  return parentWaits(asNumber(jobField(pending)) ?? 0, asNumber(jobField(failed)) ?? 0)
}

/** @param pending children that have not ended, and `failed`: that made their parent fail */
export function parentWaits(pending: number, failed: number): string | null {
  const count = pending + failed
  if (count === 0) return null
  const jobs = count === 1 ? '1 job, which has' : `${count} jobs, which have`
  return `waits for ${jobs} not completed: retry it when its children have`
}
