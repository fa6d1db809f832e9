import { invalidOption } from '../../lib/errors.js'
import { checkNames } from '../../lib/options.js'
import type { RedisSource } from '../../redis/client.js'
import { queueNames, textOption } from '../shared/options.js'

export interface LaravelQueuesOptions {
  /** The Redis of the app's queues: a URL, ioredis options, or an ioredis client or Cluster, which is never closed. */
  redis: RedisSource
  /**
   * Prefix of the app's Redis connection: `database.redis.options.prefix`, by default `laravel_database_` or `laravel-database-`; an empty
   * string is none.
   *
   * @default anything before `queues:` in the keys found
   */
  prefix?: string
  /**
   * Prefix of Horizon's keys, which replaces `prefix`: `horizon.prefix`, with or without the braces that it has on a Cluster. False: there
   * is no Horizon.
   *
   * @default the Horizon with the same app name, or `laravel_horizon:`, if there is one
   */
  horizonPrefix?: string | false
  /**
   * The queues to watch.
   *
   * @default all queues found, searched for at most once a minute
   */
  queues?: readonly string[]
}

export interface ResolvedOptions {
  readonly prefix: string | null
  /** Null: search for it. */
  readonly horizon: string | false | null
  readonly names: readonly string[] | null
}

export const SOURCE = 'laravelQueues'

/** @throws if the options are invalid */
export function resolveOptions(options: LaravelQueuesOptions): ResolvedOptions {
  const { prefix, horizonPrefix, queues } = checkNames(SOURCE, options, ['redis', 'prefix', 'horizonPrefix', 'queues'])
  return Object.freeze({
    prefix: prefix === undefined ? null : textOption(SOURCE, 'prefix', prefix),
    horizon: horizonOption(horizonPrefix),
    names: queues === undefined ? null : queueNames(SOURCE, queues),
  })
}

function horizonOption(value: unknown): string | false | null {
  if (value === undefined) return null
  if (value === false || (typeof value === 'string' && value !== '')) return value
  throw invalidOption(SOURCE, 'horizonPrefix', 'a text like "laravel_horizon:", or false')
}
