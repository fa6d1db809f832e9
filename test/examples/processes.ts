import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  /** A process that has ended and waits for its parent to take notice. */
  readonly isZombie: boolean
}

/** All processes of this machine, by /proc where there is one. */
function processes(): ProcessEntry[] {
  if (process.platform !== 'linux') return fromPs()
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? fromProc(Number(name)) : []))
}

function fromProc(pid: number): ProcessEntry[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; what follows its end is split by spaces.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [{ pid, parent: Number(parent), isZombie: state === 'Z' }]
  } catch {
    return []
  }
}

function fromPs(): ProcessEntry[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/)
    return { pid: Number(pid), parent: Number(parent), isZombie: state?.startsWith('Z') ?? false }
  })
}

/** The children of a process, theirs, and so on. */
export function descendantsOf(pid: number): number[] {
  const all = processes().filter(({ isZombie }) => !isZombie)
  const childrenOf = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...childrenOf(one.pid)])
  return childrenOf(pid)
}

/** Those of `pids` that still run. */
export function stillRunning(pids: readonly number[]): number[] {
  const running = new Set(processes().flatMap(({ pid, isZombie }) => (isZombie ? [] : [pid])))
  return pids.filter((pid) => running.has(pid))
}

/** The command line of a process; empty where it cannot be read. */
export function commandOf(pid: number): string {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
}
