import { readFileSync, readlinkSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** How the kernel numbers this thread; null where it does not tell. */
export function taskNumber(): number | null {
  try {
    const [, task] = readlinkSync('/proc/thread-self').split('/task/')
    return task ? Number(task) : null
  } catch {
    return null
  }
}

/** What the kernel counted for a thread since it began, ms. */
export interface TaskTimes {
  readonly running: number
  /** It could have run, but no processor was free. */
  readonly waiting: number
}

const NS_PER_MS = 1e6

/** Null where there is no such thing: outside Linux, and in some sandboxes. */
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
 * How long this thread ran, or waited for a processor, since it began, ms; null where that can't be told. What its loop was
 * active for beyond that it waited without a turn: parked by `Atomics.wait`, as pools park their idle threads.
 */
export type ThreadTime = () => number | null

/** Null on the main thread: what holds its loop, holds the app. */
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
