import { monotonic } from '../../lib/clock.js'
import {
  type CpuGroup,
  type CpuPlace,
  locateCpu,
  locateMemory,
  type MemoryGroup,
  type MemoryPlace,
  readCpu,
  readMemory,
} from './cgroup-files.js'
import { countAllowedCpus, findGroups, type Roots } from './cgroup-paths.js'
import { watchThrottling } from './throttling.js'

/** Limits may be changed while a container runs, but seldom are. */
const RELOCATE_MS = 60_000

/** Values of the container's control groups at one moment. */
export interface CgroupReading {
  /** `performance.now()` */
  readonly at: number
  readonly cpu: CpuGroup
  /** Processors that the process may run on; null if unknown. */
  readonly allowedCpus: number | null
  /** Null without a limit. */
  readonly memory: MemoryGroup | null
}

export interface Cgroup {
  /** The first reading, from about the start, and the last one; null without one. */
  readonly first: CgroupReading | null
  readonly last: CgroupReading | null
  prepare(): Promise<void>
  /** Time in which the quota throttled the container between the reading before the span and the span's end, ms; null if unknown. */
  throttledMs(from: number, to: number): number | null
  stop(): void
}

interface Places {
  readonly at: number
  readonly allowedCpus: number | null
  readonly cpu: CpuPlace
  readonly memory: MemoryPlace | null
}

/** Control groups, version 1 and 2. A machine without them is common: missing values are null. */
export function watchCgroup(roots: Roots): Cgroup {
  const throttling = watchThrottling()
  let places: Places | null = null
  let first: CgroupReading | null = null
  let last: CgroupReading | null = null

  async function read(): Promise<void> {
    // Without limits there is no throttling and no usage to compare: each file costs the thread pool five steps.
    if (last && isCurrent(places) && !hasLimits(places)) {
      last = { ...last, at: monotonic() }
      return
    }
    const found = isCurrent(places) ? places : await locate(roots)
    const { cpu: cpuPlace, memory: memoryPlace, allowedCpus } = found
    const [cpu, memory] = await Promise.all([readCpu(cpuPlace), memoryPlace && readMemory(memoryPlace)])
    // A missing file means that the process is in another group now.
    const isWhole = !cpu.isGone && memory?.used !== null
    places = isWhole ? found : null
    last = { at: monotonic(), cpu, allowedCpus, memory }
    first ??= last
    await throttling.note(cpu.throttledMs, cpu.quota === null ? null : cpuPlace.statFile)
  }

  // The first heartbeat needs differences, too.
  const started = read()
  started.catch(() => {})
  return {
    get first() {
      return first
    },
    get last() {
      return last
    },
    async prepare() {
      await started
      await read()
    },
    throttledMs: (from, to) => throttling.throttledMs(from, to),
    stop: () => throttling.close(),
  }
}

function hasLimits({ cpu, memory }: Places): boolean {
  return cpu.quota !== null || memory !== null
}

function isCurrent(places: Places | null): places is Places {
  return places !== null && monotonic() - places.at < RELOCATE_MS
}

async function locate(roots: Roots): Promise<Places> {
  const find = await findGroups(roots)
  const [cpu, memory, allowedCpus] = await Promise.all([locateCpu(find), locateMemory(find), countAllowedCpus(roots)])
  return { at: monotonic(), cpu, memory, allowedCpus }
}
