import { join } from 'node:path'
import { type FindGroup, type GroupPath, readText } from './cgroup-paths.js'

/** What a container may use of the processors, and what it did. */
export interface CpuGroup {
  /** In cores, so it may be a fraction; null when there is none. */
  readonly quota: number | null
  /** The CPU time of the group that holds the quota, ms; all figures of time count from the group's beginning. */
  readonly usageMs: number | null
  /** How long the quota held the group back, ms. */
  readonly throttledMs: number | null
  /** The file that tells of throttling. */
  readonly statFile: string | null
}

/** Bytes. */
export interface MemoryGroup {
  /** The smallest limit on the way up; null when there is none. */
  readonly limit: number | null
  /** What counts against that limit and can't simply be dropped: all but the file cache that was not used lately. */
  readonly used: number | null
}

const NS_PER_MS = 1e6
const US_PER_MS = 1e3

export async function readCpuGroup(find: FindGroup): Promise<CpuGroup> {
  const group = find('cpu')
  if (!group) return { quota: null, usageMs: null, throttledMs: null, statFile: null }
  const quotas = await Promise.all(group.directories.map((directory) => readQuota(directory, group.version)))
  const tightest = smallest(quotas)
  const around = group.directories.slice(tightest ?? 0)
  const stat = await readFirst(around, 'cpu.stat')
  return {
    quota: tightest === null ? null : (quotas[tightest] ?? null),
    usageMs: group.version === 2 ? usageOf(stat?.text) : await readUsage(find('cpuacct'), around.length),
    throttledMs: parseThrottled(stat?.text ?? null),
    statFile: stat?.path ?? null,
  }
}

/** `throttled_usec` (version 2) or `throttled_time` in ns (version 1) of a cpu.stat, in ms. */
export function parseThrottled(stat: string | null): number | null {
  const us = field(stat, 'throttled_usec')
  if (us !== null) return us / US_PER_MS
  const ns = field(stat, 'throttled_time')
  return ns === null ? null : ns / NS_PER_MS
}

export async function readMemoryGroup(find: FindGroup): Promise<MemoryGroup> {
  const group = find('memory')
  if (!group) return { limit: null, used: null }
  const groups = await Promise.all(group.directories.map((directory) => readMemory(directory, group.version)))
  const tightest = smallest(groups.map(({ limit }) => limit))
  return groups[tightest ?? 0] ?? { limit: null, used: null }
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

function usageOf(stat: string | undefined): number | null {
  const us = field(stat ?? null, 'usage_usec')
  return us === null ? null : us / US_PER_MS
}

/** Version 1 counts the time under another controller, whose groups have the same depth when they are the same groups. */
async function readUsage(group: GroupPath | null, depth: number): Promise<number | null> {
  const directories = group?.directories ?? []
  const usage = await readFirst(directories.slice(Math.max(0, directories.length - depth)), 'cpuacct.usage')
  const ns = amount(usage?.text)
  return ns === null ? null : ns / NS_PER_MS
}

async function readMemory(directory: string, version: 1 | 2): Promise<MemoryGroup> {
  const names = version === 2 ? ['memory.max', 'memory.current'] : ['memory.limit_in_bytes', 'memory.usage_in_bytes']
  const [limit, usage, stat] = await Promise.all(
    [...names, 'memory.stat'].map((name) => readText(join(directory, name))),
  )
  const limits = [amount(limit), field(stat ?? null, 'hierarchical_memory_limit')].filter((bytes) => bytes !== null)
  const cache = field(stat ?? null, version === 2 ? 'inactive_file' : 'total_inactive_file')
  const used = amount(usage)
  return {
    limit: limits.length > 0 ? Math.min(...limits) : null,
    used: used === null ? null : Math.max(0, used - (cache ?? 0)),
  }
}

/** The nearest group that has the file: the path may name groups that a container does not see. */
async function readFirst(directories: readonly string[], name: string): Promise<{ path: string; text: string } | null> {
  for (const directory of directories) {
    const path = join(directory, name)
    const text = await readText(path)
    if (text !== null) return { path, text }
  }
  return null
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
