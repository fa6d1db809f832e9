import { checkNames } from '../../lib/options.js'
import type { QueueReading, QueueSource } from '../../ports/index.js'
import type { RedisClient, RedisSource } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'
import { queueNames, textOption } from '../shared/options.js'
import { countsOf, type QueueKind, readingOf } from '../shared/readings.js'
import {
  isAboutKey,
  openRedis,
  orThrow,
  placeOf,
  refuseOneNode,
  SERVER_ID,
  sendInPortions,
  serverIdOf,
} from '../shared/redis.js'
import { refusalInWords, tellingRefusals } from '../shared/refusals.js'

export type { RedisClient, RedisSource }

export interface RedisListQueuesOptions {
  /**
   * A URL (`redis://user:password@host:6379/0`, `rediss://`), ioredis options, or a client of ioredis 5 or 6, which may be a Cluster. A
   * client is used while it is ready, and never closed.
   */
  redis: RedisSource
  /** Keys of the lists, without the prefix. */
  queues: readonly string[]
  /** Prefix of the keys; not shown. @default '' */
  prefix?: string | undefined
}

/**
 * Elements have no ids and no stable position: an element selected on a screen may be a different one a moment later. So the lists are only
 * counted.
 */
const KIND: QueueKind = { driver: 'redis-list', states: ['waiting'], capabilities: [] }
const NAME = 'redisListQueues'

/**
 * Redis lists that an app uses as queues, whichever end it takes from: the number of waiting elements. A key of another type has an `error`
 * of its own.
 *
 * @throws if an option is invalid
 * @example redisListQueues({ redis: 'redis://127.0.0.1:6379', queues: ['mail', 'invoices'] })
 */
export function redisListQueues(options: RedisListQueuesOptions): QueueSource {
  const { redis, queues, prefix = '' } = checkNames(NAME, options, ['redis', 'queues', 'prefix'])
  const names = queueNames(NAME, queues)
  const opened = openRedis(NAME, redis)
  const { connection } = opened
  const keys = names.map((name) => `${textOption(NAME, 'prefix', prefix)}${name}`)
  return tellingRefusals({
    driver: KIND.driver,
    place: placeOf(opened, prefix),
    names,
    capabilities: KIND.capabilities,
    pollEvery: null,
    async read() {
      const [server, ...counts] = await readLengths(connection, keys)
      await refuseOneNode(connection, server)
      return {
        server: serverIdOf(connection, server),
        queues: names.map((name, index) => readList(name, counts[index])),
      }
    },
    async close() {
      connection.close()
    },
  })
}

/** The server's INFO, and the length of each list. @throws RedisError if Redis does not answer */
async function readLengths(connection: Connection, keys: readonly string[]): Promise<Reply[]> {
  const replies = await sendInPortions(connection, [SERVER_ID, ...keys.map((key) => ['llen', key] as const)])
  for (const reply of replies) if (!isAboutKey(reply)) orThrow(reply)
  return replies
}

function readList(name: string, reply: Reply | undefined): QueueReading {
  if (!reply?.error) return readingOf(KIND, name, { metrics: countsOf({ waiting: asNumber(reply?.value) }) })
  const error = reply.error.code === 'WRONGTYPE' ? 'The key holds no list (WRONGTYPE)' : refusalInWords(reply.error)
  return readingOf(KIND, name, { error })
}
