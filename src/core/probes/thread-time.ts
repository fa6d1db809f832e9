import { isMainThread } from 'node:worker_threads'
import { taskNumber, taskTimes } from './task.js'

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
