import type { RedisOptions } from 'ioredis'
import { parseAddress, type RedisAddress } from './address.js'
import { isClient, keyPrefixOf, type RedisClient } from './client.js'
import { optionsFrom, type RedisPlace } from './options.js'
import { RedisSourceError, sentence, TAKES_SOURCE } from './source-error.js'

export type { RedisPlace }

/** What a source comes to: a client that was passed in, or the place where a connection of our own is opened. */
export type RedisTarget =
  | { readonly client: RedisClient; readonly keyPrefix: string }
  | { readonly client: null; readonly keyPrefix: string; readonly place: RedisPlace }

/**
 * The one way by which recorders, stores, queue sources, Zenith and the command line learn where Redis is. It needs no ioredis, so
 * that what is wrong is said at the start.
 *
 * @param name what holds the source, in an error's words: `REDIS_URL`
 * @throws RedisSourceError also for what a getter or a proxy throws; it repeats nothing of the source
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

/** Where a text leads. @throws RedisSourceError */
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

/** The same place with a token as the password, where a user is named and no password. */
export function withTokenPassword(place: RedisPlace, token: string | undefined): RedisPlace {
  const { username, password } = place.options
  return token !== undefined && username && !password
    ? { ...place, options: { ...place.options, password: token } }
    : place
}
