import type { QueueSource } from '../ports/index.js'
import type { RedisSource } from '../redis/client.js'

/** Makes a source of a Redis and the text after the driver's name. */
type Open = (redis: RedisSource, rest: string | undefined) => Promise<QueueSource>

/** How each driver is opened. A driver is loaded on demand: not every app has the packages of all drivers. */
const DRIVERS: Readonly<Record<string, Open>> = {
  async bullmq(redis, prefix) {
    const { bullmqQueues } = await import('../queues/bullmq/index.js')
    return bullmqQueues({ connection: redis, prefix })
  },
  async bull(redis, prefix) {
    const { bullQueues } = await import('../queues/bull/index.js')
    return bullQueues({ redis, prefix })
  },
  async 'gravito-stream'(redis, prefix) {
    const { gravitoStreamQueues } = await import('../queues/gravito-stream/index.js')
    return gravitoStreamQueues({ redis, prefix })
  },
  async laravel(redis, prefix) {
    const { laravelQueues } = await import('../queues/laravel/index.js')
    return laravelQueues(prefix === undefined ? { redis } : { redis, prefix })
  },
  async 'redis-list'(redis, keys) {
    const { redisListQueues } = await import('../queues/redis-list/index.js')
    return redisListQueues({ redis, queues: (keys ?? '').split('+') })
  },
}

/** The accepted names of queues, for an error or the help. */
export const QUEUE_WORDS = `${Object.keys(DRIVERS).slice(0, -1).join(', ')}, each with its own prefix after a "=", or redis-list=KEY+KEY`

/** Whether {@link openQueues} accepts a word. */
export function isQueueWord(word: string): boolean {
  const [driver, rest] = partsOf(word)
  return Object.hasOwn(DRIVERS, driver) && (driver === 'redis-list' ? Boolean(rest) : rest !== '')
}

/**
 * Opens sources for queues on one Redis.
 *
 * @param words accepted by {@link isQueueWord}
 * @throws what a source throws for its options
 * @example await openQueues(['bullmq', 'bullmq=shop', 'redis-list=emails'], 'redis://localhost:6379')
 */
export async function openQueues(words: readonly string[], redis: RedisSource): Promise<QueueSource[]> {
  return Promise.all(
    words.map((word) => {
      const [driver, rest] = partsOf(word)
      return (DRIVERS[driver] as Open)(redis, rest)
    }),
  )
}

function partsOf(word: string): [driver: string, rest: string | undefined] {
  const equals = word.indexOf('=')
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}
