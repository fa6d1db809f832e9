import type { RedisOptions } from 'ioredis'
import { parseAddress, type RedisAddress } from './address.js'
import { isClient, keyPrefixOf, type RedisClient } from './client.js'
import { optionsFrom, type RedisPlace } from './options.js'
import { RedisSourceError, sentence, TAKES_SOURCE } from './source-error.js'

export type { RedisPlace }

/** A resolved source: a client that was passed in, or the address for a connection that Quasar opens. */
export type RedisTarget =
  | { readonly client: RedisClient; readonly keyPrefix: string }
  | { readonly client: null; readonly keyPrefix: string; readonly place: RedisPlace }

/**
 * Resolves a source of Redis, for recorders, stores, queue sources, Zenith and the command line alike. It does not need ioredis, so that
 * errors are reported at the start.
 *
 * @param name of the source in errors: `REDIS_URL`
 * @throws RedisSourceError also for an error of a getter or a proxy; it repeats no part of the source
 */
export function parseRedis(source: unknown, name: string, takes = TAKES_SOURCE): RedisTarget {
  try {
    return targetOf(source)
  } catch (error) {
    const problem = error instanceof RedisSourceError ? error.problem : "it can't be read"
    throw new RedisSourceError(problem, sentence(name, takes, problem))
  }
}

function targetOf(source: unknown): RedisTarget {
  if (typeof source === 'string') return { client: null, keyPrefix: '', place: placeAt(parseAddress(source)) }
  if (typeof source === 'function')
    throw new RedisSourceError('that is a class or a function: pass what it makes, new Redis(…)')
  if (typeof source !== 'object' || source === null)
    throw new RedisSourceError(`that is ${source === null ? 'null' : `a ${typeof source}`}`)
  if (isClient(source)) return { client: source, keyPrefix: keyPrefixOf(source) }
  const { keyPrefix, place } = optionsFrom(source)
  return { client: null, keyPrefix, place }
}

/** Converts an address to ioredis options. @throws RedisSourceError */
export function placeAt({ host, port, path, db, username, password, isTls, family }: RedisAddress): RedisPlace {
  const options: RedisOptions = {
    ...(path === null ? { host: host ?? 'localhost', port } : { path }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isTls && { tls: {} }),
    ...(family !== undefined && { family }),
  }
  return { options, db, where: path ?? `${host}:${port}` }
}

/** Uses a token as the password if there is a user without one. */
export function withTokenPassword(place: RedisPlace, token: string | undefined): RedisPlace {
  const { username, password } = place.options
  return token !== undefined && username && !password
    ? { ...place, options: { ...place.options, password: token } }
    : place
}
