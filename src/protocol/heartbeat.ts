import { isLegacyHeartbeat, upgradeLegacyHeartbeat } from './legacy-heartbeat.js'
import { MAX_DISKS, MAX_NAME_CHARS, PROTOCOL_VERSION } from './limits.js'
import {
  type Fields,
  fieldsOf,
  own,
  readAmount,
  readList,
  readObject,
  readOwnObject,
  readText,
  readTime,
  within,
} from './read.js'
import { readSetup } from './setup.js'

export const LANGUAGES = ['node', 'bun', 'deno', 'php', 'go', 'python', 'other'] as const
export type Language = (typeof LANGUAGES)[number]

/** Percentages are 0–100 of all usable cores; `processCores` is the unclamped number of cores that the process kept busy. */
export interface CpuFigures {
  system: number | null
  process: number | null
  processCores: number | null
  /** Usable cores: a container's quota counts as cores, so it may be a fraction. */
  cores: number | null
  /** Load over 1, 5 and 15 minutes. */
  load: readonly [number, number, number] | null
  /** How long the container was held back by its quota since the last beat, in ms. */
  throttled: number | null
}

/** Bytes. */
export interface MemoryFigures {
  system: { total: number | null; free: number | null; used: number | null; limit: number | null }
  process: {
    rss: number | null
    heapUsed: number | null
    heapTotal: number | null
    heapLimit: number | null
    external: number | null
    arrayBuffers: number | null
  }
}

/** Bytes, and the percentage used of what the process may use. */
export interface DiskFigures {
  mount: string
  total: number | null
  free: number | null
  usedPct: number | null
}

/** Delays over the last interval in ms, without the sampling resolution; utilization is 0–1. */
export interface EventLoopFigures {
  utilization: number | null
  p50: number | null
  p99: number | null
  max: number | null
  mean: number | null
}

/** Garbage collection during the last interval: pauses, and ms. */
export interface GcFigures {
  count: number | null
  totalMs: number | null
  maxMs: number | null
}

/** Requests over the last interval: per second, 0–100, ms. `oldestMs` is the age of the oldest request in flight. */
export interface RequestFigures {
  rate: number | null
  errorRate: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  inFlight: number | null
  oldestMs: number | null
}

/** What the recorder itself cost: the longest that the beat before held the loop at a stretch and how long its write took (ms), records lost since the start, bytes waiting. */
export interface RecorderFigures {
  collectMs: number | null
  flushMs: number | null
  dropped: number | null
  bufferedBytes: number | null
}

/** One node's state at one moment. `null` is unknown and never means 0. */
export interface Heartbeat {
  v: typeof PROTOCOL_VERSION
  id: string
  service: string
  /** Unix ms, by the node's clock. */
  timestamp: number
  /** How often this node reports, in ms. */
  interval: number | null
  environment: string | null
  language: Language
  /** Of the runtime. */
  version: string | null
  appVersion: string | null
  sdk: { name: string; version: string | null } | null
  pid: number | null
  hostname: string | null
  platform: string | null
  arch: string | null
  /** PM2, cluster or worker-thread number. */
  instance: string | null
  cpu: CpuFigures
  memory: MemoryFigures
  disk: readonly DiskFigures[] | null
  eventLoop: EventLoopFigures | null
  gc: GcFigures | null
  /** `uptime` in seconds. */
  runtime: { uptime: number | null; framework: string | null }
  requests: RequestFigures | null
  recorder: RecorderFigures | null
  /** Whether the app calls itself ready, and what it depends on. */
  ready: { status: string; deps: Fields | null } | null
  /** What it noticed about the way it is built into the app: {@link SetupNote}; null when nobody looked. */
  setup: readonly string[] | null
  /** Whatever the app adds; at most 4 KiB as JSON. */
  meta: Fields | null
}

/** The text that goes into `node:{service}:{node}`. */
export function encodeHeartbeat(heartbeat: Heartbeat): string {
  return JSON.stringify(heartbeat)
}

/**
 * Reads a heartbeat of protocol 2, of protocol 1 (`pulse:*`, snake_case) or of the older SDK. Fields that are missing
 * or make no sense become null.
 *
 * @returns null when the text is no heartbeat: not JSON, or without a service, an id or a timestamp
 */
export function parseHeartbeat(text: unknown, from: { service?: string; node?: string } = {}): Heartbeat | null {
  const fields = readObject(text)
  if (!fields) return null
  const current = isLegacyHeartbeat(fields) ? upgradeLegacyHeartbeat(fields) : fields
  const id = readText(current, 'id', MAX_NAME_CHARS) ?? from.node
  const service = readText(current, 'service', MAX_NAME_CHARS) ?? from.service
  const timestamp = readTime(current, 'timestamp')
  if (!id || !service || timestamp === null) return null
  return { v: PROTOCOL_VERSION, id, service, timestamp, ...identity(current), ...figures(current) }
}

function identity(fields: Fields) {
  const sdk = within(fields, 'sdk')
  const sdkName = readText(sdk, 'name', MAX_NAME_CHARS)
  return {
    interval: readAmount(fields, 'interval'),
    environment: readText(fields, 'environment', MAX_NAME_CHARS),
    language: readLanguage(fields),
    version: readText(fields, 'version', MAX_NAME_CHARS),
    appVersion: readText(fields, 'appVersion', MAX_NAME_CHARS),
    sdk: sdkName ? { name: sdkName, version: readText(sdk, 'version', MAX_NAME_CHARS) } : null,
    pid: readAmount(fields, 'pid'),
    hostname: readText(fields, 'hostname', MAX_NAME_CHARS),
    platform: readText(fields, 'platform', MAX_NAME_CHARS),
    arch: readText(fields, 'arch', MAX_NAME_CHARS),
    instance: readText(fields, 'instance', MAX_NAME_CHARS),
  }
}

function figures(fields: Fields) {
  const runtime = within(fields, 'runtime')
  return {
    cpu: readCpu(within(fields, 'cpu')),
    memory: readMemory(within(fields, 'memory')),
    disk: readDisk(fields),
    eventLoop: readEventLoop(fieldsOf(own(fields, 'eventLoop'))),
    gc: readGc(fieldsOf(own(fields, 'gc'))),
    runtime: { uptime: readAmount(runtime, 'uptime'), framework: readText(runtime, 'framework', MAX_NAME_CHARS) },
    requests: readRequests(fieldsOf(own(fields, 'requests'))),
    recorder: readRecorder(fieldsOf(own(fields, 'recorder'))),
    ready: readReady(fields),
    setup: readSetup(fields),
    meta: readOwnObject(fields, 'meta'),
  }
}

function readLanguage(fields: Fields): Language {
  const language = own(fields, 'language')
  return LANGUAGES.find((known) => known === language) ?? 'other'
}

function readCpu(cpu: Fields): CpuFigures {
  const load = own(cpu, 'load')
  const isLoad = Array.isArray(load) && load.length === 3 && load.every((value) => Number.isFinite(value))
  return {
    system: readAmount(cpu, 'system'),
    process: readAmount(cpu, 'process'),
    processCores: readAmount(cpu, 'processCores'),
    cores: readAmount(cpu, 'cores'),
    load: isLoad ? (load as unknown as [number, number, number]) : null,
    throttled: readAmount(cpu, 'throttled'),
  }
}

function readMemory(memory: Fields): MemoryFigures {
  const system = within(memory, 'system')
  const process = within(memory, 'process')
  return {
    system: {
      total: readAmount(system, 'total'),
      free: readAmount(system, 'free'),
      used: readAmount(system, 'used'),
      limit: readAmount(system, 'limit'),
    },
    process: {
      rss: readAmount(process, 'rss'),
      heapUsed: readAmount(process, 'heapUsed'),
      heapTotal: readAmount(process, 'heapTotal'),
      heapLimit: readAmount(process, 'heapLimit'),
      external: readAmount(process, 'external'),
      arrayBuffers: readAmount(process, 'arrayBuffers'),
    },
  }
}

function readDisk(fields: Fields): DiskFigures[] | null {
  const disks = readList(fields, 'disk', MAX_DISKS).flatMap((disk) => {
    const mount = readText(disk, 'mount', MAX_NAME_CHARS)
    if (!mount) return []
    return [
      { mount, total: readAmount(disk, 'total'), free: readAmount(disk, 'free'), usedPct: readAmount(disk, 'usedPct') },
    ]
  })
  return disks.length > 0 ? disks : null
}

function readEventLoop(loop: Fields | null): EventLoopFigures | null {
  if (!loop) return null
  const utilization = readAmount(loop, 'utilization')
  return {
    utilization: (utilization ?? 0) <= 1 ? utilization : null,
    p50: readAmount(loop, 'p50'),
    p99: readAmount(loop, 'p99'),
    max: readAmount(loop, 'max'),
    mean: readAmount(loop, 'mean'),
  }
}

function readGc(gc: Fields | null): GcFigures | null {
  return gc && { count: readAmount(gc, 'count'), totalMs: readAmount(gc, 'totalMs'), maxMs: readAmount(gc, 'maxMs') }
}

function readRequests(requests: Fields | null): RequestFigures | null {
  if (!requests) return null
  return {
    rate: readAmount(requests, 'rate'),
    errorRate: readAmount(requests, 'errorRate'),
    p50: readAmount(requests, 'p50'),
    p95: readAmount(requests, 'p95'),
    p99: readAmount(requests, 'p99'),
    inFlight: readAmount(requests, 'inFlight'),
    oldestMs: readAmount(requests, 'oldestMs'),
  }
}

function readRecorder(recorder: Fields | null): RecorderFigures | null {
  if (!recorder) return null
  return {
    collectMs: readAmount(recorder, 'collectMs'),
    flushMs: readAmount(recorder, 'flushMs'),
    dropped: readAmount(recorder, 'dropped'),
    bufferedBytes: readAmount(recorder, 'bufferedBytes'),
  }
}

function readReady(fields: Fields): Heartbeat['ready'] {
  const ready = within(fields, 'ready')
  const status = readText(ready, 'status', MAX_NAME_CHARS)
  return status ? { status, deps: readOwnObject(ready, 'deps') } : null
}
