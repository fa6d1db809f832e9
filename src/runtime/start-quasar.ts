import { createHash } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import { disabledRecorder } from '../core/disabled.js'
import { allRecorders, leaseOf, type RecorderLease } from '../core/lease.js'
import { noticesOf } from '../core/options/logger.js'
import { isDisabled, type QuasarOptions, type ResolvedOptions, resolveOptions } from '../core/options/options.js'
import { startRecorder } from '../core/process-recorder.js'
import type { Recorder, RecorderStatus } from '../core/recorder.js'
import type { CaptureContext } from '../core/report/records.js'
import { globalSlot } from '../lib/global-slot.js'
import type { QueueSource, Writer } from '../ports/index.js'
import { keepStringsFast } from '../redis/fast-strings.js'
import { redisReports } from '../stores/redis/reports.js'
import { startHeartbeatThread } from './heartbeat-thread.js'
import { type MonitoredQueues, monitorSources } from './monitor-sources.js'
import { openRedis } from './open-redis.js'
import { sharedMemoryStore } from './shared-memory.js'

export type { MonitoredQueues, RecorderLease }

/** A running Quasar. */
export interface Quasar {
  /**
   * Records a piece of the app's own work as a job of this name: its duration, its failures, whether it was slow.
   *
   * @returns the result of `fn`; its errors pass through
   * @example await quasar.run('import', () => importProducts(file))
   */
  run<T>(name: string, fn: () => T): T
  /** Reports an error that the app handled itself. Never throws. */
  captureException(error: unknown, context?: CaptureContext): void
  /**
   * Reports queues from now on: backlog, oldest job, throughput, workers. One node of the service reads them, and each queue is read once
   * however often it is named. They are reported until the last share of the recorder is released; then their sources are closed.
   *
   * @throws QuasarError `invalid_option` for anything that is not a queue source
   * @example quasar.monitorQueues(bullmqQueues({ connection }), laravelQueues({ redis }))
   */
  monitorQueues(...sources: QueueSource[]): MonitoredQueues
  status(): RecorderStatus
  /** Reports now. Never rejects. */
  flush(): Promise<void>
  /** Reports what is left and removes the node, unless another share of the recorder is in use. Never rejects. */
  stop(): Promise<void>
}

/**
 * Starts to report this process: heartbeats every 10 s, and whatever integrations, `run` and `captureException` record. A second start with
 * the same service and store shares the recorder, and the options of the first.
 *
 * @throws QuasarError `invalid_option`; nothing throws after that
 * @example const quasar = startQuasar({ service: 'mailer' })
 */
export function startQuasar(options: QuasarOptions = {}): Quasar {
  const { recorder, release } = leaseRecorder(options, null)
  return {
    run: (name, fn) => recorder.run(name, fn),
    captureException: (error, context) => recorder.captureException(error, context),
    monitorQueues: (...sources) => monitorSources(recorder, sources),
    status: () => recorder.status(),
    flush: () => recorder.flush(),
    stop: release,
  }
}

/**
 * Takes a share in this process's recorder for a service and a store.
 *
 * @param framework the app's framework, as named in the heartbeat
 * @throws QuasarError `invalid_option`
 */
export function leaseRecorder(options: QuasarOptions = {}, framework: string | null = null): RecorderLease {
  if (isDisabled(options, process.env)) return { recorder: disabledRecorder, release: () => Promise.resolve() }
  const resolved = resolveOptions(options, process.env)
  const lease = leaseOf(nameOf(resolved), () => start(resolved))
  noteIgnored(options, resolved, lease.recorder)
  if (framework) lease.recorder.addFramework(framework)
  return lease
}

/** Once for all recorders of a process. */
const noted = globalSlot('no-redis-noted', () => ({ isSaid: false }))

/** An app in production whose reports stay in memory probably lacks a variable. `redis: false` says that it is meant. */
function noteMemory({ isRedisUnset, store, environment, logger }: ResolvedOptions): void {
  if (!isRedisUnset || store || environment !== 'production' || !isMainThread || noted.get().isSaid) return
  noted.get().isSaid = true
  noticesOf(logger).warn(
    'no Redis is configured, so reports stay in the memory of this process. Set QUASAR_REDIS_URL, here and for `quasar zenith`, or `redis: false` if a Zenith in this process shows them.',
  )
}

function start(options: ResolvedOptions): Recorder {
  keepStringsFast()
  noteMemory(options)
  const recorder = startRecorder(options, writerOf(options), sharedStoreOf(options), startHeartbeatThread)
  startedWith.get().set(recorder, options)
  return recorder
}

const COMPARED = [
  'archiveJobs',
  'blockedStack',
  'environment',
  'heartbeatThread',
  'interval',
  'sample',
  'signals',
] as const

/** What recorders were started with. */
const startedWith = globalSlot('started-with', () => new WeakMap<Recorder, ResolvedOptions>())
/** Recorders that have reported that they ignore options of a later start. */
const ignoring = globalSlot('ignoring-options', () => new WeakSet<Recorder>())

/** The first start of a recorder decides. A later one that names another value would have no effect, without a reason. */
function noteIgnored(given: QuasarOptions, { logger, ...later }: ResolvedOptions, recorder: Recorder): void {
  const first = startedWith.get().get(recorder)
  const names = COMPARED.filter((name) => first && given[name] !== undefined && later[name] !== first[name])
  if (names.length === 0 || ignoring.get().has(recorder)) return
  ignoring.get().add(recorder)
  noticesOf(logger).warn(
    `${names.map((name) => `"${name}"`).join(', ')} of this start is ignored: the recorder of "${later.service}" runs already, and its first start decides. Set it there.`,
  )
}

/**
 * Identifies the Redis that a recorder writes to, alike in all threads of the process; null for a store that belongs to one thread. It is a
 * digest, so that threads never get a password.
 */
function sharedStoreOf({ store, redis, prefix, tokens }: ResolvedOptions): string | null {
  const address = store || redis === false ? null : addressOf(redis)
  return address === null
    ? null
    : createHash('sha256')
        .update(JSON.stringify([prefix, address, tokens]))
        .digest('hex')
}

function addressOf(redis: string | object): unknown {
  if (typeof redis === 'string') return redis
  if (Object.getPrototypeOf(redis) === Object.prototype) return isJson(redis) ? redis : null
  // An ioredis client has its address in its options; a Cluster does not.
  const { host, port, path, db } = (redis as { options?: Record<string, unknown> }).options ?? {}
  return host || path ? [host, port, path, db] : null
}

function writerOf({ store, redis, redisFrom, prefix, tokens }: ResolvedOptions): Writer {
  if (store) return borrowed(store)
  return redis === false
    ? borrowed(sharedMemoryStore(prefix))
    : openRedis(redisReports, { redis, redisFrom }, { prefix, token: tokens.length > 0 ? tokens : undefined })
}

/** A store that stays open when the recorder stops: it belongs to the app or to the whole process. */
function borrowed(store: Writer): Writer {
  return {
    write: (batch) => store.write(batch),
    removeNode: (service, node) => store.removeNode(service, node),
    acquireQueueSlot: (service, slot, holder, ttlMs) => store.acquireQueueSlot(service, slot, holder, ttlMs),
    releaseQueueSlot: (service, slot, holder) => store.releaseQueueSlot(service, slot, holder),
    writeQueues: (snapshot, slot) => store.writeQueues(snapshot, slot),
    readQueues: (service, slot) => store.readQueues(service, slot),
    close: () => Promise.resolve(),
  }
}

/** Equal for the same service and store. Two objects count as the same store when they are one object or have equal JSON. */
function nameOf({ service, prefix, redis, store }: ResolvedOptions): string {
  return JSON.stringify([service, prefix, store ? idOf(store) : describeRedis(redis)])
}

function describeRedis(redis: string | object | false): unknown {
  if (typeof redis !== 'object') return redis
  return Object.getPrototypeOf(redis) === Object.prototype && isJson(redis) ? redis : idOf(redis)
}

/** Options may have circular references, such as an agent of TLS. */
function isJson(value: object): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}

/** On a global slot like the leases themselves: two copies of the package must give an object the same name. */
const objectIds = globalSlot('object-ids', () => ({ ids: new WeakMap<object, number>(), last: 0 }))

function idOf(object: object): string {
  const known = objectIds.get()
  const id = known.ids.get(object) ?? ++known.last
  known.ids.set(object, id)
  return `object ${id}`
}

/** Reports an error that the app handled itself through the recorder that was started first. Does nothing without a recorder. */
export function captureException(error: unknown, context?: CaptureContext): void {
  allRecorders()[0]?.captureException(error, context)
}
