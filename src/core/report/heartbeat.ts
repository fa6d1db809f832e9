import { arch } from 'node:os'
import { isMainThread, threadId } from 'node:worker_threads'
import { wallClock } from '../../lib/clock.js'
import {
  type ConnectionFigures,
  type Heartbeat,
  MAX_META_BYTES,
  PROTOCOL_VERSION,
  type RecorderFigures,
  type RequestFigures,
  type SetupNote,
} from '../../protocol/index.js'
import { wordsOf } from '../errors/describe-error.js'
import type { Notices } from '../options/logger.js'
import type { Readiness, ResolvedOptions } from '../options/options.js'
import type { ProbeFigures } from '../probes/index.js'
import { detectRuntime, hostName } from '../probes/runtime.js'
import { SDK_VERSION } from './version.js'

/** The parts that differ between heartbeats. */
export interface HeartbeatParts {
  readonly figures: ProbeFigures
  readonly framework: string | null
  readonly requests: RequestFigures | null
  readonly connections: ConnectionFigures | null
  readonly recorder: RecorderFigures
  readonly setup: readonly string[]
}

/** Builds this process's heartbeats; constant parts are determined once. */
export function heartbeatBuilder(options: ResolvedOptions, notices: Notices): (parts: HeartbeatParts) => Heartbeat {
  const runtime = detectRuntime()
  const identity = {
    v: PROTOCOL_VERSION,
    id: options.node,
    service: options.service,
    interval: options.interval,
    environment: options.environment,
    language: runtime.language,
    version: runtime.version,
    appVersion: options.appVersion,
    sdk: { name: '@gravito/quasar', version: SDK_VERSION },
    pid: process.pid,
    hostname: hostName(),
    platform: process.platform,
    arch: arch(),
    instance: runtime.instance,
    thread: isMainThread ? null : threadId,
  } as const
  return ({ figures, framework, requests, connections, recorder, setup }) => ({
    ...identity,
    timestamp: wallClock(),
    // Only the store can know it.
    clockAhead: null,
    // What writes this is not blocked.
    blocked: null,
    ...figures,
    runtime: { uptime: process.uptime(), framework },
    requests,
    connections,
    recorder,
    ready: readReady(options, notices),
    setup,
    meta: readMeta(options, notices),
  })
}

function readReady(options: ResolvedOptions, notices: Notices): Heartbeat['ready'] {
  if (!options.ready) return null
  try {
    return plain(toReady(options.ready()), 'ready')
  } catch (error) {
    notices.once('ready', `"ready" can't be had: ${wordsOf(error)}.`)
    return { status: 'error', deps: null }
  }
}

function toReady(readiness: Readiness): Heartbeat['ready'] {
  if (typeof readiness === 'object') return { status: String(readiness.status), deps: readiness.deps ?? null }
  return { status: readiness ? 'ready' : 'not ready', deps: null }
}

function readMeta(options: ResolvedOptions, notices: Notices): Heartbeat['meta'] {
  if (!options.meta) return null
  try {
    return plain(options.meta(), 'meta')
  } catch (error) {
    notices.once('meta', `"meta" can't be had: ${wordsOf(error)}.`)
    return null
  }
}

/** A JSON copy: a value that is too long or has no JSON form must fail here, not when the heartbeat is written. */
function plain<T>(value: T, name: string): T {
  const text = JSON.stringify(value)
  if (Buffer.byteLength(text) > MAX_META_BYTES) throw new RangeError(`${name} is longer than ${MAX_META_BYTES} bytes`)
  return JSON.parse(text) as T
}

/**
 * Notes on how Quasar is built into the app, as far as it is known: those of integrations, and whether nothing tells that the process ends,
 * so that its node appears lost after each deploy.
 */
export function setupOf(noted: Iterable<SetupNote>, endsUnseen: boolean): readonly SetupNote[] {
  return [...noted, ...(endsUnseen ? (['no-shutdown'] as const) : [])]
}
