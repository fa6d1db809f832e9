import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What the environment answers where an option is left out, alike for those who report and for Zenith. */
import { QuasarError } from '../../lib/errors.js'
import { COMMON_CHECKS } from '../../lib/options.js'
import { DEFAULT_PREFIX } from '../../protocol/index.js'
import { parseTokens, TAKES_TOKENS } from '../../signing/tokens.js'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * What all keys begin with: those who report and Zenith must look in the same place.
 *
 * @param option what the option `prefix` holds; checked
 * @throws QuasarError `invalid_option` for a QUASAR_PREFIX that is none
 */
export function resolvePrefix(option: string | undefined, env: Environment): string {
  const prefix = option ?? (env.QUASAR_PREFIX || DEFAULT_PREFIX)
  const { accepts, takes } = COMMON_CHECKS.prefix
  if (accepts(prefix)) return prefix
  throw new QuasarError('invalid_option', `Quasar: QUASAR_PREFIX takes ${takes}.`)
}

/**
 * The tokens to sign and verify with, the first one to sign; none when there is none.
 *
 * @param option what the option `token` holds; checked
 * @throws QuasarError `invalid_option` for a QUASAR_TOKEN that is none
 */
export function resolveTokens(option: string | readonly string[] | undefined, env: Environment): readonly string[] {
  if (option !== undefined) return parseTokens(option) ?? []
  if (!env.QUASAR_TOKEN) return []
  const tokens = parseTokens(env.QUASAR_TOKEN)
  if (!tokens) throw new QuasarError('invalid_option', `Quasar: QUASAR_TOKEN takes ${TAKES_TOKENS}.`)
  return tokens
}

/** Variables of the environment that say where Redis is, the one that goes first in front. */
const VARIABLES = ['QUASAR_REDIS_URL', 'REDIS_URL'] as const

export interface ChosenRedis {
  readonly redis: string | object | false
  /** What it came from, in an error's words: `option "redis"`, `REDIS_URL`. */
  readonly redisFrom: string
}

/** Where Redis is by the option, else by the environment; an empty variable is none. */
export function chooseRedis(option: string | object | false | undefined, env: Environment): ChosenRedis {
  if (option !== undefined) return { redis: option, redisFrom: 'option "redis"' }
  const variable = VARIABLES.find((name) => env[name])
  return { redis: (variable && env[variable]) || false, redisFrom: variable ?? 'option "redis"' }
}

interface AppPackage {
  readonly name: string | null
  readonly version: string | null
}

/**
 * The name and version of the app that runs: of the package.json nearest above the script that was started, or above
 * the working directory. Read once, while the app starts; null for what is not there.
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
