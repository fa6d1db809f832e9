import { parseAddress, type RedisAddress } from '../../redis/address.js'
import type { RedisSource } from '../../redis/client.js'
import { RedisSourceError, TAKES_ADDRESS } from '../../redis/source-error.js'
import { placeAt, withTokenPassword } from '../../redis/target.js'
import { parseTokens, TAKES_TOKENS } from '../../signing/tokens.js'
import { wrongUse } from './command.js'
import { readVariable } from './variables.js'

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
  const variable = readVariable(env, 'REDIS_URL')
  if (!variable) return DEFAULT_REDIS
  try {
    return redisUrl(variable.text)
  } catch (error) {
    throw wrongUse(`${variable.source} takes ${error instanceof Error ? error.message : error}.`)
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

/** Signs sessions, and encrypts receivers of alerts. Zenith reads it from the environment. */
export const SECRET_OPTION = {
  value: 'SECRET',
  env: 'QUASAR_SECRET',
  isVariableOnly: true,
  isSecret: true,
  help: 'signs sessions',
  read(text: string): string {
    if (text.length < MIN_SECRET_CHARS) throw new Error(`${MIN_SECRET_CHARS} characters or more`)
    return text
  },
} as const

const MIN_SECRET_CHARS = 16

/** A token is also the password of a user without one. */
export function withToken(redis: string, token: string | undefined): RedisSource {
  const { options, db } = withTokenPassword(placeAt(parseAddress(redis)), token)
  return { ...options, db }
}
