import type { Writer } from '../ports.js'
import { partsOf, type RedisParts, type RedisStoreOptions } from './redis/parts.js'
import { redisQueueReports } from './redis/queue-reports.js'
import { redisWriter } from './redis/writer.js'

/**
 * What a recorder needs of the store in Redis, and nothing that reads: a process that only reports does not load it.
 *
 * @throws when the URL or the options make no sense; nothing rejects after that
 */
export function redisReports(options: Omit<RedisStoreOptions, 'scanEvery' | 'requireToken'>): Writer {
  return reportsTo(partsOf(options))
}

/** The same on parts that others use, too. */
export function reportsTo({ connection, keys, clock, signer }: RedisParts): Writer {
  return {
    ...redisWriter(connection, keys, clock, signer),
    ...redisQueueReports(connection, keys, clock, signer),
    async close() {
      connection.close()
    },
  }
}
