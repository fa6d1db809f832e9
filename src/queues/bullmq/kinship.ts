import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { decodeOptions, type JobKey } from '../bull-common/options.js'
import { locate, type Whereabouts } from '../bull-common/state.js'
import { jobField } from '../shared/redis.js'

/**
 * Whether the job with a parent's key is the parent: then it has the child. An id may have been reused, and the key may exist on another
 * Redis as well. A failed child that its parent dropped (`removeDependencyOnFailure`) is no longer known.
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

/** Whether the job with a child's key is a child: a job added without a parent is another one. */
export async function isChild(connection: Connection, { base, id }: JobKey): Promise<boolean> {
  const [reply] = await send(connection, [['hget', base + id, 'parentKey']])
  return jobField(reply) !== null
}

/** The state of a job; null if its keys are denied to this user. */
export async function whereabouts(connection: Connection, { base, id }: JobKey): Promise<Whereabouts | null> {
  return unlessDenied(async () => (await locate(connection, base, [id]))[0] ?? null)
}

/** Null if keys are denied: those under another prefix may not be accessible to this user. */
export async function unlessDenied<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof RedisError && error.code === 'NOPERM') return null
    throw error
  }
}
