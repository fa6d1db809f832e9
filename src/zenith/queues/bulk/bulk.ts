import { randomUUID } from 'node:crypto'
import type { JobAction } from '../../../api/actions.js'
import type { BulkOperation, BulkResult, JobSelection } from '../../../api/bulk.js'
import { withTimeout } from '../../../lib/async.js'
import { ApiError, isRefusal } from '../../http/api-error.js'
import { callStore } from '../../store/call-store.js'
import type { Actor } from '../act.js'
import type { Queues } from '../queues.js'
import { dryRun } from './dry-run.js'
import { Operation, type Target } from './operation.js'
import { MAX_OPERATIONS, OperationStore } from './operation-store.js'
import { OrphanedOperations } from './orphaned-operations.js'
import { OwnOperations } from './own-operations.js'
import { Performer } from './performer.js'
import { outcomeOf, targetOf } from './words.js'

/** How long to wait for an operation to stop, ms. */
const STOP_WITHIN_MS = 5_000

const CAN_BE_RESUMED = 'This operation ended before all was done: resume it to go on with what is left.'

type Needed = Pick<Queues, 'able' | 'changeable' | 'store' | 'act' | 'touch' | 'outbox' | 'directory' | 'now'>

/** Actions on many jobs: first a dry run that changes nothing, then, once started, in the background. */
export class BulkOperations {
  readonly #queues: Needed
  readonly #operations: OperationStore
  readonly #performer: Performer
  readonly #orphans: OrphanedOperations
  readonly #own: OwnOperations
  #isClosed = false

  constructor(queues: Needed) {
    this.#queues = queues
    this.#operations = new OperationStore(queues, randomUUID())
    this.#performer = new Performer(queues, this.#operations)
    this.#orphans = new OrphanedOperations(queues, this.#operations)
    this.#own = new OwnOperations(queues.now)
  }

  /** Starts a dry run. Rejects with an `ApiError`. */
  async create(by: Actor, action: JobAction, selection: JobSelection): Promise<BulkOperation> {
    const keys = [...new Set(selection.queues)]
    const targets = await Promise.all(keys.map((key) => this.#find(key, action)))
    this.#refuseToCount(by)
    // By the store's clock: this machine's may be off, and the dry run would miss jobs, or take later ones.
    const { store, now } = this.#queues
    const asOf = (await store?.time().catch(() => null)) ?? now()
    // Other dry runs may have started meanwhile.
    this.#refuseToCount(by)
    const operation = new Operation({ action, selection, targets, user: by.user, asOf, now })
    this.#own.add(operation)
    this.#own.makeRoom()
    operation.ended = dryRun(operation).then(() => this.#own.makeRoom())
    void this.#performer.tidy()
    return operation.view
  }

  /** Runs it on the jobs of the dry run. Resolves when it has started; rejects with an `ApiError` when it cannot. */
  async start(by: Actor, id: string): Promise<BulkOperation> {
    const operation = await this.#get(id)
    this.#refuseToStart(operation)
    operation.phase = 'running'
    try {
      await this.#performer.begin({ by, operation, blocks: 0 })
    } catch (error) {
      // No job was touched: it can be started again.
      operation.phase = 'ready'
      operation.startedAt = null
      throw error
    }
    this.#own.makeRoomAfter(operation)
    return operation.view
  }

  /** Continues an interrupted or failed operation of any Zenith. Resolves like {@link start}. */
  async resume(by: Actor, id: string): Promise<BulkOperation> {
    if (this.#isClosed) throw endingRefusal()
    const { phase, resumable } = await this.get(id)
    if (phase === 'running') throw new ApiError('not_possible', 'This operation is running already.')
    if (!resumable) throw new ApiError('not_possible', 'There is nothing left of this operation to go on with.')
    await this.#writeEnd(id)
    const { operation, blocks, check } = await this.#orphans.load(id, (key, action) => this.#find(key, action))
    this.#own.refuseInQueuesOf(operation)
    operation.phase = 'running'
    await this.#performer.begin({ by, operation, blocks, check })
    this.#own.supersede(id)
    this.#own.add(operation)
    this.#own.makeRoomAfter(operation)
    return operation.view
  }

  /** Stops it early: jobs that are done stay done. Resolves when it has ended, or after a few seconds. */
  async cancel(by: Actor, id: string): Promise<BulkOperation> {
    if ((await this.get(id)).phase === 'interrupted') return this.#abandon(by, id)
    const operation = await this.#get(id)
    if (operation.hasEnded) throw new ApiError('not_possible', 'This operation has ended.')
    const reason = by.user === null ? 'cancelled' : `cancelled by ${by.user}`
    if (operation.phase === 'running') await this.#cancelRun(by, operation, reason)
    else if (operation.phase === 'ready') operation.end('cancelled')
    else await stop(operation, 'cancelled', reason)
    return operation.view
  }

  /** Newest first, of all Zeniths. Rejects with an `ApiError` when the store does not answer. */
  async list(): Promise<{ operations: BulkOperation[]; leftOut: number }> {
    this.#own.makeRoom()
    const { operations, leftOut } = await callStore(() => this.#operations.list())
    for (const other of operations) this.#own.yieldTo(other)
    const others = operations.map(({ operation }) => operation).filter(({ id }) => !this.#own.has(id))
    const own = this.#own.all.map(({ view }) => view)
    return { operations: [...own, ...others].sort((a, b) => b.asOf - a.asOf).slice(0, MAX_OPERATIONS), leftOut }
  }

  async get(id: string): Promise<BulkOperation> {
    const own = this.#own.get(id)
    // Another Zenith may have resumed an operation that ended here.
    if (own && !own.view.resumable) return own.view
    try {
      const other = await callStore(() => this.#operations.find(id))
      if (other) this.#own.yieldTo(other)
      if (other && !this.#own.has(id)) return other.operation
    } catch (error) {
      if (!own) throw error
    }
    if (own) return own.view
    throw new ApiError('not_found', 'There is no such operation, or it was too long ago.')
  }

  /** Results of single jobs. @param ok only jobs that are done, or only the others; null: all */
  async results(id: string, ok: boolean | null, offset: number, limit: number) {
    const { resumable } = await this.get(id)
    const own = this.#own.get(id)
    if (own?.isReleased)
      throw new ApiError('not_found', 'The results of this operation went to make room for newer ones.')
    const work = own || !resumable ? (await this.#get(id)).work : await this.#orphans.work(id)
    const items: BulkResult[] = []
    let total = 0
    for (const result of work.results(ok)) {
      if (total >= offset && items.length < limit) items.push(result)
      total += 1
    }
    return { total, items }
  }

  /** Interrupts running operations. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    const going = this.#own.all.filter(({ phase }) => phase === 'running' || phase === 'counting')
    await Promise.all(going.map((operation) => stop(operation, 'interrupted', 'this Zenith was ended')))
  }

  /** A run that continues an operation reads it from the store, which may not have its last results yet. */
  async #writeEnd(id: string): Promise<void> {
    const own = this.#own.get(id)
    if (own) await callStore(() => own.writeEnd())
  }

  async #find(key: string, action: JobAction): Promise<Target> {
    const queue = await this.#queues.able(key, 'list')
    try {
      await this.#queues.changeable(key, action)
      return { queue, obstacle: null }
    } catch (error) {
      if (isRefusal(error) && (error.code === 'not_supported' || error.code === 'read_only')) {
        return { queue, obstacle: error.message }
      }
      throw error
    }
  }

  /** An operation of this Zenith. */
  async #get(id: string): Promise<Operation> {
    const own = this.#own.get(id)
    if (own) return own
    const { resumable } = await this.get(id)
    if (resumable) throw new ApiError('not_possible', CAN_BE_RESUMED)
    throw new ApiError('not_possible', 'Another Zenith, or one that ended, has this operation.')
  }

  #refuseToCount(by: Actor): void {
    if (this.#isClosed) throw endingRefusal()
    this.#own.refuseToCount(by)
  }

  #refuseToStart(operation: Operation): void {
    const { phase } = operation
    if (this.#isClosed) throw endingRefusal()
    if (phase === 'counting') throw new ApiError('not_possible', 'The jobs are still being counted.')
    if (phase === 'running') throw new ApiError('not_possible', 'This operation is running already.')
    if (operation.view.resumable) throw new ApiError('not_possible', CAN_BE_RESUMED)
    if (phase !== 'ready') throw new ApiError('not_possible', 'This operation has ended.')
    this.#own.refuseInQueuesOf(operation)
  }

  async #cancelRun(by: Actor, operation: Operation, reason: string): Promise<void> {
    const { action, queues } = operation
    await this.#queues.act({
      by,
      action: `bulk ${action} cancel`,
      queue: queues.length === 1 ? (queues[0] ?? null) : null,
      target: targetOf(operation),
      perform: () => stop(operation, 'cancelled', reason),
      tell: () => ({ ok: operation.phase === 'cancelled', detail: outcomeOf(operation) }),
    })
  }

  async #abandon(by: Actor, id: string): Promise<BulkOperation> {
    await this.#writeEnd(id)
    const cancelled = await this.#orphans.abandon(by, id)
    this.#own.supersede(id)
    return cancelled
  }
}

async function stop(operation: Operation, as: 'cancelled' | 'interrupted', reason: string): Promise<void> {
  operation.stop ??= { as, reason }
  await withTimeout(operation.ended, STOP_WITHIN_MS).catch(() => {})
}

function endingRefusal(): ApiError {
  return new ApiError('not_possible', 'This Zenith is being ended.')
}
