import type { Commands } from '../../ports.js'
import {
  type JobAddress,
  MAX_MESSAGE_CHARS,
  type SchedulerAction,
  type SchedulerView,
  type ShownText,
} from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import type { Act, Actor } from '../queues/act.js'
import type { ConnectedQueue, QueueDirectory } from '../queues/directory.js'
import { Refusal } from '../queues/refusal.js'
import { sourceErrorInWords } from '../queues/source-error.js'
import type { AskedDefinition } from './definition-field.js'
import { KeptSchedulers, keyOf } from './kept-schedulers.js'
import { actionsOf, type Scheduler, viewOf } from './scheduler.js'
import { DEEDS } from './scheduler-deeds.js'
import { hasSchedulers, listSchedulers, readSchedulers, type SchedulerList } from './scheduler-list.js'

/** However many ask, all queues are read once in so long, ms. */
const LOOK_EVERY_MS = 2_000

export interface SchedulersOptions {
  readonly directory: QueueDirectory
  /** Null where the store keeps nothing: then only what pauses itself can be paused. */
  readonly commands: Commands | null
  readonly act: Act
}

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
  readonly #directory: QueueDirectory
  readonly #kept: KeptSchedulers
  readonly #act: Act
  #all: { readonly at: number; readonly list: Promise<SchedulerList> } | null = null

  constructor({ directory, commands, act }: SchedulersOptions) {
    this.#directory = directory
    this.#kept = new KeptSchedulers(commands)
    this.#act = act
  }

  /**
   * Rejects with a `Refusal`, or when the store fails.
   *
   * @param key of one queue; null: all
   * @param show what of a payload may be seen
   */
  async list(
    key: string | null,
    show: (text: string | null) => ShownText,
  ): Promise<{ items: SchedulerView[]; failed: SchedulerList['failed'] }> {
    const { schedulers, failed } = key === null ? await this.#lookAtAll() : await this.#look([await this.#find(key)])
    const views = schedulers.map((scheduler) => viewOf(scheduler, this.#kept.canKeep, show))
    return { items: views.filter((view) => view !== null), failed }
  }

  /** @returns the job that `run` added. Rejects with a `Refusal` */
  async do(by: Actor, { queue: key, action, id, definition }: SchedulerWish): Promise<JobAddress | null> {
    const queue = await this.#find(key)
    const scheduler = await this.#findScheduler(queue, id)
    this.#refuse(scheduler, action, id)
    try {
      return await this.#act<JobAddress | null>({
        by,
        action: `scheduler ${action}`,
        queue,
        target: cut(id, MAX_MESSAGE_CHARS),
        perform: () => DEEDS[action]({ ...scheduler, id, user: by.user, definition, store: this.#kept }),
        tell: (job) => ({ ok: true, detail: job && `added job ${job.id}` }),
      })
    } finally {
      this.#all = null
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

  async #find(key: string): Promise<ConnectedQueue> {
    const queue = await this.#directory.find(key)
    if (!queue) throw new Refusal('not_connected', `This Zenith is not connected to the queue ${key}.`)
    if (hasSchedulers(queue)) return queue
    throw new Refusal('not_supported', `Queues like ${queue.name} have no schedulers that can be seen here.`)
  }

  async #findScheduler(queue: ConnectedQueue, id: string): Promise<Scheduler> {
    const kept = (await this.#kept.all()).get(keyOf(queue.key, id)) ?? null
    try {
      const entries = await readSchedulers(queue)
      return { queue, kept, entry: entries.find((entry) => entry.id === id) ?? null }
    } catch (error) {
      throw new Refusal('queue_unavailable', sourceErrorInWords(error))
    }
  }

  #lookAtAll(): Promise<SchedulerList> {
    if (this.#all && performance.now() - this.#all.at < LOOK_EVERY_MS) return this.#all.list
    const all = { at: performance.now(), list: this.#directory.all().then((queues) => this.#look(queues)) }
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
