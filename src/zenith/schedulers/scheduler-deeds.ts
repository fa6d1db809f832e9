import type { JobAddress, SchedulerAction, SchedulerDefinition } from '../../protocol/index.js'
import { Refusal } from '../queues/refusal.js'
import type { AskedDefinition } from './definition-field.js'
import type { KeptScheduler, KeptSchedulers } from './kept-schedulers.js'
import { saveScheduler } from './save-scheduler.js'
import { keptOf, pausesItself, type Scheduler } from './scheduler.js'

/** What is done with a scheduler. */
export interface Task extends Scheduler {
  readonly id: string
  /** Who asks. */
  readonly user: string | null
  /** For `save`. */
  readonly definition: AskedDefinition | null
  readonly store: KeptSchedulers
}

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

/** Where the system has no pause its definition is kept first and removed then: whatever ends between loses nothing. */
async function pause({ queue, entry, id, user, store }: Task): Promise<null> {
  const { source, address } = queue
  if (pausesItself(queue)) {
    await source.pauseScheduler?.(address, id)
  } else if (entry) {
    await store.keep(keptOf(queue, entry, user))
    await source.removeScheduler?.(address, id)
  }
  return null
}

/** Put back first and forgotten then. What the app registered again is there already. */
async function resume({ queue: { key, source, address }, entry, kept, id, store }: Task): Promise<null> {
  if (!kept) {
    await source.resumeScheduler?.(address, id)
    return null
  }
  if (!entry) await source.saveScheduler?.(address, remainderOf(kept))
  await store.forget(key, id)
  return null
}

/** The system counts runs anew: those that were made before it was paused are taken off its limit. */
function remainderOf({ definition, runs }: KeptScheduler): SchedulerDefinition {
  const { limit, id } = definition
  if (limit === null || runs === null) return definition
  if (runs < limit) return { ...definition, limit: limit - runs }
  throw new Refusal('not_possible', `The scheduler "${id}" has made all of its ${limit} runs.`)
}

async function remove({ queue: { key, source, address }, entry, kept, id, store }: Task): Promise<null> {
  if (entry) await source.removeScheduler?.(address, id)
  if (kept) await store.forget(key, id)
  return null
}
