import { arch, hostname } from 'node:os'
import {
  type Heartbeat,
  MAX_META_BYTES,
  PROTOCOL_VERSION,
  type RecorderFigures,
  type RequestFigures,
} from '../protocol/index.js'
import type { Notices } from './logger.js'
import type { Readiness, ResolvedOptions } from './options.js'
import type { ProbeFigures } from './probes/index.js'
import { detectRuntime } from './probes/runtime.js'
import { SDK_VERSION } from './version.js'

/** What changes from beat to beat. */
export interface HeartbeatParts {
  readonly figures: ProbeFigures
  readonly framework: string | null
  readonly requests: RequestFigures | null
  readonly recorder: RecorderFigures
}

/** Builds this process's heartbeats; what stays the same is found once. */
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
    hostname: hostname(),
    platform: process.platform,
    arch: arch(),
    instance: runtime.instance,
  } as const
  return ({ figures, framework, requests, recorder }) => ({
    ...identity,
    timestamp: Date.now(),
    ...figures,
    runtime: { uptime: process.uptime(), framework },
    requests,
    recorder,
    ready: readReady(options, notices),
    meta: readMeta(options, notices),
  })
}

function readReady(options: ResolvedOptions, notices: Notices): Heartbeat['ready'] {
  if (!options.ready) return null
  try {
    return toReady(options.ready())
  } catch (error) {
    notices.once('ready', `the function given as "ready" throws: ${String(error)}.`)
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
    const meta = options.meta()
    if (Buffer.byteLength(JSON.stringify(meta)) <= MAX_META_BYTES) return meta
    notices.once('meta', `"meta" is longer than ${MAX_META_BYTES} bytes as JSON and is left out.`)
  } catch (error) {
    notices.once('meta', `"meta" can't be had: ${String(error)}.`)
  }
  return null
}
