import type { JobAction } from '../../../api/actions.js'
import type { BulkOperation } from '../../../api/bulk.js'
import type { ControlStore } from '../../../ports/index.js'
import { ApiError } from '../../http/api-error.js'
import { callStore } from '../../store/call-store.js'
import type { Actor } from '../act.js'
import type { Queues } from '../queues.js'
import { deleteJobs, loadJobs, type StoredJobs, type StoredQueue, workOf } from './blocks.js'
import { Locks } from './locks.js'
import { ENDED, isResumable, Operation, type Target } from './operation.js'
import type { OperationRecord } from './operation-record.js'
import type { OperationStore } from './operation-store.js'
import { acquireLocks } from './performer.js'
import { outcomeInWords, targetInWords } from './words.js'
import type { WorkList } from './work-list.js'

/** An operation of another Zenith, ready to continue here. */
export interface LoadedOperation {
  readonly operation: Operation
  /** Rejects with an `ApiError` when another Zenith changed it since. */
  readonly check: () => Promise<void>
}

type FindTarget = (key: string, action: JobAction) => Promise<Target>

/** Operations that another Zenith counted, or ran and did not finish. Any Zenith can start, resume or cancel them. */
export class StoredOperations {
  readonly #queues: Pick<Queues, 'store' | 'act' | 'directory' | 'now'>
  readonly #operations: OperationStore

  constructor(queues: Pick<Queues, 'store' | 'act' | 'directory' | 'now'>, operations: OperationStore) {
    this.#queues = queues
    this.#operations = operations
  }

  /** Rejects with an `ApiError` when this Zenith cannot continue it. */
  async load(id: string, find: FindTarget): Promise<LoadedOperation> {
    const record = await this.#find(id)
    const jobs = await this.#jobs(record)
    const found = new Map<string, Target>()
    for (const queue of queuesOf(jobs)) found.set(queue.key, await this.#targetOf(queue, record.operation.action, find))
    const work = workOf(jobs, (key) => {
      const target = found.get(key)
      if (!target) throw new Error(`There is no queue ${key}`)
      return target.queue
    })
    const operation = restored(record, [...found.values()], work, this.#queues.now)
    return { operation, check: () => this.#check(record) }
  }

  /** Its jobs with their results. */
  async work(id: string): Promise<WorkList<{ readonly key: string }>> {
    const record = await this.#find(id)
    if (record.blocks === 0)
      throw new ApiError('not_found', 'The results of this operation went to make room for newer ones.')
    return workOf(await this.#jobs(record), (key) => ({ key }))
  }

  /** Cancels one that was interrupted. Rejects with an `ApiError` when another Zenith has resumed it. */
  abandon(by: Actor, id: string): Promise<BulkOperation> {
    return this.#cancel(id, async (operation, write) => {
      await this.#queues.act({
        by,
        action: `bulk ${operation.action} cancel`,
        queue: null,
        target: targetInWords(operation, []),
        perform: write,
        tell: () => ({ ok: true, detail: outcomeInWords(operation, null) }),
      })
    })
  }

  /** Cancels one that was not started: nothing was changed. Rejects with an `ApiError` when another Zenith has started it. */
  withdraw(id: string): Promise<BulkOperation> {
    return this.#cancel(id, (_, write) => write())
  }

  async #cancel(
    id: string,
    perform: (operation: BulkOperation, write: () => Promise<void>) => Promise<void>,
  ): Promise<BulkOperation> {
    const { store, now } = this.#queues
    const record = await this.#find(id)
    if (!store) throw new ApiError('no_audit', 'This store keeps no audit trail, so nothing can be changed.')
    const locks = new Locks(store, id, [])
    await acquireLocks(locks)
    try {
      await this.#check(record)
      const endedAt = record.operation.endedAt ?? now()
      const operation: BulkOperation = {
        ...{ ...record.operation, phase: 'cancelled', resumable: false, error: null, endedAt },
      }
      await perform(operation, () => this.#end(store, { ...record, operation }))
      return operation
    } finally {
      await locks.release().catch(() => {})
    }
  }

  async #end(store: ControlStore, record: OperationRecord): Promise<void> {
    const { id } = record.operation
    await callStore(async () => {
      await this.#operations.put({ ...record, going: 0, blocks: 0 })
      await deleteJobs(store, id, record.blocks)
    })
  }

  /** This Zenith may connect to the queue by another address, and so know it by another key. */
  async #targetOf({ key, names }: StoredQueue, action: JobAction, find: FindTarget): Promise<Target> {
    const all = await this.#queues.directory.all()
    const same = all.find((queue) => (queue.names ?? [queue.key]).some((name) => names.includes(name)))
    const target = await find(same?.key ?? key, action)
    if (target.obstacle !== null) throw new ApiError('not_possible', target.obstacle)
    return target
  }

  async #find(id: string): Promise<OperationRecord> {
    const record = await callStore(() => this.#operations.find(id))
    if (record) return record
    throw new ApiError('not_found', 'There is no such operation, or it was too long ago.')
  }

  async #jobs({ operation, blocks }: OperationRecord): Promise<StoredJobs> {
    const { store } = this.#queues
    const jobs = store && (await callStore(() => loadJobs(store, operation.id, blocks)))
    if (jobs) return jobs
    throw new ApiError('not_possible', 'The store does not have the list of its jobs (any more).')
  }

  /** Called under the locks, so that no other Zenith changes it meanwhile. */
  async #check({ zenith, at, operation }: OperationRecord): Promise<void> {
    const now = await callStore(() => this.#operations.read(operation.id))
    const isSame = now?.zenith === zenith && now.at === at
    const isOver = now ? ENDED.includes(now.operation.phase) && !isResumable(now.operation.phase) : true
    if (!isSame || isOver)
      throw new ApiError('not_possible', 'Another Zenith has just changed it. Reload and try again.')
  }
}

function queuesOf({ parts }: StoredJobs): StoredQueue[] {
  return [...new Map(parts.map(({ queue }) => [queue.key, queue])).values()]
}

function restored(
  { operation: record, blocks }: OperationRecord,
  targets: readonly Target[],
  work: WorkList<Target['queue']>,
  now: () => number,
): Operation {
  const { id, action, user, asOf, looked, total, isPartial, startedAt } = record
  const selection = { ...record.selection, queues: targets.map(({ queue }) => queue.key) }
  const operation = new Operation({ action, selection, targets, user, asOf, now }, id, work)
  for (const { reason, count } of record.notEligible) operation.notEligible.addOwn(reason, count)
  return Object.assign(operation, { looked, total, isPartial, startedAt, blocks })
}
