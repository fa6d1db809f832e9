import { COMMON_CHECKS, isBetween, isFunction, isObject, isText, type OptionChecks } from '../../lib/options.js'
import type { Logger, Store } from '../../ports/index.js'
import { TOKEN_CHECK } from '../../signing/tokens.js'
import type { IgnoreRule, SlowRules } from './rules.js'

/** The app's `redact` function: gets a record and returns it redacted; null drops it. */
export type Redact = (record: Record<string, unknown>) => Record<string, unknown> | null

/** Whether the app is ready; `deps` has the state of its dependencies by name. */
export type Readiness = boolean | { status: string; deps?: Record<string, unknown> }

export const ARCHIVE_JOBS = ['off', 'jobs', 'payloads'] as const
export type ArchiveJobs = (typeof ARCHIVE_JOBS)[number]

/** Options, the same for every integration. All are optional. */
export interface QuasarOptions {
  /** The app's name in Zenith. @default QUASAR_SERVICE, else the name in the app's package.json */
  service?: string
  /** @default QUASAR_ENVIRONMENT, else NODE_ENV */
  environment?: string
  /**
   * Where to report: a URL (`redis://`, `rediss://`, `unix://`), ioredis options, an ioredis client or Cluster (used as it is and never
   * closed), or `false` for memory in this process. @default QUASAR_REDIS_URL, else REDIS_URL, else `false`
   */
  redis?: string | object | false
  /** A custom store instead of `redis`. */
  store?: Store
  /** Prefix of all keys; ends with a colon. @default 'gravito:quasar:' (QUASAR_PREFIX) */
  prefix?: string
  /** Time between two reports, ms, 100 or more; varies by up to 10 %. @default 10000 (QUASAR_INTERVAL) */
  interval?: number
  /** Threshold for slow requests and jobs: ms, or rules by name, for both or for each kind. @default 1000 */
  slow?: SlowRules | { requests?: SlowRules; jobs?: SlowRules }
  /** Requests that are not recorded, by path. @default [] */
  ignore?: IgnoreRule | readonly IgnoreRule[]
  /** The share of slow entries and exceptions to record, 0–1. Counts and percentiles are always complete. @default 1 */
  sample?: number
  /** Removes more from a slow entry or an exception before it is recorded; `null` drops it. It can't add anything. */
  redact?: Redact
  /** Where Quasar writes its few log lines; `false` for nowhere. @default console */
  logger?: Logger | false
  /** Shown with every node; at most 4 KiB as JSON. */
  meta?: Record<string, unknown> | (() => Record<string, unknown>)
  /** Called at every report. */
  ready?: () => Readiness
  /** Mounts whose disk usage is reported. @default ['/'] */
  disks?: readonly string[]
  /**
   * Whether the node leaves when SIGTERM or SIGINT ends the process, at most 250 ms later than without Quasar. On Node only, not on Windows.
   * @default true, but false at a terminal and under `node --watch`
   */
  signals?: boolean
  /**
   * Signs records, so that Zenith can verify their origin; also the password if `redis` is a URL with a user and no password. 16 characters
   * or more. During a rotation two, of which the first one signs. @default QUASAR_TOKEN, else none
   */
  token?: string | readonly string[]
  /**
   * What the archive gets of each finished attempt of a queue's job: nothing, all but the payload, or the payload as well. Payloads are
   * sealed with the token; without one they are left out. @default 'off' (QUASAR_ARCHIVE_JOBS)
   */
  archiveJobs?: ArchiveJobs
  /**
   * Tells a blocked event loop from a dead process: a thread writes the node's heartbeats while the loop does not turn. Takes about 12 MB, and
   * `redis` as a URL or as options. On Node's main thread only. @default false (QUASAR_HEARTBEAT_THREAD)
   */
  heartbeatThread?: boolean
  /**
   * Whether such a heartbeat has the stack: once for each block, the main thread is paused for some milliseconds. Names of functions and files
   * only; unknown in a native call and while Node's inspector listens. @default false
   */
  blockedStack?: boolean
  /**
   * Serves `GET /livez` on a thread, on a port of its own: 200 while the event loop turns, 503 once it is blocked for longer than
   * `maxBlockedMs`. @default none (QUASAR_LIVEZ: `9090`, `0.0.0.0:9090`); host '127.0.0.1', maxBlockedMs 30000
   */
  livez?: number | { port: number; host?: string; maxBlockedMs?: number }
  /** `false` turns everything into no-ops, as QUASAR_DISABLED=1 does. @default true */
  enabled?: boolean
}

const isMs = (value: unknown) => isBetween(value, 0, Number.POSITIVE_INFINITY)
const isPattern = (value: unknown) => isText(value) || value instanceof RegExp
const isName = (value: unknown) => isText(value) && value.length <= 200

const RULES = 'a number of ms, false, or rules [[pattern, ms], …, ms]'

/** Checks for the options of a recorder. */
export const RECORDER_CHECKS = {
  ...COMMON_CHECKS,
  token: TOKEN_CHECK,
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
  signals: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
  archiveJobs: { takes: "'off', 'jobs' or 'payloads'", accepts: (v) => ARCHIVE_JOBS.some((one) => one === v) },
  heartbeatThread: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
  blockedStack: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
  livez: {
    takes: 'a port, 1 to 65535, or { port, host, maxBlockedMs } with ms from 100 to 3600000',
    accepts: (v) => isPort(v) || isLivez(v),
  },
  enabled: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
} satisfies OptionChecks<keyof QuasarOptions>

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && isBetween(value, 1, 65_535)
}

function isLivez(value: unknown): boolean {
  if (!isObject(value)) return false
  const { port, host = '127.0.0.1', maxBlockedMs = 30_000, ...others } = value
  const isKnown = Object.keys(others).length === 0
  return isKnown && isPort(port) && isText(host) && isBetween(maxBlockedMs, 100, 3_600_000)
}

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
  // `every` skips holes in the list, which are not rules.
  return Array.from(value.slice(0, -1)).every((rule) => Array.isArray(rule) && isPattern(rule[0]) && isMs(rule[1]))
}
