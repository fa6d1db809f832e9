import { join } from 'node:path'
import { type FindGroup, type GroupPath, readText } from './cgroup-paths.js'

/** The group whose CPU quota applies to the container, and its files with CPU statistics. */
export interface CpuPlace {
  /** In cores, so it may be a fraction; null without a quota. */
  readonly quota: number | null
  /** Has the throttled time, and in version 2 the CPU time. */
  readonly statFile: string | null
  /** In version 1 the CPU time is in a file of its own. */
  readonly usageFile: string | null
}

/** Statistics of that group since its creation. */
export interface CpuGroup {
  readonly quota: number | null
  /** CPU time, ms; null without a quota: then it is not read. */
  readonly usageMs: number | null
  /** Time in which the quota throttled the group, ms. */
  readonly throttledMs: number | null
  /** The group no longer exists. */
  readonly isGone: boolean
}

/** The group with the smallest limit among this one and its ancestors. */
export interface MemoryPlace {
  /** Bytes. */
  readonly limit: number
  readonly usageFile: string
  readonly statFile: string
}

/** Bytes. */
export interface MemoryGroup {
  readonly limit: number
  /** Memory that counts against the limit and can't simply be dropped: all but the file cache that was not used recently. */
  readonly used: number | null
}

/** Version 1 has the largest number of whole pages for "no limit". */
const NO_LIMIT_BYTES = 2 ** 62
const NS_PER_MS = 1e6
const US_PER_MS = 1e3

export async function locateCpu(find: FindGroup): Promise<CpuPlace> {
  const { version, directories } = find('cpu') ?? { version: 2, directories: [] }
  const quotas = await Promise.all(directories.map((directory) => readQuota(directory, version)))
  const tightest = smallest(quotas)
  const around = directories.slice(tightest ?? 0)
  return {
    quota: tightest === null ? null : (quotas[tightest] ?? null),
    statFile: await firstReadable(around, 'cpu.stat'),
    usageFile: version === 1 ? await usageFile(find('cpuacct'), around.length) : null,
  }
}

export async function readCpu({ quota, statFile, usageFile }: CpuPlace): Promise<CpuGroup> {
  const [stat, usage] = await Promise.all([readFile(statFile), quota === null ? null : readFile(usageFile)])
  const ns = amount(usage)
  const us = quota === null ? null : field(stat, 'usage_usec')
  return {
    quota,
    usageMs: us !== null ? us / US_PER_MS : ns !== null ? ns / NS_PER_MS : null,
    throttledMs: parseThrottled(stat),
    isGone: statFile !== null && stat === null,
  }
}

/** `throttled_usec` (version 2) or `throttled_time` in ns (version 1) of a cpu.stat, in ms. */
export function parseThrottled(stat: string | null): number | null {
  const us = field(stat, 'throttled_usec')
  if (us !== null) return us / US_PER_MS
  const ns = field(stat, 'throttled_time')
  return ns === null ? null : ns / NS_PER_MS
}

/** Null without a limit. */
export async function locateMemory(find: FindGroup): Promise<MemoryPlace | null> {
  const { version, directories } = find('memory') ?? { version: 2, directories: [] }
  const limits = await Promise.all(directories.map((directory) => readLimit(directory, version)))
  const tightest = smallest(limits)
  const [limit, directory] = tightest === null ? [] : [limits[tightest], directories[tightest]]
  if (typeof limit !== 'number' || directory === undefined) return null
  const usage = version === 2 ? 'memory.current' : 'memory.usage_in_bytes'
  return { limit, usageFile: join(directory, usage), statFile: join(directory, 'memory.stat') }
}

export async function readMemory({ limit, usageFile, statFile }: MemoryPlace): Promise<MemoryGroup> {
  const [usage, stat] = await Promise.all([readText(usageFile), readText(statFile)])
  // Version 1 has both: its `inactive_file` leaves out child groups.
  const cache = field(stat, 'total_inactive_file') ?? field(stat, 'inactive_file') ?? 0
  const used = amount(usage)
  return { limit, used: used === null ? null : Math.max(0, used - cache) }
}

async function readQuota(directory: string, version: 1 | 2): Promise<number | null> {
  const [quota, period] =
    version === 2
      ? ((await readText(join(directory, 'cpu.max')))?.split(' ') ?? [])
      : await Promise.all([
          readText(join(directory, 'cpu.cfs_quota_us')),
          readText(join(directory, 'cpu.cfs_period_us')),
        ])
  const cores = (amount(quota) ?? 0) / (amount(period) ?? 0)
  return cores > 0 && Number.isFinite(cores) ? cores : null
}

/** Version 1 counts the time under another controller, whose groups have the same depth when they are the same groups. */
function usageFile(group: GroupPath | null, depth: number): Promise<string | null> {
  const directories = group?.directories ?? []
  return firstReadable(directories.slice(Math.max(0, directories.length - depth)), 'cpuacct.usage')
}

/** Version 1 also reports limits of groups that a container does not see. */
async function readLimit(directory: string, version: 1 | 2): Promise<number | null> {
  if (version === 2) return amount(await readText(join(directory, 'memory.max')))
  const [limit, stat] = await Promise.all([
    readText(join(directory, 'memory.limit_in_bytes')),
    readText(join(directory, 'memory.stat')),
  ])
  const limits = [amount(limit), field(stat, 'hierarchical_memory_limit')]
    .filter((bytes) => bytes !== null)
    .filter((bytes) => bytes < NO_LIMIT_BYTES)
  return limits.length > 0 ? Math.min(...limits) : null
}

/** Reads it in the nearest group that has it: the path may name groups that a container does not see. */
async function firstReadable(directories: readonly string[], name: string): Promise<string | null> {
  for (const directory of directories) {
    const path = join(directory, name)
    if ((await readText(path)) !== null) return path
  }
  return null
}

async function readFile(path: string | null): Promise<string | null> {
  return path === null ? null : readText(path)
}

/** A whole number of at least 0; null for `max`, `-1` and garbage. */
function amount(text: string | null | undefined): number | null {
  return text && /^\d+$/.test(text) ? Number(text) : null
}

/** One line `name 123` of a stat file. */
function field(stat: string | null, name: string): number | null {
  return amount(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat ?? '')?.[1])
}

/** The index of the smallest value; null when there is none. */
function smallest(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((best, value, index) => {
    if (value === null) return best
    return best === null || value < (values[best] ?? Number.POSITIVE_INFINITY) ? index : best
  }, null)
}
