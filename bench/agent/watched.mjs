// Processes that are watched, and what the kernel tells of one that watches.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

const KIB = 1_024
const MS_PER_TICK = 1_000 / Number(execFileSync('getconf', ['CLK_TCK']))

/** Idle processes that a rule finds by their command line. */
export function startSleepers(count) {
  const children = Array.from({ length: count }, () => spawn('sleep', ['987654'], { stdio: 'ignore' }))
  const stop = () => {
    for (const child of children) child.kill()
  }
  process.once('exit', stop)
  return { stop }
}

/** CPU time so far in ms, memory now and at most in bytes, and when that was read. */
export function reading(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name is in brackets and may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return {
    at: performance.now(),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
    rss: kib('VmRSS') * KIB,
    peak: kib('VmHWM') * KIB,
  }
}
