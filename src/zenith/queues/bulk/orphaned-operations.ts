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

/** An orphaned operation, ready to be resumed here. */
export interface ResumableOperation {
  readonly operation: Operation
  readonly blocks: number
  /** Rejects with an `ApiError` when another Zenith changed it since. */
  readonly check: () => Promise<void>
}

type FindTarget = (key: string, action: JobAction) => Promise<Target>

/** Operations that the Zenith that ran them did not finish. Any Zenith can resume or cancel them. */
export class OrphanedOperations {
  readonly #queues: Pick<Queues, 'store' | 'act' | 'directory' | 'now'>
  readonly #operations: OperationStore

  constructor(queues: Pick<Queues, 'store' | 'act' | 'directory' | 'now'>, operations: OperationStore) {
    this.#queues = queues
    this.#operations = operations
  }

  /** Rejects with an `ApiError` when this Zenith cannot resume it. */
  async load(id: string, find: FindTarget): Promise<ResumableOperation> {
    const record = await this.#find(id)
    const jobs = await this.#jobs(record)
    const found = new Map<string, Target>()
    for (const queue of queuesOf(jobs)) found.set(queue.key, await this.#targetOf(queue, record.operation.action, find))
    const work = workOf(jobs, (key) => {
      const target = found.get(key)
      if (!target) throw new Error(`There is no queue ${key}`)
      return target.queue
    })
    const operation = restored(record.operation, [...found.values()], work, this.#queues.now)
    return { operation, blocks: record.blocks, check: () => this.#check(record) }
  }

  /** Its jobs with their results. */
  async work(id: string): Promise<WorkList<{ readonly key: string }>> {
    return workOf(await this.#jobs(await this.#find(id)), (key) => ({ key }))
  }

  /** Cancels it. Rejects with an `ApiError` when another Zenith has resumed it. */
  async abandon(by: Actor, id: string): Promise<BulkOperation> {
    const { store } = this.#queues
    const record = await this.#find(id)
    if (!store) throw new ApiError('no_audit', 'This store keeps no audit trail, so nothing can be changed.')
    const locks = new Locks(store, id, [])
    await acquireLocks(locks)
    try {
      await this.#check(record)
      const operation: BulkOperation = { ...record.operation, phase: 'cancelled', resumable: false, error: null }
      await this.#end(by, store, { ...record, operation })
      return operation
    } finally {
      await locks.release().catch(() => {})
    }
  }

  async #end(by: Actor, store: ControlStore, record: OperationRecord): Promise<void> {
    const { operation } = record
    await this.#queues.act({
      by,
      action: `bulk ${operation.action} cancel`,
      queue: null,
      target: targetInWords(operation, []),
      perform: () =>
        callStore(async () => {
          await this.#operations.put({ ...record, going: 0 })
          await deleteJobs(store, operation.id, record.blocks)
        }),
      tell: () => ({ ok: true, detail: outcomeInWords(operation, null) }),
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
  record: BulkOperation,
  targets: readonly Target[],
  work: WorkList<Target['queue']>,
  now: () => number,
): Operation {
  const { id, action, user, asOf, looked, total, isPartial, startedAt } = record
  const selection = { ...record.selection, queues: targets.map(({ queue }) => queue.key) }
  const operation = new Operation({ action, selection, targets, user, asOf, now }, id, work)
  for (const { reason, count } of record.notEligible) operation.notEligible.addOwn(reason, count)
  return Object.assign(operation, { looked, total, isPartial, startedAt, isListed: true })
}
