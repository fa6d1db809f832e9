import {
  isBetween,
  isFunction,
  isObject,
  isText,
  type OptionCheck,
  type OptionChecks,
  SHARED_CHECKS,
} from './core/option-checks.js'
import type { ZenithOptions } from './create-zenith.js'
import { isRole } from './zenith/index.js'

/** Where Zenith is reached, whoever mounts it. */
export const PATH_CHECK: OptionCheck = {
  takes: 'a path, "/quasar"',
  accepts: (v) => typeof v === 'string' && /^(\/[\w.~-]+)*\/?$/.test(v),
}

/** What the options of Zenith take. */
export const ZENITH_CHECKS = {
  ...SHARED_CHECKS,
  store: { takes: 'a store', accepts: (v) => isObject(v) && isFunction(v.nodes) },
  // Its words depend on what is wrong: `authProblem` has them.
  auth: { takes: 'who may see it', accepts: () => true },
  basePath: PATH_CHECK,
  interval: { takes: 'a number of ms, 50 to 3600000', accepts: (v) => isBetween(v, 50, 3_600_000) },
  slow: { takes: 'a number of ms above 0', accepts: (v) => isBetween(v, Number.MIN_VALUE, Number.MAX_VALUE) },
  queues: { takes: 'a list of queue sources, [bullmqQueues({ connection })]', accepts: (v) => isListOf(v, isSource) },
  readOnly: { takes: "a list of names of queues, ['mail-*']", accepts: (v) => isListOf(v, isText) },
  requireToken: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
  payloads: { takes: 'viewer, operator or admin', accepts: isRole },
} satisfies OptionChecks<keyof ZenithOptions>

function isListOf(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts)
}

function isSource(value: unknown): boolean {
  return isObject(value) && isFunction(value.read) && isText(value.place) && Array.isArray(value.capabilities)
}
