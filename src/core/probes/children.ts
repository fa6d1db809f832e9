import { closeSync, openSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { uptime } from 'node:os'
import { monotonic } from '../../lib/clock.js'
import { round } from '../../lib/round.js'
import { type ChildFigures, type ChildrenFigures, type EndedChild, MAX_CHILDREN } from '../../protocol/index.js'
import { commandOf } from './child-command.js'
import type { Probe } from './probe.js'

/** Ticks of a process' times per second: on all machines that Node runs on. */
const TICKS = 100
const BYTES_PER_KB = 1_024
/** Longest list that is read: at least 500 numbers of processes, with a space each. */
const LIST_BYTES = 4_096
/** How often the memory of a child is remembered, ms, and for how many times: an hour. */
const SAMPLE_EVERY_MS = 10 * 60_000
const SAMPLES = 6

interface Child {
  readonly pid: number
  /** Of its start, in ticks since the machine's: a number of a process may come again. */
  readonly startTicks: number
  readonly command: string | null
  cpuTicks: number
  cores: number | null
  rss: number | null
  readAt: number
  /** Memory, bytes, oldest first. */
  readonly samples: number[]
  sampledAt: number
}

/**
 * The processes that this thread started, by the kernel's list: whichever library started them, and however long before Quasar. While there
 * are none, a look costs one read of about a microsecond through a kept descriptor, and nothing else is read. A worker thread has a list of
 * its own. `pidusage` would start a process in the app (`getconf`), and read the same files.
 *
 * @returns null where the kernel has no such list: outside Linux, and in some sandboxes
 */
export function childrenProbe(): Probe<ChildrenFigures | null> | null {
  const opened = openList()
  if (opened === null) return null
  /** Null once it is closed: its number may be another file's by then. */
  let list: number | null = opened
  const buffer = Buffer.alloc(LIST_BYTES)
  let known = new Map<number, Child>()
  let ended: EndedChild[] = []
  let more = 0
  let hadAny = false

  return {
    collect() {
      if (!hadAny) return null
      const figures = { running: [...known.values()].map(figuresOf), more, ended }
      ended = []
      return figures
    },
    async prepare() {
      if (list === null) return
      const pids = pidsIn(buffer.toString('latin1', 0, readSync(list, buffer, 0, LIST_BYTES, 0)))
      if (pids.length === 0 && known.size === 0) return
      const found = await Promise.all(pids.slice(0, MAX_CHILDREN).map((pid) => readChild(pid, known.get(pid))))
      const running = found.filter((child) => child !== null)
      const next = new Map(running.map((child) => [child.pid, child]))
      const gone = [...known.values()].filter(({ pid, startTicks }) => next.get(pid)?.startTicks !== startTicks)
      ended = [...ended, ...gone.map(endedOf)].slice(-MAX_CHILDREN)
      more = pids.length - found.length
      known = next
      hadAny ||= running.length > 0
    },
    stop() {
      if (list !== null) closeSync(list)
      list = null
    },
  }
}

function openList(): number | null {
  if (process.platform !== 'linux') return null
  try {
    return openSync('/proc/thread-self/children', 'r')
  } catch {
    return null
  }
}

/** The last number may be cut off. */
function pidsIn(list: string): number[] {
  return list.split(' ').slice(0, -1).map(Number)
}

/** Null when it has ended by now. */
async function readChild(pid: number, before: Child | undefined): Promise<Child | null> {
  const [stat, status] = await Promise.all([readText(`/proc/${pid}/stat`), readText(`/proc/${pid}/status`)])
  const parts = stat && partsOf(stat)
  if (!parts || parts.state === 'Z') return null
  const at = monotonic()
  const same = before?.startTicks === parts.startTicks ? before : null
  const child: Child = same ?? {
    pid,
    startTicks: parts.startTicks,
    command: commandOf((await readText(`/proc/${pid}/cmdline`)) ?? '', parts.name),
    cpuTicks: parts.cpuTicks,
    cores: null,
    rss: null,
    readAt: at,
    samples: [],
    sampledAt: Number.NEGATIVE_INFINITY,
  }
  if (same && at > same.readAt)
    child.cores = round(((parts.cpuTicks - same.cpuTicks) * 1_000) / TICKS / (at - same.readAt))
  child.cpuTicks = parts.cpuTicks
  child.readAt = at
  child.rss = residentIn(status)
  sample(child)
  return child
}

function sample(child: Child): void {
  if (child.rss === null || child.readAt - child.sampledAt < SAMPLE_EVERY_MS) return
  child.sampledAt = child.readAt
  child.samples.push(child.rss)
  if (child.samples.length > SAMPLES) child.samples.shift()
}

interface StatParts {
  readonly name: string
  readonly state: string
  readonly cpuTicks: number
  readonly startTicks: number
}

/** The name is in parentheses, and may have spaces and parentheses of its own. See proc_pid_stat(5). */
function partsOf(stat: string): StatParts | null {
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  const [userTicks, systemTicks, startTicks] = [fields[11], fields[12], fields[19]].map(Number)
  if (end < 0 || userTicks === undefined || systemTicks === undefined || !startTicks) return null
  const name = stat.slice(stat.indexOf('(') + 1, end)
  return { name, state: fields[0] ?? '', cpuTicks: userTicks + systemTicks, startTicks }
}

function residentIn(status: string | null): number | null {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1]
  return kb === undefined ? null : Number(kb) * BYTES_PER_KB
}

function figuresOf(child: Child): ChildFigures {
  const { cores, rss, samples } = child
  const [oldest] = samples
  const grown = samples.length > 1 && rss !== null && oldest !== undefined ? rss - oldest : null
  return { pid: child.pid, command: child.command, cores, rss, grown, age: ageOf(child) }
}

function endedOf(child: Child): EndedChild {
  return { pid: child.pid, command: child.command, age: ageOf(child) }
}

function ageOf({ startTicks }: Child): number | null {
  return round(Math.max(0, uptime() - startTicks / TICKS))
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1')
  } catch {
    return null
  }
}
