import os from 'node:os'
import { monotonic } from '../../lib/clock.js'
import { percent, round } from '../../lib/round.js'
import type { CpuFigures } from '../../protocol/index.js'
import type { Cgroup, CgroupReading } from './cgroup.js'
import type { Probe } from './probe.js'

const US_PER_MS = 1e3

export const UNKNOWN_CPU: CpuFigures = {
  system: null,
  process: null,
  processCores: null,
  cores: null,
  load: null,
  throttled: null,
}

/** CPU usage by differences. Where a container has a quota, the quota counts as cores, and `system` is the container's share of the quota. */
export function cpuProbe(cgroup: Pick<Cgroup, 'first' | 'last'> | null): Probe<CpuFigures> {
  const busyCores = watchProcess()
  const machineShare = watchMachine()
  let reading: CgroupReading | null = null
  return {
    collect() {
      const now = cgroup?.last ?? null
      const before = earlier(reading ?? cgroup?.first ?? null, now)
      reading = now
      const quota = now?.cpu.quota ?? null
      const cores = usableCores(quota, now?.allowedCpus ?? null)
      const processCores = busyCores()
      // Called either way, so that its next difference covers one heartbeat.
      const machine = machineShare()
      return {
        system: quota === null ? percent(machine) : percent(usedCores(before, now) / cores),
        process: percent(processCores / cores),
        processCores: round(processCores),
        cores: round(cores),
        load: loadAverage(),
        throttled: since(before?.cpu.throttledMs, now?.cpu.throttledMs),
      }
    },
  }
}

/** Number of cores that this process kept busy since the last call; NaN if unknown. */
function watchProcess(): () => number {
  let usage = process.cpuUsage()
  let at = monotonic()
  return () => {
    const { user, system } = process.cpuUsage(usage)
    const elapsed = monotonic() - at
    usage = { user: usage.user + user, system: usage.system + system }
    at += elapsed
    return (user + system) / US_PER_MS / elapsed
  }
}

/** The share of all the machine's processors that was busy since the last call; NaN if unknown. */
function watchMachine(): () => number {
  let last = machineTimes()
  return () => {
    const now = machineTimes()
    const [busy, total] = [now.busy - last.busy, now.total - last.total]
    last = now
    return total > 0 ? busy / total : Number.NaN
  }
}

function machineTimes(): { busy: number; total: number } {
  let [busy, total] = [0, 0]
  for (const { times } of os.cpus()) {
    const working = times.user + times.nice + times.sys + times.irq
    busy += working
    total += working + times.idle
  }
  return { busy, total }
}

/**
 * The quota or the processors that the process may run on, whichever is less. `availableParallelism()` returns the latter, but newer
 * runtimes include the quota in it, rounded down: 2 may be a quota of 2.9 on eight processors.
 */
function usableCores(quota: number | null, allowedCpus: number | null): number {
  const parallelism = os.availableParallelism()
  if (quota === null) return parallelism
  // Some sandboxes hide the processors.
  const machine = os.cpus().length || Number.POSITIVE_INFINITY
  const allowed = allowedCpus ?? (parallelism < Math.floor(quota) ? parallelism : machine)
  return Math.min(quota, allowed, machine)
}

/** Number of cores that the container kept busy between two readings; NaN if unknown. */
function usedCores(before: CgroupReading | null, now: CgroupReading | null): number {
  const used = since(before?.cpu.usageMs, now?.cpu.usageMs)
  return used === null || !before || !now ? Number.NaN : used / (now.at - before.at)
}

/** One and the same reading spans no time. */
function earlier(before: CgroupReading | null, now: CgroupReading | null): CgroupReading | null {
  return before === now ? null : before
}

/** A counter's difference; null if it is unknown or fell, as it does when the process changes its group. */
function since(before: number | null | undefined, now: number | null | undefined): number | null {
  if (typeof before !== 'number' || typeof now !== 'number' || now < before) return null
  return round(now - before)
}

/** Windows has none and returns zeros. */
function loadAverage(): CpuFigures['load'] {
  if (process.platform === 'win32') return null
  const [one = 0, five = 0, fifteen = 0] = os.loadavg().map((load) => round(load) ?? 0)
  return [one, five, fifteen]
}
