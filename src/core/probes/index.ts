import { inTime } from '../../lib/async.js'
import type { Heartbeat, Meanwhile } from '../../protocol/index.js'
import { type Cgroup, watchCgroup } from './cgroup.js'
import { ROOTS, type Roots } from './cgroup-paths.js'
import { childrenProbe } from './children.js'
import { cpuProbe, UNKNOWN_CPU } from './cpu.js'
import { diskProbe } from './disk.js'
import { eventLoopProbe } from './event-loop.js'
import { gcProbe } from './gc.js'
import { memoryProbe, UNKNOWN_MEMORY } from './memory.js'
import { guard, type OnFault, type Probe } from './probe.js'

/** The figures of a heartbeat that come from probes. */
export type ProbeFigures = Pick<Heartbeat, 'cpu' | 'memory' | 'disk' | 'eventLoop' | 'gc' | 'children'>

/** Delays within a span of time, ms; null if unknown. */
export type Window = Omit<Meanwhile, 'inFlight'>

export interface Probes {
  /** The figures since the last call, or since the start. Synchronous and cheap; unknown figures are null. */
  collect(): ProbeFigures
  /**
   * Reads asynchronously for the next `collect()`. Never rejects, and waits for a second at most: a file system that hangs costs its own
   * figures, not the heartbeat.
   */
  prepare(): Promise<void>
  /** Delays between two moments of `performance.now()`. Blocks are known in the turn that they end in, garbage collection one turn later. */
  window(from: number, to: number): Window
  /** The app's code runs now (`performance.now()`). Called often: it rarely costs more than a comparison. */
  turn(now: number): void
  /** Ends timers, observers and descriptors. Idempotent. */
  stop(): void
}

export interface ProbeOptions {
  /** Paths whose file systems are measured. */
  readonly disks: readonly string[]
  /** Where the kernel's files are. @default /proc and /sys/fs/cgroup */
  readonly roots?: Roots
  /** Called at most once for each probe, when it fails: that probe is left out, the others continue. */
  readonly onFault: OnFault
}

/** @internal Creates each probe; null when the runtime lacks it. */
export interface ProbeFactories {
  cgroup(roots: Roots): Cgroup | null
  cpu(cgroup: Cgroup | null): Probe<ProbeFigures['cpu']> | null
  memory(cgroup: Cgroup | null): Probe<ProbeFigures['memory']> | null
  disk(mounts: readonly string[]): Probe<ProbeFigures['disk']> | null
  eventLoop(): ReturnType<typeof eventLoopProbe> | null
  gc(): ReturnType<typeof gcProbe>
  children(): Probe<ProbeFigures['children']> | null
}

const FACTORIES: ProbeFactories = {
  cgroup: watchCgroup,
  cpu: cpuProbe,
  memory: memoryProbe,
  disk: diskProbe,
  eventLoop: eventLoopProbe,
  gc: gcProbe,
  children: childrenProbe,
}

const PREPARE_LIMIT_MS = 1_000

/** Starts all probes of this process and its machine. Never throws. */
export function startProbes(options: ProbeOptions): Probes {
  return startProbesFrom({}, options)
}

/** @internal {@link startProbes} with replacements for some probes. */
export function startProbesFrom(own: Partial<ProbeFactories>, options: ProbeOptions): Probes {
  const make = { ...FACTORIES, ...own }
  const { disks, roots = ROOTS, onFault } = options
  const cgroup = isolate('cgroup', () => make.cgroup(roots), onFault)
  const cpu = isolate('cpu', () => make.cpu(cgroup.probe), onFault)
  const memory = isolate('memory', () => make.memory(cgroup.probe), onFault)
  const disk = isolate('disk', () => make.disk(disks), onFault)
  const eventLoop = isolate('event loop', () => make.eventLoop(), onFault)
  const gc = isolate('gc', () => make.gc(), onFault)
  const children = isolate('children', () => make.children(), onFault)
  const all = [cgroup, cpu, memory, disk, eventLoop, gc, children]
  return {
    collect: () => ({
      cpu: cpu.ask((probe) => probe.collect()) ?? UNKNOWN_CPU,
      memory: memory.ask((probe) => probe.collect()) ?? UNKNOWN_MEMORY,
      disk: disk.ask((probe) => probe.collect()),
      eventLoop: eventLoop.ask((probe) => probe.collect()),
      gc: gc.ask((probe) => probe.collect()),
      children: children.ask((probe) => probe.collect()),
    }),
    prepare: async () => void (await inTime(Promise.all(all.map((isolated) => isolated.prepare())), PREPARE_LIMIT_MS)),
    window: (from, to) => ({
      loopBlockedMs: eventLoop.ask((probe) => probe.blockedMs(from, to)),
      gcMs: gc.ask((probe) => probe.pausedMs(from, to)),
      cpuThrottledMs: cgroup.ask((probe) => probe.throttledMs(from, to)),
    }),
    turn: (now) => eventLoop.probe?.turn(now),
    stop: () => {
      for (const isolated of all) isolated.stop()
    },
  }
}

interface Preparable {
  prepare?(): Promise<void>
  stop?(): void
}

interface Isolated<P> {
  readonly probe: P | null
  /** @returns the probe's result; null without a probe and when it throws */
  ask<T>(question: (probe: P) => T): T | null
  prepare(): Promise<void>
  stop(): void
}

/** Isolates a probe's errors from the others. */
function isolate<P extends Preparable>(name: string, make: () => P | null, onFault: OnFault): Isolated<P> {
  const guarded = guard(name, onFault)
  const probe = guarded.run(make, null)
  let preparing: Promise<void> | null = null
  return {
    probe,
    ask: (question) => (probe ? guarded.run(() => question(probe), null) : null),
    prepare() {
      // A call that hangs is awaited, not started again: each would occupy a thread of the pool.
      preparing ??= guarded
        .settle(async () => probe?.prepare?.())
        .finally(() => {
          preparing = null
        })
      return preparing
    },
    stop: () => guarded.run(() => probe?.stop?.(), undefined),
  }
}
