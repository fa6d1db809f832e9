import type { RedisOptions } from 'ioredis'
import { databaseOf, hostFrom, portOf } from './address-parts.js'
import { describeNoOptions, describeUnknown } from './mistaken.js'
import { isKnownOption } from './option-names.js'
import { RedisSourceError } from './source-error.js'

/** The target of a connection that Quasar opens. */
export interface RedisPlace {
  /** Options of ioredis, with a checked address; without `db` and `keyPrefix`. */
  readonly options: RedisOptions
  readonly db: number
  /** `host:port`, a socket's path or the name of a Sentinel's group, without secrets. */
  readonly where: string
}

type Values = Readonly<Record<string, unknown>>

/**
 * Reads ioredis options. Each is read once, so that the value used is the value checked.
 *
 * @throws RedisSourceError for other values, with what to pass instead
 */
export function optionsFrom(given: object): { readonly keyPrefix: string; readonly place: RedisPlace } {
  const mistaken = describeNoOptions(given)
  if (mistaken) throw new RedisSourceError(mistaken)
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(given)) {
    const value: unknown = Reflect.get(given, name)
    if (value === undefined || value === null) continue
    if (!isKnownOption(name)) throw new RedisSourceError(describeUnknown(name))
    values[name] = value
  }
  const { db = 0, keyPrefix = '', ...others } = values
  const options = { ...others, ...addressIn(others), ...credentialsIn(others), ...tlsIn(others) } as RedisOptions
  return {
    keyPrefix: textOf('keyPrefix', keyPrefix),
    place: { options, db: databaseOf(db), where: whereIn(options) },
  }
}

function addressIn(values: Values): RedisOptions {
  const { host, port, path, sentinels, name } = values
  if (sentinels !== undefined) return sentinelsIn(sentinels, name)
  if (path !== undefined) return { path: textOf('path', path, true) }
  return { host: host === undefined ? 'localhost' : hostFrom(host), port: port === undefined ? 6379 : portOf(port) }
}

function sentinelsIn(sentinels: unknown, name: unknown): RedisOptions {
  if (!Array.isArray(sentinels) || sentinels.length === 0 || !sentinels.every(isAddress))
    throw new RedisSourceError('its "sentinels" are no list of { host, port }, at least one')
  if (name === undefined) throw new RedisSourceError('its "sentinels" need "name", the group of the master')
  return { sentinels, name: textOf('name', name, true) }
}

function isAddress(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'host' in value && typeof value.host === 'string'
}

/** A password may be a number in a configuration file. */
function credentialsIn({ username, password }: Values): RedisOptions {
  const secret = typeof password === 'number' ? `${password}` : password
  return {
    ...(username !== undefined && { username: textOf('username', username) }),
    ...(secret !== undefined && { password: textOf('password', secret) }),
  }
}

function tlsIn({ tls }: Values): RedisOptions {
  if (tls === true) return { tls: {} }
  if (tls === undefined || typeof tls === 'object') return {}
  if (tls === false) return { tls: undefined }
  throw new RedisSourceError('its "tls" is no object of options')
}

function textOf(name: string, value: unknown, isNeeded = false): string {
  if (typeof value === 'string' && (value !== '' || !isNeeded)) return value
  throw new RedisSourceError(`its "${name}" is no text`)
}

function whereIn({ sentinels, name, path, host, port }: RedisOptions): string {
  if (sentinels) return `Sentinel ${name ?? ''}`.trim()
  return path ?? `${host}:${port}`
}
