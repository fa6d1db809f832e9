import { readFileSync, readlinkSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** The kernel's number for this thread; null where the kernel does not report it. */
export function taskNumber(): number | null {
  try {
    const [, task] = readlinkSync('/proc/thread-self').split('/task/')
    return task ? Number(task) : null
  } catch {
    return null
  }
}

/** The kernel's counters for a thread since it began, ms. */
export interface TaskTimes {
  readonly running: number
  /** Time in which the thread could have run, but no processor was free. */
  readonly waiting: number
}

const NS_PER_MS = 1e6

/** Null where the file is missing: outside Linux, and in some sandboxes. */
export function taskTimes(task: number): TaskTimes | null {
  try {
    const [running, waiting] = readFileSync(`/proc/self/task/${task}/schedstat`, 'latin1').split(' ').map(Number)
    return running === undefined || waiting === undefined || !(running > 0)
      ? null
      : { running: running / NS_PER_MS, waiting: waiting / NS_PER_MS }
  } catch {
    return null
  }
}

const US_PER_MS = 1e3

/**
 * Time that this thread ran or waited for a processor since it began, ms; null if unknown. When its loop was active for longer, the thread
 * waited the rest without a turn: parked by `Atomics.wait`, as pools park their idle threads.
 */
export type ThreadTime = () => number | null

/** Null on the main thread: anything that blocks its loop blocks the app. */
export function watchThreadTime(): ThreadTime | null {
  if (isMainThread) return null
  const task = taskNumber()
  if (task !== null && taskTimes(task)) {
    return () => {
      const times = taskTimes(task)
      return times && times.running + times.waiting
    }
  }
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage }
  if (!threadCpuUsage) return () => null
  return () => {
    const { user, system } = threadCpuUsage.call(process)
    return (user + system) / US_PER_MS
  }
}
