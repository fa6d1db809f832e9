import { type CpuGroup, type MemoryGroup, readCpuGroup, readMemoryGroup } from './cgroup-files.js'
import { findGroups, type Roots } from './cgroup-paths.js'
import { watchThrottling } from './throttling.js'

/** What the container's control groups said at one moment. */
export interface CgroupReading {
  /** `performance.now()` */
  readonly at: number
  readonly cpu: CpuGroup
  readonly memory: MemoryGroup
}

export interface Cgroup {
  /** The first reading, from about the start, and the last one; null as long as there is none. */
  readonly first: CgroupReading | null
  readonly last: CgroupReading | null
  prepare(): Promise<void>
  /** How long the quota held the container back between the reading before the span and the span's end, ms; null is unknown. */
  throttledMs(from: number, to: number): number | null
  stop(): void
}

/** Control groups, version 1 and 2. A machine without them is nothing unusual: what is not there is null. */
export function watchCgroup(roots: Roots): Cgroup {
  const throttling = watchThrottling()
  let first: CgroupReading | null = null
  let last: CgroupReading | null = null

  async function read(): Promise<void> {
    const find = await findGroups(roots)
    const [cpu, memory] = await Promise.all([readCpuGroup(find), readMemoryGroup(find)])
    last = { at: performance.now(), cpu, memory }
    first ??= last
    await throttling.note(cpu.throttledMs, cpu.quota === null ? null : cpu.statFile)
  }

  // The figures of the first beat are differences too.
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
