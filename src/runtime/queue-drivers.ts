import type { QueueSource } from '../ports/index.js'
import type { RedisSource } from '../redis/client.js'

/** Makes a source of a Redis and of what follows the driver's name. */
type Open = (redis: RedisSource, rest: string | undefined) => Promise<QueueSource>

/** What a driver's name may be followed by, and how it is opened. Loaded when it is asked for: not every app has every driver. */
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

/** How queues are named in one word, for an error or a help. */
export const QUEUE_WORDS = `${Object.keys(DRIVERS).slice(0, -1).join(', ')}, each with its own prefix after a "=", or redis-list=KEY+KEY`

/** Whether a word names queues that {@link openQueues} can open. */
export function isQueueWord(word: string): boolean {
  const [driver, rest] = partsOf(word)
  return Object.hasOwn(DRIVERS, driver) && (driver === 'redis-list' ? Boolean(rest) : rest !== '')
}

/**
 * Sources of queues on one Redis.
 *
 * @param words those that {@link isQueueWord} takes
 * @throws what a source says of its options
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
