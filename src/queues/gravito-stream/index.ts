import { checkNames } from '../../lib/options.js'
import type { QueueSource } from '../../ports/index.js'
import type { RedisClient, RedisSource } from '../../redis/client.js'
import { intervalOption, queueNames, textOption } from '../shared/options.js'
import type { QueueKind } from '../shared/readings.js'
import { openRedis, placeOf, readServerId } from '../shared/redis.js'
import { tellingRefusals } from '../shared/refusals.js'
import { leftOf } from '../shared/seen-names.js'
import { additions } from './add.js'
import { changes } from './change.js'
import { STATES } from './find.js'
import { layoutOf } from './layout.js'
import { lookAt } from './look.js'
import { Mover } from './move.js'
import { Names } from './names.js'
import { readQueues } from './reading.js'
import { schedulersOf } from './schedules.js'
import { Workers } from './workers.js'

export type { RedisClient, RedisSource }

export interface GravitoStreamQueuesOptions {
  /**
   * A URL (`redis://user:password@host:6379/0`, `rediss://`), ioredis options, or a client of ioredis 5 or 6, which may be a Cluster. A
   * client is used while it is ready, and never closed.
   */
  redis: RedisSource
  /** Prefix of the framework's keys. @default 'queue:' */
  prefix?: string | undefined
  /** The queues to watch. @default all queues found */
  queues?: readonly string[] | undefined
  /** Prefix of the keys of workers' heartbeats, besides `{prefix}worker:`. @default 'flux_console:worker:' */
  heartbeats?: string | undefined
  /** Interval of the search for queues and workers with SCAN, ms. @default 60000 */
  scanEvery?: number | undefined
}

const NAME = 'gravitoStreamQueues'
const KIND: QueueKind = {
  driver: 'gravito-stream',
  states: STATES,
  capabilities: [
    'list',
    'get',
    'search',
    'retry',
    'promote',
    'remove',
    'pause',
    'clean',
    'empty',
    'add',
    'duplicate',
    'workers',
    'schedulers',
    'runScheduler',
    'saveScheduler',
    'removeScheduler',
  ],
}

/**
 * The queues of Gravito Stream's Redis driver. Redis has no record of active jobs, so `active` is unknown.
 *
 * @throws if an option is invalid
 * @example gravitoStreamQueues({ redis: 'redis://127.0.0.1:6379' })
 */
export function gravitoStreamQueues(options: GravitoStreamQueuesOptions): QueueSource {
  checkNames(NAME, options, ['redis', 'prefix', 'queues', 'heartbeats', 'scanEvery'])
  const prefix = textOption(NAME, 'prefix', options.prefix ?? 'queue:')
  const given = options.queues === undefined ? null : queueNames(NAME, options.queues)
  const heartbeats = textOption(NAME, 'heartbeats', options.heartbeats ?? 'flux_console:worker:')
  const everyMs = intervalOption(NAME, 'scanEvery', options.scanEvery ?? 60_000, 1_000)
  const opened = openRedis(NAME, options.redis)
  const { connection } = opened
  const layout = layoutOf(prefix)
  const mover = new Mover(connection, layout)
  const workers = new Workers()
  const names = new Names(connection, layout, { given, workers, heartbeats: [heartbeats, layout.workers], everyMs })
  return tellingRefusals<QueueSource>({
    driver: KIND.driver,
    place: placeOf(opened, prefix),
    names: given,
    capabilities: KIND.capabilities,
    pollEvery: null,
    async read() {
      // First, so that the time-out of a server that does not answer passes only once.
      const server = await readServerId(connection)
      const found = await names.list()
      const counts = await workers.count(connection)
      const queues = await readQueues(connection, layout, KIND, found)
      const read = queues.map((queue) => ({ ...queue, workers: counts.of(queue.name) }))
      return { server, queues: read, ...leftOf(names.left) }
    },
    async close() {
      connection.close()
    },
    ...lookAt(connection, layout),
    ...changes(connection, layout, mover),
    ...additions(connection, layout, mover),
    ...schedulersOf(connection, layout, mover),
  })
}
