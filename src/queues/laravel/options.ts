import { invalidOption } from '../../lib/errors.js'
import { checkNames } from '../../lib/options.js'
import type { RedisSource } from '../../redis/client.js'
import { queueNames, textOption } from '../shared/options.js'

export interface LaravelQueuesOptions {
  /** The Redis of the app's queues: a URL, ioredis options, or an ioredis client or Cluster, which is never closed. */
  redis: RedisSource
  /**
   * What the app's Redis connection puts before its keys: `database.redis.options.prefix`, `laravel_database_` or
   * `laravel-database-` unless it was changed; empty text is none.
   *
   * @default whatever stands before `queues:` in the keys that are found
   */
  prefix?: string
  /**
   * What Horizon puts before its keys, in place of `prefix`: `horizon.prefix`, with or without the braces that it gets on a
   * Cluster. False: there is no Horizon.
   *
   * @default the Horizon of the same app's name, `laravel_horizon:`, if there is one
   */
  horizonPrefix?: string | false
  /**
   * The queues to watch.
   *
   * @default all that are found, looked for at most once a minute
   */
  queues?: readonly string[]
}

export interface ResolvedOptions {
  readonly prefix: string | null
  /** Null: look for it. */
  readonly horizon: string | false | null
  readonly names: readonly string[] | null
}

export const SOURCE = 'laravelQueues'

/** @throws when the options make no sense */
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
