import { invalidOption } from '../../lib/errors.js'
import { checkNames } from '../../lib/options.js'
import type { QueueSource } from '../../ports/index.js'
import type { RedisClient, RedisSource } from '../../redis/client.js'
import { deferredSource, type SourceFacts } from '../shared/deferred.js'
import { textOption } from '../shared/options.js'
import type { QueueKind } from '../shared/readings.js'
import { placeOfAll } from './api-only/place.js'
import { type ApiQueue, isApiOnly } from './api-only/types.js'
import { API_KIND, API_METHODS, REDIS_KIND, REDIS_METHODS } from './package/kinds.js'
import type { BullModule, BullQueue } from './package/queue-api.js'
import { type PlacedQueue, placeOfQueues } from './places.js'
import type { RedisSourceOptions } from './redis-source.js'

export type { BullModule, BullQueue, QueueSource, RedisClient, RedisSource }

export interface BullmqQueuesOptions {
  /**
   * Where the queues are: a URL, ioredis options, or a client of ioredis 5 or 6, which may be a Cluster; a client is never closed. @default
   * the connection of the queues passed in, or redis://127.0.0.1:6379
   */
  connection?: RedisSource | undefined
  /** Prefix of BullMQ's keys; on a Cluster with a hash tag, `{bull}`. @default 'bull', or that of the queues */
  prefix?: string | undefined
  /**
   * Names, or instances of BullMQ's `Queue`, of version 5 or 6, which are used and never closed. @default all queues found, searched for
   * once a minute
   */
  queues?: readonly (string | BullQueue)[] | undefined
  /**
   * The app's `bullmq`, used to change queues; both releases if apps of both share this Redis. @default the class of a queue passed in, or
   * the installed package
   */
  bullmq?: BullModule | readonly BullModule[] | undefined
}

/**
 * BullMQ's queues, of version 5 and 6 on Redis, and of version 6 on PostgreSQL as instances. Reading opens no queue and leaves no key.
 *
 * @throws if the options are invalid
 * @example bullmqQueues({ connection: 'redis://127.0.0.1:6379' })
 */
export function bullmqQueues(options: BullmqQueuesOptions = {}): QueueSource {
  const { connection, prefix = 'bull', queues, bullmq } = checkNames(SOURCE, options, NAMES)
  const given = queues === undefined ? null : checkedQueues(queues)
  const instances = given?.filter((queue) => typeof queue !== 'string') ?? []
  const names = given && [...new Set(given.map((queue) => (typeof queue === 'string' ? queue : queue.name)))]
  const apiOnly = instances.filter(isApiOnly)
  if (apiOnly.length > 0) {
    if (given && apiOnly.length === given.length) return apiOnlyQueues(apiOnly)
    throw invalidOption(SOURCE, 'queues', 'queues of one database; make a source for those that are not on Redis')
  }
  const where = placeOfQueues(connection, textOption(SOURCE, 'prefix', prefix), instances)
  return redisQueues({ where, names, queues: instances, bullmq })
}

/**
 * The place of a queue as a source of it would have it, by the queue's own connection; nothing is connected.
 *
 * @param queue a `Queue` or a `Worker`
 * @throws if it is unknown
 */
export function placeOfBullmq(queue: PlacedQueue): string {
  if (isApiOnly(queue)) return placeOfAll([queue])
  const { place, redis } = placeOfQueues(undefined, 'bull', [queue])
  redis.connection.close()
  return place
}

const SOURCE = 'bullmqQueues'
const NAMES = ['connection', 'prefix', 'queues', 'bullmq']

/** Invalid options are reported immediately; the code that reads and changes queues is loaded at the first call. */
function redisQueues(options: RedisSourceOptions): QueueSource {
  const { place, redis } = options.where
  return deferredSource({
    facts: { ...factsOf(REDIS_KIND), place, names: options.names },
    methods: REDIS_METHODS,
    load: async () => (await import('./redis-source.js')).redisSource(options),
    release: () => redis.connection.close(),
  })
}

function apiOnlyQueues(queues: readonly ApiQueue[]): QueueSource {
  const place = placeOfAll(queues)
  return deferredSource({
    facts: { ...factsOf(API_KIND), place, names: [...new Set(queues.map(({ name }) => name))] },
    methods: API_METHODS,
    load: async () => (await import('./api-only/source.js')).apiSource(queues, place),
    release: () => {},
  })
}

function factsOf({ driver, capabilities }: QueueKind): Pick<SourceFacts, 'driver' | 'capabilities' | 'pollEvery'> {
  return { driver, capabilities, pollEvery: null }
}

function checkedQueues(queues: readonly (string | BullQueue)[]): readonly (string | BullQueue)[] {
  if (Array.isArray(queues) && queues.length > 0 && queues.every(isQueue)) return queues
  throw invalidOption(SOURCE, 'queues', "a list of names, or of instances of BullMQ's Queue, at least one")
}

function isQueue(queue: unknown): boolean {
  if (typeof queue === 'string') return queue !== '' && !queue.includes(':')
  return typeof queue === 'object' && queue !== null && 'name' in queue && 'opts' in queue && 'add' in queue
}
