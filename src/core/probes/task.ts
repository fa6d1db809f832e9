import { readFileSync, readlinkSync } from 'node:fs'

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
