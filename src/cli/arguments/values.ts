import { parseAddress, type RedisAddress } from '../../redis/address.js'
import { RedisSourceError, TAKES_ADDRESS } from '../../redis/source-error.js'
import { parseTokens, TAKES_TOKENS } from '../../signing/tokens.js'
import { wrongUse } from './command.js'

export const DEFAULT_REDIS = 'redis://localhost:6379'

/** @returns the same text. @throws a message with the accepted values and the problem */
export function redisUrl(url: string): string {
  try {
    parseAddress(url)
    return url
  } catch (error) {
    const problem = error instanceof RedisSourceError ? error.problem : "it can't be read"
    throw new Error(`${TAKES_ADDRESS}; ${problem}`)
  }
}

/** The default if no option names a Redis. @throws Problem */
export function redisFrom(env: NodeJS.ProcessEnv): string {
  if (!env.REDIS_URL) return DEFAULT_REDIS
  try {
    return redisUrl(env.REDIS_URL)
  } catch (error) {
    throw wrongUse(`REDIS_URL takes ${error instanceof Error ? error.message : error}.`)
  }
}

/** The URL without user, password and database. */
export function hostOf(redis: string): string {
  const { host, port, path, isTls }: RedisAddress = parseAddress(redis)
  if (path !== null) return `unix://${path}`
  return `redis${isTls ? 's' : ''}://${host?.includes(':') ? `[${host}]` : host}:${port}`
}

/** @throws Error with the accepted values */
export function tokens(text: string): readonly string[] {
  const tokens = parseTokens(text)
  if (!tokens) throw new Error(TAKES_TOKENS)
  return tokens
}
