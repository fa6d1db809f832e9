import { threadId } from 'node:worker_threads'
import { monotonic, wallClock } from '../../lib/clock.js'
import { QuasarError } from '../../lib/errors.js'
import { checkOptions } from '../../lib/options.js'
import type { Logger, Store } from '../../ports/index.js'
import { MAX_NAME_CHARS } from '../../protocol/index.js'
import { formatNodeId } from '../../protocol/node-id.js'
import type { LivezPlace } from '../heartbeat-thread/messages.js'
import { hostName, isInteractive } from '../probes/runtime.js'
import { chooseRedis, type Environment, readAppPackage, resolvePrefix, resolveTokens } from './environment.js'
import { consoleLogger, silentLogger } from './logger.js'
import {
  type ArchiveJobs,
  type QuasarOptions,
  RECORDER_CHECKS,
  type Readiness,
  type Redact,
} from './recorder-options.js'
import { compileIgnore, compileRespelling, compileSlowRules, type IgnoreRule, type SlowRules } from './rules.js'

export type { QuasarOptions, Readiness, Redact }

/** Options with all defaults filled in. */
export interface ResolvedOptions {
  readonly service: string
  readonly node: string
  readonly environment: string | null
  readonly appVersion: string | null
  readonly redis: string | object | false
  /** Origin of `redis`, as errors name it. */
  readonly redisFrom: string
  /** Neither an option nor a variable names a store. */
  readonly isRedisUnset: boolean
  readonly store: Store | null
  readonly prefix: string
  readonly interval: number
  readonly slowRequest: (...names: string[]) => number
  readonly slowJob: (...names: string[]) => number
  readonly ignore: ((path: string) => boolean) | null
  /** Finds the ignored path that another path is a spelling of, for routers that treat both as the same. */
  readonly respell: ((path: string) => string | null) | null
  readonly sample: number
  readonly redact: Redact | null
  readonly logger: Logger
  readonly meta: (() => Record<string, unknown>) | null
  readonly ready: (() => Readiness) | null
  readonly disks: readonly string[]
  readonly signals: boolean
  readonly archiveJobs: ArchiveJobs
  readonly heartbeatThread: boolean
  readonly blockedStack: boolean
  readonly livez: LivezPlace | null
  /** The first one signs, and seals payloads. */
  readonly tokens: readonly string[]
}

/** Whether Quasar is switched off: by `enabled: false` or by QUASAR_DISABLED (`1`, `true`, `yes`, `on`). */
export function isDisabled(options: QuasarOptions, env: Environment): boolean {
  return /^(1|true|yes|on)$/i.test(env.QUASAR_DISABLED ?? '') || isSwitchedOff(options)
}

/** An unreadable option does not count as `false`: `resolveOptions` reports the problem. */
function isSwitchedOff(options: QuasarOptions): boolean {
  try {
    return options.enabled === false
  } catch {
    return false
  }
}

/**
 * Checks the options and fills in defaults, from the environment first.
 *
 * @throws QuasarError `invalid_option`, which names the option and the values that it accepts
 */
export function resolveOptions(given: QuasarOptions, env: Environment): ResolvedOptions {
  const options = checkOptions('Quasar', given, RECORDER_CHECKS)
  return Object.freeze({
    node: nodeId(),
    ...resolveIdentity(options, env),
    ...resolveTarget(options, env),
    ...resolveSlow(options.slow ?? 1_000),
    ...resolveIgnore([options.ignore ?? []].flat() as IgnoreRule[]),
    sample: options.sample ?? 1,
    redact: options.redact ?? null,
    logger: options.logger === false ? silentLogger : (options.logger ?? consoleLogger),
    meta: resolveMeta(options.meta),
    ready: options.ready ?? null,
    disks: options.disks ?? ['/'],
    signals: options.signals ?? !isInteractive(),
    archiveJobs: options.archiveJobs ?? archiveJobsFrom(env) ?? 'off',
    ...resolveThread(options, env),
  })
}

function resolveIdentity(options: QuasarOptions, env: Environment) {
  const app = readAppPackage()
  return {
    service: options.service ?? (env.QUASAR_SERVICE || app.name || 'unnamed').slice(0, MAX_NAME_CHARS),
    environment: options.environment ?? env.QUASAR_ENVIRONMENT ?? env.NODE_ENV ?? null,
    appVersion: app.version,
  }
}

function resolveTarget(options: QuasarOptions, env: Environment) {
  return {
    ...chooseRedis(options.redis, env),
    store: options.store ?? null,
    prefix: resolvePrefix(options.prefix, env),
    interval: options.interval ?? intervalFrom(env) ?? 10_000,
    tokens: resolveTokens(options.token, env),
  }
}

function resolveThread(options: QuasarOptions, env: Environment) {
  const livez = options.livez ?? livezFrom(env) ?? null
  return {
    heartbeatThread: options.heartbeatThread ?? heartbeatThreadFrom(env) ?? false,
    blockedStack: options.blockedStack ?? false,
    livez: livez === null ? null : { ...LIVEZ_DEFAULTS, ...(typeof livez === 'number' ? { port: livez } : livez) },
  }
}

const LIVEZ_DEFAULTS = { host: '127.0.0.1', maxBlockedMs: 30_000 }

function resolveIgnore(rules: readonly IgnoreRule[]) {
  return { ignore: compileIgnore(rules), respell: compileRespelling(rules) }
}

type Slow = NonNullable<QuasarOptions['slow']>

/** Rules are a list; rules per kind are an object. */
function isForEach(slow: Slow): slow is Exclude<Slow, SlowRules> {
  return typeof slow === 'object' && !Array.isArray(slow)
}

function resolveSlow(slow: Slow) {
  const { requests = 1_000, jobs = 1_000 } = isForEach(slow) ? slow : { requests: slow, jobs: slow }
  return { slowRequest: compileSlowRules(requests), slowJob: compileSlowRules(jobs) }
}

function resolveMeta(meta: QuasarOptions['meta']) {
  if (meta === undefined) return null
  return typeof meta === 'function' ? meta : () => meta
}

function intervalFrom(env: Environment): number | null {
  if (!env.QUASAR_INTERVAL) return null
  const interval = Number(env.QUASAR_INTERVAL)
  if (RECORDER_CHECKS.interval.accepts(interval)) return interval
  throw new QuasarError('invalid_option', `Quasar: QUASAR_INTERVAL takes ${RECORDER_CHECKS.interval.takes}.`)
}

function archiveJobsFrom(env: Environment): ArchiveJobs | null {
  const { QUASAR_ARCHIVE_JOBS: given } = env
  if (!given) return null
  if (RECORDER_CHECKS.archiveJobs.accepts(given)) return given as ArchiveJobs
  throw new QuasarError('invalid_option', `Quasar: QUASAR_ARCHIVE_JOBS takes ${RECORDER_CHECKS.archiveJobs.takes}.`)
}

function heartbeatThreadFrom({ QUASAR_HEARTBEAT_THREAD: given }: Environment): boolean | null {
  if (!given) return null
  if (/^(1|true|yes|on)$/i.test(given)) return true
  if (/^(0|false|no|off)$/i.test(given)) return false
  throw new QuasarError('invalid_option', 'Quasar: QUASAR_HEARTBEAT_THREAD takes 1 or 0.')
}

/** `9090`, `0.0.0.0:9090`, `[::]:9090`. */
function livezFrom({ QUASAR_LIVEZ: given }: Environment): QuasarOptions['livez'] | null {
  if (!given) return null
  const [, bracketed, host = bracketed, port] = /^(?:(?:\[([\da-f:.]+)\]|([^\s:[\]]+)):)?(\d{1,5})$/i.exec(given) ?? []
  const livez = { port: Number(port), ...(host && { host }) }
  if (RECORDER_CHECKS.livez.accepts(livez)) return livez
  throw new QuasarError('invalid_option', 'Quasar: QUASAR_LIVEZ takes a port, 1 to 65535, or host:port.')
}

let recorders = 0

/** Unique in the fleet, and among the recorders that one process starts one after the other. */
function nodeId(): string {
  recorders += 1
  const startedAt = wallClock() - Math.round(monotonic())
  const parts = { host: hostName(), pid: process.pid, thread: threadId, startedAt, recorder: recorders }
  return formatNodeId(parts, MAX_NAME_CHARS)
}
