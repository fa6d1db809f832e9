import { invalidOption } from '../../lib/errors.js'
import { parseAddress } from '../../redis/address.js'
import { isClient, type RedisSource } from '../../redis/client.js'
import { knownOptionsOf } from '../../redis/option-names.js'
import { placeAt } from '../../redis/target.js'
import { type OpenedRedis, openRedis, placeOf } from '../shared/redis.js'
import type { BullQueue } from './package/queue-api.js'

const SOURCE = 'bullmqQueues'

/** The part of a queue that locates it; workers have it, too. */
export type PlacedQueue = Pick<BullQueue, 'name' | 'opts'>

/** The location of queues and the prefix of their keys. */
export interface QueuePlace {
  readonly redis: OpenedRedis
  readonly prefix: string
  readonly place: string
}

/**
 * The single place of all queues of a source. @throws if they are in several places, or if it is unknown
 *
 * @param connection the option; without it, the connection of the queues passed in is used
 */
export function placeOfQueues(
  connection: RedisSource | undefined,
  prefix: string,
  queues: readonly PlacedQueue[],
): QueuePlace {
  const [first, ...others] = queues
  const own = first ? (first.opts.prefix ?? 'bull') : prefix
  const redis = connection === undefined && first ? openQueueRedis(first) : openOption(connection)
  if (redis.keyPrefix !== '') {
    redis.connection.close()
    throw invalidOption(SOURCE, 'connection', 'a Redis without keyPrefix: BullMQ has a prefix of its own')
  }
  const place = placeOf(redis, own)
  for (const queue of others) {
    if (placeOfQueue(queue, connection, redis) === place) continue
    redis.connection.close()
    throw invalidOption(SOURCE, 'queues', 'queues of one Redis and one prefix; make a source for each place')
  }
  return { redis, prefix: own, place }
}

function placeOfQueue(queue: PlacedQueue, connection: RedisSource | undefined, redis: OpenedRedis): string {
  const prefix = queue.opts.prefix ?? 'bull'
  if (connection !== undefined) return placeOf(redis, prefix)
  const its = openQueueRedis(queue)
  its.connection.close()
  return placeOf(its, prefix)
}

function openOption(connection: RedisSource = 'redis://127.0.0.1:6379'): OpenedRedis {
  return openRedis(SOURCE, connection, 'option "connection"')
}

function openQueueRedis(queue: PlacedQueue): OpenedRedis {
  return openRedis(SOURCE, connectionOf(queue), `the connection of the queue "${queue.name}"`)
}

function connectionOf(queue: PlacedQueue): RedisSource {
  const given: unknown = queue.opts.connection ?? {}
  if (typeof given !== 'object' || given === null) throw notIoredis(queue)
  if (!isRedisSource(given)) throw notIoredis(queue)
  if (isClient(given)) return given
  // The app's options may include some that ioredis lacks; BullMQ ignores them.
  const options = knownOptionsOf(given)
  return 'url' in given && typeof given.url === 'string' ? withUrl(queue, given.url, options) : options
}

/** ioredis options or a client of ioredis; not a client of another library. */
function isRedisSource(given: object): given is Exclude<RedisSource, string> {
  return isClient(given) || !('connect' in given || 'sendCommand' in given || 'send' in given)
}

/** Version 6 accepts a URL among the options; the other options override it. */
function withUrl({ name }: PlacedQueue, text: string, others: object): RedisSource {
  try {
    const { options, db } = placeAt(parseAddress(text))
    return { ...options, db, ...others }
  } catch {
    throw invalidOption(SOURCE, 'queues', `queues with a URL like redis://host:6379; that of "${name}" is none`)
  }
}

function notIoredis({ name }: PlacedQueue): Error {
  return invalidOption(SOURCE, 'queues', `queues on ioredis; for "${name}", which is not, pass "connection" as well`)
}
