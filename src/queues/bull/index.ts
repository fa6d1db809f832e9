import { invalidOption } from '../../lib/errors.js'
import { checkNames } from '../../lib/options.js'
import type { QueueSource } from '../../ports/index.js'
import type { RedisClient, RedisSource } from '../../redis/client.js'
import { textOption } from '../shared/options.js'
import { type BullClass, type BullQueue, isPackage } from './package.js'
import { bullSource } from './source.js'

export type { BullClass, BullQueue, QueueSource, RedisClient, RedisSource }

export interface BullQueuesOptions {
  /**
   * Where the queues are: a URL, ioredis options, or a client of ioredis 5 or 6, which may be a Cluster; a client is never closed. @default
   * the client of the queues passed in, or redis://127.0.0.1:6379
   */
  redis?: RedisSource | undefined
  /** Prefix of Bull's keys; on a Cluster with a hash tag, `{bull}`. @default 'bull', or that of the queues */
  prefix?: string | undefined
  /** Names, or instances of Bull's `Queue`, which are used and never closed. @default all queues found, searched for once a minute */
  queues?: readonly (string | BullQueue)[] | undefined
  /** The app's `bull`, used to change queues. @default that of a queue passed in, or the installed package */
  bull?: BullClass | undefined
}

const SOURCE = 'bullQueues'

/**
 * Queues of Bull 4. Reading opens no queue and leaves no key.
 *
 * @throws if the options are invalid
 * @example bullQueues({ redis: 'redis://127.0.0.1:6379' })
 */
export function bullQueues(options: BullQueuesOptions = {}): QueueSource {
  const { redis, prefix = 'bull', queues, bull } = checkNames(SOURCE, options, ['redis', 'prefix', 'queues', 'bull'])
  if (bull !== undefined && !isPackage(bull)) throw invalidOption(SOURCE, 'bull', 'what the package bull exports')
  const given = queues === undefined ? null : checkedQueues(queues)
  return bullSource({
    redis,
    prefix: textOption(SOURCE, 'prefix', prefix),
    names: given && [...new Set(given.map((queue) => (typeof queue === 'string' ? queue : queue.name)))],
    queues: given?.filter((queue) => typeof queue !== 'string') ?? [],
    bull: isPackage(bull) ? bull : null,
  })
}

function checkedQueues(queues: readonly (string | BullQueue)[]): readonly (string | BullQueue)[] {
  if (Array.isArray(queues) && queues.length > 0 && queues.every(isQueue)) return queues
  throw invalidOption(SOURCE, 'queues', "a list of names, or of instances of Bull's Queue, at least one")
}

/** Bull's queues have a prefix of their own; BullMQ's have it among their options. */
function isQueue(queue: unknown): boolean {
  if (typeof queue === 'string') return queue !== ''
  return typeof queue === 'object' && queue !== null && 'name' in queue && 'keyPrefix' in queue && 'add' in queue
}
