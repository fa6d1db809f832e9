import type { Writer } from '../../ports/index.js'
import { partsOf, type RedisParts, type RedisStoreOptions } from './parts.js'
import { redisQueueReports } from './queue-reports.js'
import { redisWriter } from './writer.js'

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
