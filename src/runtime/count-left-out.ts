import type { Keys, LeftOut } from '../protocol/index.js'
import type { Connection } from '../redis/connection.js'
import { redisReader } from '../stores/redis/reader.js'
import { ServerClock } from '../stores/redis/server-clock.js'

/**
 * Counts what a Zenith does not read from a Redis because it is beyond a bound.
 *
 * @throws RedisError when Redis does not answer, or this user lacks the permission to read
 */
export async function countLeftOut(connection: Connection, keys: Keys): Promise<LeftOut> {
  const reader = redisReader(connection, keys, new ServerClock(), { scanEvery: 0, verifier: null })
  const [nodes, queues] = await Promise.all([reader.nodes(), reader.queues()])
  const values = (nodes.leftOut?.values ?? 0) + (queues.leftOut?.values ?? 0)
  return { ...nodes.leftOut, ...queues.leftOut, values }
}
