import type { SchedulerAction } from '../../../api/actions.js'
import type { JobAddress, SchedulerDefinition } from '../../../protocol/index.js'
import { saveScheduler } from './save-scheduler.js'
import { pausesItself } from './scheduler.js'
import { putBack, takeAway } from './take-away.js'
import type { Task } from './task.js'

type Deed = (task: Task) => Promise<JobAddress | null>

export const DEEDS: Readonly<Record<SchedulerAction, Deed>> = { run, pause, resume, save: saveScheduler, remove }

async function run({ queue: { source, address }, entry, kept, id }: Task): Promise<JobAddress | null> {
  const job = entry || !kept ? source.runScheduler?.(address, id) : source.add?.(address, jobOf(kept.definition))
  return (await job) ?? null
}

/** A job as a scheduler that is not in its queue would make it, as far as a queue takes jobs from outside. */
function jobOf({ name, data, options }: SchedulerDefinition) {
  const number = (value: unknown) => (typeof value === 'number' ? value : null)
  return { name, data, delay: null, priority: number(options.priority), attempts: number(options.attempts) }
}

async function pause(task: Task): Promise<null> {
  const { queue, id } = task
  if (pausesItself(queue)) await queue.source.pauseScheduler?.(queue.address, id)
  else await takeAway(task)
  return null
}

/** What the app registered again is there already, and stays. It is put back first and forgotten then. */
async function resume({ queue: { key, source, address }, entry, kept, id, store }: Task): Promise<null> {
  if (!kept) {
    await source.resumeScheduler?.(address, id)
    return null
  }
  if (!entry) await putBack(source, address, kept)
  await store.forget(key, id)
  return null
}

async function remove({ queue: { key, source, address }, entry, kept, id, store }: Task): Promise<null> {
  if (entry) await source.removeScheduler?.(address, id)
  if (kept) await store.forget(key, id)
  return null
}
