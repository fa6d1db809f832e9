import { RedisSourceError } from './source-error.js'

/** Redis counts databases with an int. */
const MAX_DATABASE = 2_147_483_647

/** @param value from a URL or from options. @throws RedisSourceError */
export function portOf(value: unknown): number {
  const port = wholeNumber(value)
  if (port !== null && port >= 1 && port <= 65_535) return port
  throw new RedisSourceError('its port is not 1 to 65535')
}

/** @param value from a URL or from options. @throws RedisSourceError */
export function databaseOf(value: unknown): number {
  const database = wholeNumber(value)
  if (database !== null && database <= MAX_DATABASE) return database
  throw new RedisSourceError('its database is no whole number, 0 or more, as in redis://host:6379/0')
}

/** @param value a name or an address, IPv6 without brackets. @throws RedisSourceError */
export function hostFrom(value: unknown): string {
  const [, ip] = /^\[([\da-f:.]+(?:%\w+)?)\]$/i.exec(String(value)) ?? []
  const host = ip ?? value
  if (typeof host === 'string' && /^([\p{L}\p{N}_.-]+|[\da-f:.]+(%\w+)?)$/iu.test(host)) return host
  throw new RedisSourceError('its host is no name and no address')
}

/** Digits only: Number accepts blanks, signs and exponents as well. */
function wholeNumber(value: unknown): number | null {
  return /^\d{1,10}$/.test(typeof value === 'number' ? `${value}` : typeof value === 'string' ? value : '')
    ? Number(value)
    : null
}
