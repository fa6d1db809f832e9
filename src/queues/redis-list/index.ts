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
   * A URL (`redis://user:password@host:6379/0`, `rediss://`), ioredis options, or a client of ioredis 5 or 6, which may
   * be a Cluster. A client is used while it is ready and never closed.
   */
  redis: RedisSource
  /** The lists' keys, without the prefix. */
  queues: readonly string[]
  /** What the keys begin with; it is not shown. @default '' */
  prefix?: string | undefined
}

/**
 * Elements have no ids, and no place that stays: what a person chose on a screen may be another's a moment later. So the
 * lists are counted, and nothing else is done with them.
 */
const KIND: QueueKind = { driver: 'redis-list', states: ['waiting'], capabilities: [] }
const NAME = 'redisListQueues'

/**
 * Lists of a Redis that an app uses as queues, whichever end it takes from: how many elements wait. A key that holds
 * something else has an `error` of its own.
 *
 * @throws when an option makes no sense
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

/** What the server says of itself, and each list's length. @throws RedisError when it does not answer */
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
