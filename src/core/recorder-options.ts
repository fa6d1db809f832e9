import { isBetween, isFunction, isObject, isText, type OptionChecks, SHARED_CHECKS } from './option-checks.js'
import type { QuasarOptions } from './options.js'

const isMs = (value: unknown) => isBetween(value, 0, Number.POSITIVE_INFINITY)
const isPattern = (value: unknown) => isText(value) || value instanceof RegExp
const isName = (value: unknown) => isText(value) && value.length <= 200

const RULES = 'a number of ms, false, or rules [[pattern, ms], …, ms]'

/** What the options of a recorder take. */
export const RECORDER_CHECKS = {
  ...SHARED_CHECKS,
  service: { takes: 'a text of at most 200 characters', accepts: isName },
  environment: { takes: 'a text of at most 200 characters', accepts: isName },
  store: { takes: 'a store', accepts: (v) => isObject(v) && isFunction(v.write) },
  interval: { takes: 'a number of ms, 100 to 3600000', accepts: (v) => isBetween(v, 100, 3_600_000) },
  slow: { takes: `${RULES}, or { requests, jobs } with one of these each`, accepts: isSlow },
  ignore: {
    takes: 'a path, a pattern, a function, or an array of them',
    accepts: (v) => [v].flat().every((rule) => isPattern(rule) || isFunction(rule)),
  },
  sample: { takes: 'a number from 0 to 1', accepts: (v) => isBetween(v, 0, 1) },
  redact: { takes: 'a function', accepts: isFunction },
  meta: { takes: 'an object, or a function that gives one', accepts: (v) => isObject(v) || isFunction(v) },
  ready: { takes: 'a function', accepts: isFunction },
  disks: { takes: 'an array of mount points', accepts: (v) => Array.isArray(v) && Array.from(v).every(isText) },
  enabled: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
} satisfies OptionChecks<keyof QuasarOptions>

function isSlow(value: unknown): boolean {
  if (isRules(value)) return true
  if (!isObject(value)) return false
  return Object.entries(value).every(
    ([kind, rules]) => (kind === 'requests' || kind === 'jobs') && (rules === undefined || isRules(rules)),
  )
}

function isRules(value: unknown): boolean {
  if (value === false || isMs(value)) return true
  if (!Array.isArray(value) || !isMs(value.at(-1))) return false
  // A hole in the list is no rule, and `every` would pass over it.
  return Array.from(value.slice(0, -1)).every((rule) => Array.isArray(rule) && isPattern(rule[0]) && isMs(rule[1]))
}
