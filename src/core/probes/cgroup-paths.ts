import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the kernel exposes processes and control groups. */
export interface Roots {
  readonly proc: string
  readonly cgroup: string
}

export const ROOTS: Roots = { proc: '/proc', cgroup: '/sys/fs/cgroup' }

export type Controller = 'cpu' | 'cpuacct' | 'memory'

/** A process's group for one controller, with its ancestors. */
export interface GroupPath {
  readonly version: 1 | 2
  /** Own directory first, the visible root last. Some of them may not exist. */
  readonly directories: readonly string[]
}

/** Finds this process's group by controller; null when it is in none. */
export type FindGroup = (controller: Controller) => GroupPath | null

interface Mount {
  readonly version: 1 | 2
  readonly controllers: readonly string[]
  /** The part of the hierarchy that is mounted here. */
  readonly root: string
  readonly directory: string
}

/** Reads a small text file; null for any error, since kernel files come and go. */
export async function readText(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    return null
  }
}

/** Finds this process's groups. A controller of version 1 takes precedence over version 2: in a hybrid system it is the one in force. */
export async function findGroups(roots: Roots): Promise<FindGroup> {
  const [groups, mountinfo] = await Promise.all([
    readText(join(roots.proc, 'self/cgroup')),
    readText(join(roots.proc, 'self/mountinfo')),
  ])
  const mounts = lines(mountinfo).flatMap((line) => readMount(line, roots))
  const paths = lines(groups).flatMap(readGroupLine)
  return (controller) => {
    for (const version of [1, 2] as const) {
      const isOurs = ({ controllers }: { controllers: readonly string[] }) =>
        version === 2 ? controllers.length === 0 : controllers.includes(controller)
      const path = paths.find(isOurs)?.path
      const mount = mounts.find((candidate) => candidate.version === version && isOurs(candidate))
      if (path && mount) return { version, directories: upwards(path, mount) }
    }
    return null
  }
}

function lines(text: string | null): string[] {
  return text ? text.split('\n') : []
}

/** `4:cpu,cpuacct:/docker/abc`; version 2 has no controllers: `0::/`. */
function readGroupLine(line: string): { controllers: string[]; path: string }[] {
  const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
  if (controllers === undefined || path === undefined) return []
  return [{ controllers: controllers === '' ? [] : controllers.split(','), path }]
}

/** `32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu` */
function readMount(line: string, roots: Roots): Mount[] {
  const [left, right] = line.split(' - ')
  const [, , , root, mountPoint] = left?.split(' ') ?? []
  const [type, , options] = right?.split(' ') ?? []
  if (!root || !mountPoint || (type !== 'cgroup' && type !== 'cgroup2')) return []
  const directory = mountPoint.startsWith(ROOTS.cgroup)
    ? roots.cgroup + mountPoint.slice(ROOTS.cgroup.length)
    : mountPoint
  if (type === 'cgroup2') return [{ version: 2, controllers: [], root, directory }]
  return [{ version: 1, controllers: options?.split(',') ?? [], root, directory }]
}

/** The directories of a group and its ancestors. In a container the mount may show only a part, or nothing above the group. */
function upwards(path: string, mount: Mount): string[] {
  const root = mount.root === '/' ? '' : mount.root
  const below = path.startsWith(`${root}/`) ? path.slice(root.length) : ''
  const names = below.split('/').filter((name) => name !== '')
  if (names.includes('..')) return [mount.directory]
  return names.map((_, index) => join(mount.directory, ...names.slice(0, names.length - index))).concat(mount.directory)
}

/**
 * Number of processors that this process may run on, by its affinity or its cpuset; null when the kernel does not report it. Includes
 * processors that the machine could have, but does not.
 */
export async function countAllowedCpus(roots: Roots): Promise<number | null> {
  const status = await readText(join(roots.proc, 'self/status'))
  const list = /^Cpus_allowed_list:\s*(\d[\d,-]*)$/m.exec(status ?? '')?.[1]
  return list === undefined ? null : list.split(',').reduce((sum, range) => sum + sizeOfRange(range), 0) || null
}

/** `3` or `4-7` */
function sizeOfRange(range: string): number {
  const [first = Number.NaN, last = first] = range.split('-').map(Number)
  return last >= first ? last - first + 1 : 0
}
