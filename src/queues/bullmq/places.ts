import { isClient, type RedisSource } from '../../redis/client.js'
import { invalidOption } from '../shared/options.js'
import { type OpenedRedis, openRedis, placeOf } from '../shared/redis.js'
import type { BullQueue } from './queue-api.js'

const SOURCE = 'bullmqQueues'

/** Where queues are and what their keys begin with. */
export interface QueuePlace {
  readonly redis: OpenedRedis
  readonly prefix: string
  readonly place: string
}

/**
 * The one place of all queues of a source. @throws when they are in several, or when it can't be told
 *
 * @param connection the option; without it the connection of the queues that were passed in
 */
export function placeOfQueues(
  connection: RedisSource | undefined,
  prefix: string,
  queues: readonly BullQueue[],
): QueuePlace {
  if (connection !== undefined && typeof connection !== 'string' && (typeof connection !== 'object' || !connection))
    throw invalidOption(SOURCE, 'connection', 'a URL like redis://host:6379, ioredis options or an ioredis client')
  const [first, ...others] = queues
  const own = first ? (first.opts.prefix ?? 'bull') : prefix
  const redis = openRedis(SOURCE, connection ?? (first ? connectionOf(first) : 'redis://127.0.0.1:6379'))
  if (redis.keyPrefix !== '')
    throw invalidOption(SOURCE, 'connection', 'a client without keyPrefix: BullMQ has a prefix of its own')
  const place = placeOf(redis, own)
  for (const queue of others) {
    if (placeOfQueue(queue, connection, redis) === place) continue
    redis.connection.close()
    throw invalidOption(SOURCE, 'queues', 'queues of one Redis and one prefix; make a source for each place')
  }
  return { redis, prefix: own, place }
}

function placeOfQueue(queue: BullQueue, connection: RedisSource | undefined, redis: OpenedRedis): string {
  const prefix = queue.opts.prefix ?? 'bull'
  if (connection !== undefined) return placeOf(redis, prefix)
  const its = openRedis(SOURCE, connectionOf(queue))
  its.connection.close()
  return placeOf(its, prefix)
}

function connectionOf(queue: BullQueue): RedisSource {
  const given: unknown = queue.opts.connection ?? {}
  if (typeof given !== 'object' || given === null) throw notIoredis(queue)
  if (!isRedisSource(given)) throw notIoredis(queue)
  return 'url' in given && typeof given.url === 'string' ? withUrl(queue, given.url, given) : given
}

/** ioredis options or a client of ioredis; not a client of another library. */
function isRedisSource(given: object): given is Exclude<RedisSource, string> {
  return isClient(given) || !('connect' in given || 'sendCommand' in given || 'send' in given)
}

/** Version 6 takes a URL among the options. What URL throws holds the whole of it, and so its password: it goes no further. */
function withUrl({ name }: BullQueue, text: string, options: object): RedisSource {
  try {
    return { ...partsOf(new URL(text)), ...options }
  } catch {
    throw invalidOption(SOURCE, 'queues', `queues with a URL like redis://host:6379; that of "${name}" is none`)
  }
}

function partsOf(url: URL) {
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.pathname.length > 1 && { db: Number(url.pathname.slice(1)) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  }
}

function notIoredis({ name }: BullQueue): Error {
  return invalidOption(SOURCE, 'queues', `queues on ioredis; for "${name}", which is not, pass "connection" as well`)
}
