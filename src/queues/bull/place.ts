import { isClient, type RedisSource } from '../../redis/client.js'
import { invalidOption } from '../shared/options.js'
import { type OpenedRedis, openRedis, placeOf } from '../shared/redis.js'
import type { BullQueue } from './package.js'

const SOURCE = 'bullQueues'

/** Where queues are and what their keys begin with. */
export interface QueuePlace {
  readonly redis: OpenedRedis
  readonly prefix: string
  readonly place: string
}

/**
 * The one place of all queues of a source. @throws when they are in several
 *
 * @param redis the option; without it the client of the queues that were passed in
 */
export function placeOfQueues(
  redis: RedisSource | undefined,
  prefix: string,
  queues: readonly BullQueue[],
): QueuePlace {
  const [first] = queues
  const own = first?.keyPrefix ?? prefix
  const opened = openRedis(SOURCE, redis ?? (first ? clientOf(first) : 'redis://127.0.0.1:6379'))
  const place = placeOf(opened, own)
  const isElsewhere = queues.some((queue) => placeOf(redis ? opened : ofQueue(queue), queue.keyPrefix) !== place)
  if (opened.keyPrefix === '' && !isElsewhere) return { redis: opened, prefix: own, place }
  opened.connection.close()
  throw isElsewhere
    ? invalidOption(SOURCE, 'queues', 'queues of one Redis and one prefix; make a source for each place')
    : invalidOption(SOURCE, 'redis', 'a client without keyPrefix: Bull has a prefix of its own')
}

function ofQueue(queue: BullQueue): OpenedRedis {
  return openRedis(SOURCE, clientOf(queue))
}

function clientOf({ client, name }: BullQueue): RedisSource {
  if (isClient(client)) return client
  throw invalidOption(SOURCE, 'queues', `queues on ioredis; "${name}" has no client of it`)
}
