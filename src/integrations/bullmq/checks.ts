import { isQuasarError, QuasarError } from '../../lib/errors.js'
import { isFunction, isObject, isText } from '../../lib/options.js'
import type { RecorderLease } from '../../runtime/start-quasar.js'

export const NO_WORKER =
  'Quasar: monitorWorker() takes a Worker of BullMQ, new Worker(name, processor, { connection }).'
export const NO_QUEUE = 'Quasar: monitorQueue() takes a Queue of BullMQ on Redis, new Queue(name, { connection }).'

export function isWorker(value: unknown): boolean {
  return isObject(value) && isText(value.name) && hasAll(value, ['on', 'once', 'off', 'close'])
}

export function isQueue(value: unknown): boolean {
  return isObject(value) && isText(value.name) && isObject(value.opts) && hasAll(value, ['add', 'close'])
}

function hasAll(value: Record<string, unknown>, methods: readonly string[]): boolean {
  return methods.every((method) => isFunction(value[method]))
}

/** @throws QuasarError with these words for what is none */
export function checked<T>(value: T, accepts: (value: unknown) => boolean, words: string): T {
  if (accepts(value)) return value
  throw new QuasarError('invalid_option', words)
}

/**
 * Gives a recorder back that is of no use after all.
 *
 * @throws QuasarError also for what a getter, a proxy or ioredis throws, and not as its cause: it may hold a URL
 */
export function orRelease<T>(lease: RecorderLease, words: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    void lease.release()
    throw isQuasarError(error) ? error : new QuasarError('invalid_option', words)
  }
}
