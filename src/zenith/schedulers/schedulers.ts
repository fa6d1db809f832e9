import { performance } from 'node:perf_hooks'
import { type JobAddress, MAX_MESSAGE_CHARS, type SchedulerAction, type SchedulerView } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import type { Actor } from '../queues/act.js'
import type { ConnectedQueue } from '../queues/directory.js'
import type { Showing } from '../queues/job-view.js'
import type { Queues } from '../queues/queues.js'
import { askSource } from '../queues/read-source.js'
import { Refusal } from '../queues/refusal.js'
import type { AskedDefinition } from './definition-field.js'
import { KeptSchedulers, keyOf } from './kept-schedulers.js'
import { actionsOf, type Scheduler, viewOf } from './scheduler.js'
import { DEEDS } from './scheduler-deeds.js'
import { listSchedulers, readSchedulers, type SchedulerList } from './scheduler-list.js'

/** However many ask, all queues are read once in so long, ms. */
const LOOK_EVERY_MS = 2_000

export interface SchedulerWish {
  /** Key of the queue. */
  readonly queue: string
  readonly action: SchedulerAction
  readonly id: string
  /** For `save`. */
  readonly definition: AskedDefinition | null
}

/** What makes jobs by the clock, in all queues that can be reached, with those that were paused here. */
export class Schedulers {
  readonly #queues: Pick<Queues, 'able' | 'directory' | 'commands' | 'act' | 'touch'>
  readonly #kept: KeptSchedulers
  #all: { readonly at: number; readonly list: Promise<SchedulerList> } | null = null

  constructor(queues: Pick<Queues, 'able' | 'directory' | 'commands' | 'act' | 'touch'>) {
    this.#queues = queues
    this.#kept = new KeptSchedulers(queues.commands)
  }

  /**
   * Rejects with a `Refusal`, or when the store fails.
   *
   * @param key of one queue; null: all
   */
  async list(
    key: string | null,
    showing: Showing,
  ): Promise<{ items: SchedulerView[]; failed: SchedulerList['failed'] }> {
    const { schedulers, failed } =
      key === null ? await this.#lookAtAll() : await this.#look([await this.#queues.able(key, 'schedulers')])
    const views = schedulers.map((scheduler) => viewOf(scheduler, this.#kept.canKeep, showing))
    return { items: views.filter((view) => view !== null), failed }
  }

  /** @returns the job that `run` added. Rejects with a `Refusal` */
  async do(by: Actor, { queue: key, action, id, definition }: SchedulerWish): Promise<JobAddress | null> {
    const queue = await this.#queues.able(key, 'schedulers')
    const scheduler = await this.#findScheduler(queue, id)
    this.#refuse(scheduler, action, id)
    try {
      return await this.#queues.act<JobAddress | null>({
        by,
        action: `scheduler ${action}`,
        queue,
        target: cut(id, MAX_MESSAGE_CHARS),
        perform: () => DEEDS[action]({ ...scheduler, id, user: by.user, definition, store: this.#kept }),
        tell: (job) => ({ ok: true, detail: job && `added job ${job.id}` }),
      })
    } finally {
      this.#all = null
      this.#queues.touch(queue)
    }
  }

  #refuse(scheduler: Scheduler, action: SchedulerAction, id: string): void {
    const { queue, entry, kept } = scheduler
    if (queue.readOnly) throw new Refusal('read_only', `Nothing may be changed in ${queue.name}: it is read-only here.`)
    if (!entry && !kept && action !== 'save') {
      throw new Refusal('not_found', `There is no scheduler "${id}" in ${queue.name}.`)
    }
    if (actionsOf(scheduler, this.#kept.canKeep).includes(action)) return
    throw new Refusal(
      'not_possible',
      `${ACTS[action]} is not possible with the scheduler "${id}"${stateOf(scheduler)}.`,
    )
  }

  async #findScheduler(queue: ConnectedQueue, id: string): Promise<Scheduler> {
    const kept = (await this.#kept.all()).get(keyOf(queue.key, id)) ?? null
    const entries = await askSource(() => readSchedulers(queue))
    return { queue, kept, entry: entries.find((entry) => entry.id === id) ?? null }
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
    return listSchedulers(queues, await this.#kept.all())
  }
}

const ACTS: Readonly<Record<SchedulerAction, string>> = {
  run: 'Running now',
  pause: 'Pausing',
  resume: 'Resuming',
  save: 'Editing',
  remove: 'Removing',
}

function stateOf({ entry, kept }: Scheduler): string {
  if (entry) return `, which is ${entry.state}`
  return kept ? ', which is paused' : ''
}
