import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Defaults from the environment, the same for recorders and for Zenith. */
import { QuasarError } from '../../lib/errors.js'
import { COMMON_CHECKS } from '../../lib/options.js'
import { DEFAULT_PREFIX } from '../../protocol/index.js'
import { parseTokens, TAKES_TOKENS } from '../../signing/tokens.js'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Resolves the prefix of all keys, which recorders and Zenith must share.
 *
 * @param option value of the option `prefix`; checked
 * @throws QuasarError `invalid_option` for an invalid QUASAR_PREFIX
 */
export function resolvePrefix(option: string | undefined, env: Environment): string {
  const prefix = option ?? (env.QUASAR_PREFIX || DEFAULT_PREFIX)
  const { accepts, takes } = COMMON_CHECKS.prefix
  if (accepts(prefix)) return prefix
  throw new QuasarError('invalid_option', `Quasar: QUASAR_PREFIX takes ${takes}.`)
}

/**
 * Resolves the tokens that sign and verify; the first one signs. Empty without a token.
 *
 * @param option value of the option `token`; checked
 * @throws QuasarError `invalid_option` for an invalid QUASAR_TOKEN
 */
export function resolveTokens(option: string | readonly string[] | undefined, env: Environment): readonly string[] {
  if (option !== undefined) return parseTokens(option) ?? []
  if (!env.QUASAR_TOKEN) return []
  const tokens = parseTokens(env.QUASAR_TOKEN)
  if (!tokens) throw new QuasarError('invalid_option', `Quasar: QUASAR_TOKEN takes ${TAKES_TOKENS}.`)
  return tokens
}

/** Environment variables for the address of Redis, by precedence. */
const VARIABLES = ['QUASAR_REDIS_URL', 'REDIS_URL'] as const

export interface ChosenRedis {
  readonly redis: string | object | false
  /** Its origin as errors name it: `option "redis"`, `REDIS_URL`. */
  readonly redisFrom: string
  /** Neither an option nor a variable says anything. */
  readonly isRedisUnset: boolean
}

/** The address of Redis: the option, else the environment; an empty variable counts as unset. */
export function chooseRedis(option: string | object | false | undefined, env: Environment): ChosenRedis {
  if (option !== undefined) return { redis: option, redisFrom: 'option "redis"', isRedisUnset: false }
  const variable = VARIABLES.find((name) => env[name])
  return {
    redis: (variable && env[variable]) || false,
    redisFrom: variable ?? 'option "redis"',
    isRedisUnset: !variable,
  }
}

interface AppPackage {
  readonly name: string | null
  readonly version: string | null
}

/**
 * The app's name and version, from the package.json nearest above the script that was started, or above the working directory. Read once,
 * at the app's start; null if missing.
 */
export function readAppPackage(): AppPackage {
  const script = process.argv[1]
  return (script && !script.includes('node_modules') && nearest(dirname(script))) || nearest(process.cwd()) || NONE
}

const NONE: AppPackage = { name: null, version: null }

function nearest(folder: string): AppPackage | null {
  const found = read(join(folder, 'package.json'))
  if (found?.name) return found
  const parent = dirname(folder)
  return parent === folder ? null : nearest(parent)
}

function read(file: string): AppPackage | null {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    return { name: typeof name === 'string' ? name : null, version: typeof version === 'string' ? version : null }
  } catch {
    return null
  }
}
