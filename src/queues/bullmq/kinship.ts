import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { decodeOptions, type JobKey } from '../bull-common/options.js'
import { locate, type Whereabouts } from '../bull-common/state.js'
import { jobField } from '../shared/redis.js'

/**
 * Whether the job that has the key of a parent is the parent: it knows the child. An id may have been given again, and a key
 * is that of a job on another Redis as well. A child that failed and was let go (`removeDependencyOnFailure`) is known no more.
 */
export async function isParentOf(connection: Connection, parent: JobKey, child: JobKey): Promise<boolean> {
  const [key, member] = [parent.base + parent.id, child.base + child.id]
  const replies = await send(connection, [
    ['sismember', `${key}:dependencies`, member],
    ['hstrlen', `${key}:processed`, member],
    ['hstrlen', `${key}:failed`, member],
    ['zscore', `${key}:unsuccessful`, member],
    ['hget', member, 'opts'],
  ])
  const [isPending, processed, ignored, failed, options] = replies.map(jobField)
  if (asNumber(isPending) === 1 || asNumber(processed) || asNumber(ignored) || asNumber(failed) !== null) return true
  return decodeOptions(asText(options))?.removeDependencyOnFailure === true
}

/** Whether the job that has the key of a child is one: what was added without a parent is another job. */
export async function isChild(connection: Connection, { base, id }: JobKey): Promise<boolean> {
  const [reply] = await send(connection, [['hget', base + id, 'parentKey']])
  return jobField(reply) !== null
}

/** Where a job is; null for one whose keys are not for this user. */
export async function whereabouts(connection: Connection, { base, id }: JobKey): Promise<Whereabouts | null> {
  return unlessDenied(async () => (await locate(connection, base, [id]))[0] ?? null)
}

/** Keys under another prefix may not be for this user: what they hold is not known then. */
export async function unlessDenied<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof RedisError && error.code === 'NOPERM') return null
    throw error
  }
}
