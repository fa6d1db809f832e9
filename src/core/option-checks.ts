import { invalidOption, QuasarError } from './errors.js'
import type { QuasarOptions } from './options.js'

interface Check {
  readonly takes: string
  readonly accepts: (value: unknown) => boolean
}

const isText = (value: unknown) => typeof value === 'string' && value.trim() !== ''
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isFunction = (value: unknown) => typeof value === 'function'
const isMs = (value: unknown) => typeof value === 'number' && value >= 0
const isPattern = (value: unknown) => isText(value) || value instanceof RegExp

const RULES = 'a number of ms, false, or rules [[pattern, ms], …, ms]'

const CHECKS: Readonly<Record<keyof QuasarOptions, Check>> = {
  service: { takes: 'a text of at most 200 characters', accepts: (v) => isText(v) && (v as string).length <= 200 },
  environment: { takes: 'a text of at most 200 characters', accepts: (v) => isText(v) && (v as string).length <= 200 },
  redis: {
    takes: 'a redis:// or rediss:// URL, ioredis options, an ioredis client or Cluster, or false',
    accepts: (v) => v === false || isRedisUrl(v) || isObject(v),
  },
  store: { takes: 'a store', accepts: (v) => isObject(v) && isFunction((v as Record<string, unknown>).write) },
  prefix: { takes: 'a text that ends with a colon', accepts: (v) => isText(v) && (v as string).endsWith(':') },
  interval: { takes: 'a number of ms, 100 to 3600000', accepts: (v) => isMs(v) && isBetween(v, 100, 3_600_000) },
  slow: { takes: `${RULES}, or { requests, jobs } with one of these each`, accepts: isSlow },
  ignore: {
    takes: 'a path, a pattern, a function, or an array of them',
    accepts: (v) => [v].flat().every((rule) => isPattern(rule) || isFunction(rule)),
  },
  sample: { takes: 'a number from 0 to 1', accepts: (v) => isBetween(v, 0, 1) },
  redact: { takes: 'a function', accepts: isFunction },
  logger: { takes: 'an object with info, warn and error, or false', accepts: (v) => v === false || isLogger(v) },
  meta: { takes: 'an object, or a function that gives one', accepts: (v) => isObject(v) || isFunction(v) },
  ready: { takes: 'a function', accepts: isFunction },
  disks: { takes: 'an array of mount points', accepts: (v) => Array.isArray(v) && v.every(isText) },
  enabled: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
}

/** @throws QuasarError for the first option that is unknown or that has a value it does not take */
export function checkOptions(options: QuasarOptions): void {
  if (!isObject(options)) throw new QuasarError('invalid_option', 'Quasar: the options are an object.')
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, option)) throw unknownOption(option)
    const check = CHECKS[option as keyof QuasarOptions]
    if (value !== undefined && !check.accepts(value)) throw invalidOption(option, value, check.takes)
  }
}

function unknownOption(option: string): QuasarError {
  const known = Object.keys(CHECKS).join(', ')
  return new QuasarError('invalid_option', `Quasar: there is no option "${option}". The options are ${known}.`)
}

function isBetween(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high
}

function isRedisUrl(value: unknown): boolean {
  return typeof value === 'string' && /^(rediss?|unix):\/\//.test(value) && URL.canParse(value)
}

function isSlow(value: unknown): boolean {
  if (isRules(value)) return true
  if (!isObject(value)) return false
  return Object.entries(value as object).every(
    ([kind, rules]) => (kind === 'requests' || kind === 'jobs') && (rules === undefined || isRules(rules)),
  )
}

function isRules(value: unknown): boolean {
  if (value === false || isMs(value)) return true
  if (!Array.isArray(value) || !isMs(value.at(-1))) return false
  return value.slice(0, -1).every((rule) => Array.isArray(rule) && isPattern(rule[0]) && isMs(rule[1]))
}

function isLogger(value: unknown): boolean {
  return (
    isObject(value) && ['info', 'warn', 'error'].every((level) => isFunction((value as Record<string, unknown>)[level]))
  )
}
