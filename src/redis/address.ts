import { databaseOf, hostFrom, portOf } from './address-parts.js'
import { RedisSourceError } from './source-error.js'

/** A parsed address of Redis. */
export interface RedisAddress {
  /** Null for a socket. */
  readonly host: string | null
  readonly port: number
  /** Path of a socket. */
  readonly path: string | null
  readonly db: number
  readonly username?: string
  readonly password?: string
  readonly isTls: boolean
  /** 4 or 6; 0 for both. */
  readonly family?: number
}

const SCHEME = /^([a-z][a-z\d+.-]*):\/\//i
const HOST_AND_PORT = /^(?:([\w.-]+)|\[([\da-f:.]+)\]):(\d+)$/i
const ENCODE =
  'characters of a user or a password that mean something in a URL are percent-encoded: @ as %40, / as %2F, # as %23, ? as %3F, : as %3A, % as %25'

/**
 * Parses a URL of Redis, a socket's path, or `host:port`.
 *
 * @throws RedisSourceError which repeats no part of the text
 */
export function parseAddress(text: string): RedisAddress {
  refuseDirt(text)
  if (text.startsWith('/')) return socket(text, 0)
  const [, name, ip, port] = HOST_AND_PORT.exec(text) ?? []
  if (port !== undefined) return { host: name ?? ip ?? '', port: portOf(port), path: null, db: 0, isTls: false }
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) throw new RedisSourceError(`it has no redis:// in front of the host${encoding(text)}`)
  if (scheme === 'redis' || scheme === 'rediss') return network(text, scheme === 'rediss')
  if (scheme === 'unix' || scheme === 'redis+unix') return local(text)
  throw new RedisSourceError('its scheme is another one; for Valkey, too, it is redis:// or rediss://')
}

/** Rejects characters that come from an env file, a secret's file or a shell, and do not belong to the value. */
function refuseDirt(text: string): void {
  if (text.trim() === '') throw new RedisSourceError('it is empty')
  if (text.trim() !== text) throw new RedisSourceError('there is a space or a line break around it')
  if (/^["'`]|["'`]$/.test(text)) throw new RedisSourceError('there are quotes around it')
  // URL would silently drop line breaks and tabs.
  if (/\p{Cc}/u.test(text)) throw new RedisSourceError('there is a line break or another control character in it')
  if (!text.startsWith('/') && /\s/.test(text)) throw new RedisSourceError(`there is a space in it${encoding(text)}`)
}

function network(text: string, isTls: boolean): RedisAddress {
  const [authority, rest] = split(text)
  refuseUnencoded(rest)
  if (authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '') === '')
    throw new RedisSourceError(`it names no host${encoding(text)}`)
  if (!URL.canParse(text)) throw new RedisSourceError(`its host or its port (1 to 65535) is none${encoding(text)}`)
  const url = new URL(text)
  refuseOtherParameters(url.searchParams)
  const family = url.searchParams.get('family')
  return {
    host: hostFrom(url.hostname),
    port: url.port === '' ? 6379 : portOf(url.port),
    path: null,
    db: databaseIn(url, url.pathname.slice(1)),
    ...credentialsIn(url),
    isTls,
    ...(family !== null && { family: Number(family) }),
  }
}

function local(text: string): RedisAddress {
  const [authority, rest] = split(text)
  if (rest.includes('#')) throw new RedisSourceError(`there is a # in it; ${ENCODE}`)
  // URL requires a host after a user, and the URL of a socket has none.
  const whole = text.replace('@/', '@localhost/')
  if (!/^(.*@)?$/.test(authority) || !rest.startsWith('/') || !URL.canParse(whole))
    throw new RedisSourceError('the path of its socket is not absolute, unix:///run/redis.sock')
  const url = new URL(whole)
  refuseOtherParameters(url.searchParams)
  return { ...socket(decoded(url.pathname), databaseIn(url, '')), ...credentialsIn(url) }
}

function socket(path: string, db: number): RedisAddress {
  if (/^\/+$/.test(path)) throw new RedisSourceError('the path of its socket is none')
  return { host: null, port: 6379, path, db, isTls: false }
}

/** Splits the text between `//` and the next `/`, `?` or `#` from the rest. */
function split(text: string): [authority: string, rest: string] {
  const [, authority = '', rest = ''] = /^[^:]+:\/\/([^/?#]*)(.*)$/s.exec(text) ?? []
  return [authority, rest]
}

/** A password with one of these characters ends the host early, and the rest of it would be read as a database. */
function refuseUnencoded(rest: string): void {
  const [path = '', ...queries] = rest.split('?')
  const isInQuery = queries[0]?.split('&').some((part) => part.includes('@') && !/^(username|password)=/.test(part))
  if (path.includes('@') || rest.includes('#') || queries.length > 1 || isInQuery)
    throw new RedisSourceError(`there is a character that can't stand there; ${ENCODE}`)
}

function encoding(text: string): string {
  return text.includes('@') ? `; ${ENCODE}` : ''
}

function databaseIn({ searchParams }: URL, path: string): number {
  const named = [...(path === '' ? [] : [path]), ...searchParams.getAll('db')].map(databaseOf)
  if (new Set(named).size > 1) throw new RedisSourceError('it names two databases')
  return named[0] ?? 0
}

/** Like ioredis, which also reads them from the query. */
function credentialsIn({ username, password, searchParams }: URL): { username?: string; password?: string } {
  const user = searchParams.get('username') ?? decoded(username)
  const secret = searchParams.get('password') ?? decoded(password)
  return { ...(user !== '' && { username: user }), ...(secret !== '' && { password: secret }) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new RedisSourceError(`there is a % that begins no percent-encoding; ${ENCODE}`)
  }
}

/** Parameters of other clients that do not change the address are ignored. */
function refuseOtherParameters(parameters: URLSearchParams): void {
  if (parameters.has('keyPrefix'))
    throw new RedisSourceError('"keyPrefix" has no place in a URL: pass ioredis options, or set the option "prefix"')
  if (['tls', 'ssl'].some((name) => /^(true|1|yes|required)$/i.test(parameters.get(name) ?? '')))
    throw new RedisSourceError('a Redis with TLS has rediss:// as the scheme')
  if (!/^[046]$/.test(parameters.get('family') ?? '0')) throw new RedisSourceError('its "family" is not 0, 4 or 6')
}
