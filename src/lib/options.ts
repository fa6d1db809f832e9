import { invalidOption, isQuasarError, QuasarError } from './errors.js'

/** The values that an option accepts, as a phrase, and the check. */
export interface OptionCheck {
  readonly takes: string
  readonly accepts: (value: unknown) => boolean
}

/** One check for each option; other options are unknown. */
export type OptionChecks<Name extends string = string> = Readonly<Record<Name, OptionCheck>>

/**
 * @param owner whose options they are, as named in errors: `Zenith`
 * @param part what they are passed to: see `invalidOption`
 * @returns a copy: each option is read once, so that the value used is the value checked
 * @throws QuasarError `invalid_option` for the first unknown option or invalid value
 */
export function checkOptions<T extends object>(owner: string, options: T, checks: OptionChecks, part = 'Quasar'): T {
  const known = checkNames<object>(owner, options, Object.keys(checks)) as Record<string, unknown>
  const values = Object.entries(checks).map(([option, check]) => [option, readOption(part, known, option, check)])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

/**
 * For options that are checked one by one.
 *
 * @param names all names of options
 * @returns the options
 * @throws QuasarError `invalid_option` if they are not an object, or for the first unknown option
 */
export function checkNames<T extends object>(owner: string, options: T, names: readonly string[]): T {
  if (!isObject(options)) throw new QuasarError('invalid_option', `Quasar: the options of ${owner} are an object.`)
  const unknown = namesOf(owner, options).find((option) => !names.includes(option))
  if (unknown === undefined) return options
  const known = names.join(', ')
  throw new QuasarError('invalid_option', `Quasar: ${owner} has no option "${unknown}". Its options are ${known}.`)
}

function namesOf(owner: string, options: object): readonly string[] {
  try {
    return Object.keys(options)
  } catch (error) {
    throw new QuasarError('invalid_option', `Quasar: the options of ${owner} can't be read.`, error)
  }
}

/** The app's getters and proxies may throw, here and within the value. */
function readOption(
  part: string,
  options: Record<string, unknown>,
  option: string,
  { takes, accepts }: OptionCheck,
): unknown {
  try {
    const value = options[option]
    if (value === undefined || accepts(value)) return value
    throw invalidOption(part, option, takes, value)
  } catch (error) {
    if (isQuasarError(error)) throw error
    throw new QuasarError('invalid_option', `${part}: option "${option}" can't be read; it takes ${takes}.`, error)
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

export function isBetween(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high
}

/** Options that several parts share. */
export const COMMON_CHECKS = {
  redis: {
    takes: 'a URL of Redis, ioredis options, an ioredis client or Cluster, or false',
    // The rest is checked where the connection is opened.
    accepts: (v) => v === false || typeof v === 'string' || (typeof v === 'object' && v !== null) || isFunction(v),
  },
  prefix: { takes: 'a text that ends with a colon', accepts: (v) => isText(v) && /.:$/.test(v) },
  logger: { takes: 'an object with info, warn and error, or false', accepts: (v) => v === false || isLogger(v) },
} satisfies OptionChecks

function isLogger(value: unknown): boolean {
  return isObject(value) && ['info', 'warn', 'error'].every((level) => isFunction(value[level]))
}
