import { invalidOption } from '../../lib/errors.js'
import { isClient, type RedisSource } from '../../redis/client.js'
import { type OpenedRedis, openRedis, placeOf } from '../shared/redis.js'
import { type BullQueue, prefixOf } from './package.js'

const SOURCE = 'bullQueues'
const DEFAULT = 'redis://127.0.0.1:6379'

/** The location of queues and the prefix of their keys. */
export interface QueuePlace {
  readonly redis: OpenedRedis
  readonly prefix: string
  readonly place: string
}

/**
 * The single place of all queues of a source. @throws if they are in several places
 *
 * @param redis the option; without it, the client of the queues passed in is used
 */
export function placeOfQueues(
  redis: RedisSource | undefined,
  prefix: string,
  queues: readonly BullQueue[],
): QueuePlace {
  const [first] = queues
  const own = first ? prefixOf(first) : prefix
  const opened =
    redis === undefined && first ? ofQueue(first) : openRedis(SOURCE, redis === undefined ? DEFAULT : redis)
  const place = placeOf(opened, own)
  const isElsewhere = queues.some(
    (queue) => placeOf(redis === undefined ? ofQueue(queue) : opened, prefixOf(queue)) !== place,
  )
  if (opened.keyPrefix === '' && !isElsewhere) return { redis: opened, prefix: own, place }
  opened.connection.close()
  throw isElsewhere
    ? invalidOption(SOURCE, 'queues', 'queues of one Redis and one prefix; make a source for each place')
    : invalidOption(SOURCE, 'redis', 'a Redis without keyPrefix: Bull has a prefix of its own')
}

function ofQueue(queue: BullQueue): OpenedRedis {
  return openRedis(SOURCE, clientOf(queue))
}

function clientOf({ client, name }: BullQueue): RedisSource {
  if (isClient(client)) return client
  throw invalidOption(SOURCE, 'queues', `queues on ioredis; "${name}" has no client of it`)
}
