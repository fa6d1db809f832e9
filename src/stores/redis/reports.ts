import type { Writer } from '../../ports/index.js'
import { partsOf, type RedisParts, type RedisStoreOptions } from './parts.js'
import { redisQueueReports } from './queue-reports.js'
import { redisWriter } from './writer.js'

/**
 * The writer alone: a process that only reports does not load the reader.
 *
 * @throws when the URL or an option is invalid; nothing rejects after that
 */
export function redisReports(options: Omit<RedisStoreOptions, 'scanEvery' | 'requireToken'>): Writer {
  return reportsTo(partsOf(options))
}

/** The same on shared parts. */
export function reportsTo({ connection, keys, clock, signer }: RedisParts): Writer {
  return {
    ...redisWriter(connection, keys, clock, signer),
    ...redisQueueReports(connection, keys, clock, signer),
    async close() {
      connection.close()
    },
  }
}
