import { performance } from 'node:perf_hooks'
import type { SchedulerAction } from '../../../api/actions.js'
import type { EditedDefinition } from '../../../api/changes.js'
import type { QueueName } from '../../../api/permissions.js'
import type { SchedulerListing } from '../../../api/schedulers.js'
import { type JobAddress, MAX_MESSAGE_CHARS } from '../../../protocol/index.js'
import { cut } from '../../../protocol/read.js'
import { MaskBudget } from '../../../redaction/budget.js'
import { ApiError } from '../../http/api-error.js'
import type { Actor } from '../act.js'
import type { ConnectedQueue } from '../directory.js'
import type { Queues } from '../queues.js'
import { askSource } from '../read-source.js'
import { PausedSchedulers } from './paused-schedulers.js'
import { actionsOf, pausesItself, type Scheduler, viewOf } from './scheduler.js'
import { CHANGES } from './scheduler-changes.js'
import { listSchedulers, readScheduler, type SchedulerList } from './scheduler-list.js'
import type { Task } from './task.js'

/** Shortest time between two reads of all queues, however many clients poll, ms. */
const LOOK_EVERY_MS = 2_000

export interface SchedulerWish {
  /** Key of the queue. */
  readonly queue: string
  readonly action: SchedulerAction
  readonly id: string
  /** For `save`. */
  readonly definition: EditedDefinition | null
}

/** Schedulers of all connected queues, with those that were paused here. */
export class Schedulers {
  readonly #queues: Pick<Queues, 'able' | 'directory' | 'store' | 'act' | 'touch' | 'now'>
  readonly #paused: PausedSchedulers
  #all: { readonly at: number; readonly list: Promise<SchedulerList> } | null = null

  constructor(queues: Pick<Queues, 'able' | 'directory' | 'store' | 'act' | 'touch' | 'now'>) {
    this.#queues = queues
    this.#paused = new PausedSchedulers(queues.store)
  }

  /**
   * Rejects with an `ApiError`, or if the store fails.
   *
   * @param key of one queue; null: all
   * @param payloads whether those of a queue are shown
   */
  async list(key: string | null, payloads: (queue: QueueName) => boolean): Promise<SchedulerListing> {
    const { schedulers, partial, failed, untrusted, leftOut } =
      key === null ? await this.#lookAtAll() : await this.#look([await this.#queues.able(key, 'schedulers')])
    const shared = { budget: new MaskBudget(), full: false }
    const views = schedulers.map((scheduler) =>
      viewOf(scheduler, this.#paused.isAvailable, { ...shared, payloads: payloads(scheduler.queue) }),
    )
    const items = views.filter((view) => view !== null)
    return { items, partial, failed, ...(untrusted.length > 0 && { untrusted }), ...(leftOut > 0 && { leftOut }) }
  }

  /** @returns the job that `run` added. Rejects with an `ApiError` */
  async do(by: Actor, { queue: key, action, id, definition }: SchedulerWish): Promise<JobAddress | null> {
    const queue = await this.#queues.able(key, 'schedulers')
    const scheduler = await this.#findScheduler(queue, id)
    this.#refuse(scheduler, action, id)
    const rest = { id, user: by.user, at: this.#queues.now(), definition, store: this.#paused }
    try {
      return await this.#queues.act<JobAddress | null>({
        by,
        action: `scheduler ${action}`,
        queue,
        target: cut(id, MAX_MESSAGE_CHARS),
        perform: () => this.#perform(scheduler, action, rest),
        tell: (job) => ({ ok: true, detail: job && `added job ${job.id}` }),
      })
    } finally {
      this.#all = null
      this.#queues.touch(queue)
    }
  }

  /** Another change may have come first: then the scheduler is read again. */
  async #perform(scheduler: Scheduler, action: SchedulerAction, rest: Omit<Task, keyof Scheduler>) {
    const { queue } = scheduler
    if (action === 'run' || pausesItself(queue)) return CHANGES[action]({ ...scheduler, ...rest })
    return this.#paused.withLease(queue.key, rest.id, async () => {
      const current = await this.#findScheduler(queue, rest.id)
      this.#refuse(current, action, rest.id)
      return CHANGES[action]({ ...current, ...rest })
    })
  }

  #refuse(scheduler: Scheduler, action: SchedulerAction, id: string): void {
    const { queue, entry, paused } = scheduler
    if (queue.readOnly)
      throw new ApiError('read_only', `Nothing may be changed in ${queue.name}: it is read-only here.`)
    if (!entry && !paused && action !== 'save') {
      throw new ApiError('not_found', `There is no scheduler "${id}" in ${queue.name}.`)
    }
    if (actionsOf(scheduler, this.#paused.isAvailable).includes(action)) return
    const state = stateOf(scheduler)
    const why = reasonOf(scheduler, action)
    throw new ApiError('not_possible', `${ACTS[action]} is not possible with the scheduler "${id}"${state}${why}.`)
  }

  async #findScheduler(queue: ConnectedQueue, id: string): Promise<Scheduler> {
    const paused = await this.#paused.find(queue.key, id)
    return { queue, paused, entry: await askSource(() => readScheduler(queue, id)) }
  }

  #lookAtAll(): Promise<SchedulerList> {
    if (this.#all && performance.now() - this.#all.at < LOOK_EVERY_MS) return this.#all.list
    const all = { at: performance.now(), list: this.#queues.directory.all().then((queues) => this.#look(queues)) }
    this.#all = all
    all.list.catch(() => {
      if (this.#all === all) this.#all = null
    })
    return all.list
  }

  async #look(queues: readonly ConnectedQueue[]): Promise<SchedulerList> {
    return listSchedulers(queues, await this.#paused.list())
  }
}

const ACTS: Readonly<Record<SchedulerAction, string>> = {
  run: 'Running now',
  pause: 'Pausing',
  resume: 'Resuming',
  save: 'Editing',
  remove: 'Removing',
}

function stateOf({ entry, paused }: Scheduler): string {
  if (entry) return `, which is ${entry.state}`
  return paused ? ', which is paused' : ''
}

/** Why the scheduler is not removed: it could not be restored. */
function reasonOf({ queue, entry }: Scheduler, action: SchedulerAction): string {
  if (action !== 'pause' || !entry || entry.state === 'paused') return ''
  if (entry.state === 'legacy') return ': BullMQ can’t put one of its older mechanism back as it was'
  if (entry.state === 'ended') return ': it makes no more jobs'
  if (entry.state === 'orphan' || entry.state === 'stopped') return ': its next job is gone, and can’t be put back'
  return queue.source.saveScheduler ? '' : `: ${queue.source.driver} can’t put one back as it was`
}
