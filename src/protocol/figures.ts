import { type ChildrenFigures, readChildren } from './children.js'
import { MAX_DISKS, MAX_NAME_CHARS } from './limits.js'
import { type Fields, fieldsOf, own, readAmount, readList, readText, within } from './read.js'

/** Percentages are 0–100 of all usable cores; `processCores` is the unclamped number of cores that the process kept busy. */
export interface CpuFigures {
  system: number | null
  process: number | null
  processCores: number | null
  /** Usable cores: a container's quota counts as cores, so it may be a fraction. */
  cores: number | null
  /** Load over 1, 5 and 15 minutes. */
  load: readonly [number, number, number] | null
  /** Time that the container's quota throttled it since the last heartbeat, in ms. */
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

/** Bytes, and the percentage that is used of the space available to the process. */
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

/**
 * Connections that last as long as a client listens, so their duration is not a latency: WebSockets, event streams, long polls. `opened`
 * counts over the last interval.
 */
export interface ConnectionFigures {
  open: number | null
  opened: number | null
}

/**
 * The recorder's own cost: the longest time that the previous report blocked the loop, the duration of its write (ms), records lost since
 * the start, pending bytes.
 */
export interface RecorderFigures {
  collectMs: number | null
  flushMs: number | null
  dropped: number | null
  bufferedBytes: number | null
}

/** All figures of a heartbeat. `null` is unknown and never means 0. */
export interface Figures {
  cpu: CpuFigures
  memory: MemoryFigures
  disk: readonly DiskFigures[] | null
  eventLoop: EventLoopFigures | null
  gc: GcFigures | null
  requests: RequestFigures | null
  connections: ConnectionFigures | null
  /** Null if the node never had a child, or if it is unknown. */
  children: ChildrenFigures | null
  recorder: RecorderFigures | null
}

/** Reads the figures of a heartbeat; missing and invalid ones are null. */
export function readFigures(fields: Fields): Figures {
  return {
    cpu: readCpu(within(fields, 'cpu')),
    memory: readMemory(within(fields, 'memory')),
    disk: readDisk(fields),
    eventLoop: readEventLoop(fieldsOf(own(fields, 'eventLoop'))),
    gc: readGc(fieldsOf(own(fields, 'gc'))),
    requests: readRequests(fieldsOf(own(fields, 'requests'))),
    connections: readConnections(fieldsOf(own(fields, 'connections'))),
    children: readChildren(fieldsOf(own(fields, 'children'))),
    recorder: readRecorder(fieldsOf(own(fields, 'recorder'))),
  }
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
  const disks = readList(fields, 'disk', MAX_DISKS)
    .map(readMount)
    .filter((disk) => disk !== null)
  // V8 reserves sixteen places in a growing array, none in a copy.
  return disks.length > 0 ? disks.slice() : null
}

function readMount(disk: Fields): DiskFigures | null {
  const mount = readText(disk, 'mount', MAX_NAME_CHARS)
  if (!mount) return null
  return {
    mount,
    total: readAmount(disk, 'total'),
    free: readAmount(disk, 'free'),
    usedPct: readAmount(disk, 'usedPct'),
  }
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

function readConnections(connections: Fields | null): ConnectionFigures | null {
  return connections && { open: readAmount(connections, 'open'), opened: readAmount(connections, 'opened') }
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
