import { inTime } from '../../lib/async.js'
import type { Heartbeat, Meanwhile } from '../../protocol/index.js'
import { type Cgroup, watchCgroup } from './cgroup.js'
import { ROOTS, type Roots } from './cgroup-paths.js'
import { cpuProbe, UNKNOWN_CPU } from './cpu.js'
import { diskProbe } from './disk.js'
import { eventLoopProbe } from './event-loop.js'
import { gcProbe } from './gc.js'
import { memoryProbe, UNKNOWN_MEMORY } from './memory.js'
import { guard, type OnFault, type Probe } from './probe.js'

/** The figures of a heartbeat that probes give. */
export type ProbeFigures = Pick<Heartbeat, 'cpu' | 'memory' | 'disk' | 'eventLoop' | 'gc'>

/** What happened in a span of time, ms; null is unknown. */
export type Window = Omit<Meanwhile, 'inFlight'>

export interface Probes {
  /** The figures since the last call, or since the start. Synchronous and cheap; what is unknown is null. */
  collect(): ProbeFigures
  /**
   * Reads what must be read off the loop, for the next `collect()`. Never rejects, and waits for a second at most: a
   * file system that hangs costs its own figures, not the beat.
   */
  prepare(): Promise<void>
  /**
   * What happened between two moments of `performance.now()`. Blocks are seen within the very turn that they end in,
   * garbage collection one turn later.
   */
  window(from: number, to: number): Window
  /** Code of the app runs now (`performance.now()`). Called often: it rarely costs more than a comparison. */
  turn(now: number): void
  /** Ends timers, observers and descriptors. Harmless twice. */
  stop(): void
}

export interface ProbeOptions {
  /** Paths whose file systems are watched. */
  readonly disks: readonly string[]
  /** Where the kernel's files are. @default /proc and /sys/fs/cgroup */
  readonly roots?: Roots
  /** Called at most once for each probe, when it fails: it is left out, the others go on. */
  readonly onFault: OnFault
}

/** @internal How each probe is made; null when the runtime lacks it. */
export interface ProbeFactories {
  cgroup(roots: Roots): Cgroup | null
  cpu(cgroup: Cgroup | null): Probe<ProbeFigures['cpu']> | null
  memory(cgroup: Cgroup | null): Probe<ProbeFigures['memory']> | null
  disk(mounts: readonly string[]): Probe<ProbeFigures['disk']> | null
  eventLoop(): ReturnType<typeof eventLoopProbe> | null
  gc(): ReturnType<typeof gcProbe>
}

const FACTORIES: ProbeFactories = {
  cgroup: watchCgroup,
  cpu: cpuProbe,
  memory: memoryProbe,
  disk: diskProbe,
  eventLoop: eventLoopProbe,
  gc: gcProbe,
}

const PREPARE_LIMIT_MS = 1_000

/** Starts everything that watches this process and its machine. Never throws. */
export function startProbes(options: ProbeOptions): Probes {
  return startProbesFrom({}, options)
}

/** @internal {@link startProbes} with probes of one's own in the place of some. */
export function startProbesFrom(own: Partial<ProbeFactories>, options: ProbeOptions): Probes {
  const make = { ...FACTORIES, ...own }
  const { disks, roots = ROOTS, onFault } = options
  const cgroup = isolate('cgroup', () => make.cgroup(roots), onFault)
  const cpu = isolate('cpu', () => make.cpu(cgroup.probe), onFault)
  const memory = isolate('memory', () => make.memory(cgroup.probe), onFault)
  const disk = isolate('disk', () => make.disk(disks), onFault)
  const eventLoop = isolate('event loop', () => make.eventLoop(), onFault)
  const gc = isolate('gc', () => make.gc(), onFault)
  const all = [cgroup, cpu, memory, disk, eventLoop, gc]
  return {
    collect: () => ({
      cpu: cpu.ask((probe) => probe.collect()) ?? UNKNOWN_CPU,
      memory: memory.ask((probe) => probe.collect()) ?? UNKNOWN_MEMORY,
      disk: disk.ask((probe) => probe.collect()),
      eventLoop: eventLoop.ask((probe) => probe.collect()),
      gc: gc.ask((probe) => probe.collect()),
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
  /** @returns the probe's answer; null without a probe and when it throws */
  ask<T>(question: (probe: P) => T): T | null
  prepare(): Promise<void>
  stop(): void
}

/** Keeps what one probe does wrong from the others. */
function isolate<P extends Preparable>(name: string, make: () => P | null, onFault: OnFault): Isolated<P> {
  const guarded = guard(name, onFault)
  const probe = guarded.run(make, null)
  let preparing: Promise<void> | null = null
  return {
    probe,
    ask: (question) => (probe ? guarded.run(() => question(probe), null) : null),
    prepare() {
      // One that hangs is waited for, not started again: each would take a thread of the pool.
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
