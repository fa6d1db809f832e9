import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { JobAction } from '../../../api/actions.js'
import type { BulkOperation, BulkResult, JobSelection } from '../../../api/bulk.js'
import { pause, withTimeout } from '../../../lib/async.js'
import { ApiError, isRefusal } from '../../http/api-error.js'
import { callStore } from '../../store/call-store.js'
import type { Actor } from '../act.js'
import type { Queues } from '../queues.js'
import { dryRun } from './dry-run.js'
import { ENDED, Operation, type Target } from './operation.js'
import { MAX_OPERATIONS, OperationStore } from './operation-store.js'
import { OwnOperations } from './own-operations.js'
import { Performer } from './performer.js'
import { SharedCount } from './shared-count.js'
import { StopRequests } from './stops.js'
import { StoredOperations } from './stored-operations.js'
import { outcomeInWords, outcomeOf, targetInWords, targetOf } from './words.js'

/** How long to wait for an operation to stop, ms. */
const STOP_WITHIN_MS = 5_000
/** How often the Zenith that waits for another one asks whether it has stopped, ms. */
const ASK_EVERY_MS = 100

const CAN_BE_RESUMED = 'This operation ended before all was done: resume it to go on with what is left.'

type Needed = Pick<Queues, 'able' | 'changeable' | 'store' | 'act' | 'touch' | 'outbox' | 'directory' | 'now'>

/** Actions on many jobs: first a dry run that changes nothing, then, once started, in the background. */
export class BulkOperations {
  readonly #queues: Needed
  readonly #operations: OperationStore
  readonly #performer: Performer
  readonly #stops: StopRequests
  readonly #stored: StoredOperations
  readonly #own: OwnOperations
  #isClosed = false

  /** @param refuse rejects with an `ApiError` when nothing may be changed any more: running operations stop then, and can be resumed */
  constructor(queues: Needed, refuse: () => Promise<void>) {
    this.#queues = queues
    this.#operations = new OperationStore(queues, randomUUID())
    this.#stops = new StopRequests(queues.store)
    this.#performer = new Performer(queues, this.#operations, { stops: this.#stops, refuse })
    this.#stored = new StoredOperations(queues, this.#operations)
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
    await this.#beginToCount(operation)
    void this.#performer.tidy()
    return operation.view
  }

  /**
   * Runs it on the jobs of the dry run, of any Zenith. Resolves when it has started; rejects with an `ApiError` when it cannot.
   */
  async start(by: Actor, id: string): Promise<BulkOperation> {
    const found = await this.get(id)
    const own = this.#own.get(id)
    this.#refuseToStart(own?.view ?? found)
    const { operation, check } = own ? { operation: own, check: () => this.#check(own) } : await this.#load(id)
    this.#own.refuseInQueuesOf(operation)
    operation.phase = 'running'
    try {
      await this.#performer.begin({ by, operation, check })
    } catch (error) {
      // No job was touched: it can be started again.
      operation.phase = 'ready'
      operation.startedAt = null
      throw error
    }
    this.#own.add(operation)
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
    const { operation, check } = await this.#load(id)
    this.#own.refuseInQueuesOf(operation)
    operation.phase = 'running'
    await this.#performer.begin({ by, operation, check })
    this.#own.supersede(id)
    this.#own.add(operation)
    this.#own.makeRoomAfter(operation)
    return operation.view
  }

  /** Stops it early: jobs that are done stay done. Resolves when it has ended, or after a few seconds. */
  async cancel(by: Actor, id: string): Promise<BulkOperation> {
    const found = await this.get(id)
    const operation = this.#own.get(id)
    const { phase } = operation?.view ?? found
    if (phase === 'interrupted') return this.#abandon(by, id)
    if (ENDED.includes(phase)) throw new ApiError('not_possible', 'This operation has ended.')
    if (phase === 'ready') return this.#withdraw(id, operation)
    const reason = by.user === null ? 'cancelled' : `cancelled by ${by.user}`
    if (!operation) return this.#cancelElsewhere(by, found, reason)
    if (phase === 'running') await this.#cancelRun(by, operation, reason)
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
    // Another Zenith may have continued an operation that was counted or ended here.
    if (own && !own.isOpen) return own.view
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
    const { phase } = await this.get(id)
    const own = this.#own.get(id)
    if (phase === 'counting' || phase === 'ready') return { total: 0, items: [] }
    const work = own && !own.isReleased ? own.work : await this.#stored.work(id)
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

  /** Resolves when the other Zeniths of the store can see it, or the store does not answer. */
  async #beginToCount(operation: Operation): Promise<void> {
    const { store } = this.#queues
    const shared = store && new SharedCount(operation, { store, operations: this.#operations, stops: this.#stops })
    await shared?.begin()
    operation.ended = dryRun(operation, async () => shared?.list())
      .then(() => shared?.end())
      .then(() => this.#own.makeRoom())
      .then(() => this.#performer.tidy())
  }

  #load(id: string) {
    return this.#stored.load(id, (key, action) => this.#find(key, action))
  }

  /** Called under the locks: another Zenith may have started or cancelled it since. */
  async #check({ id, blocks }: Operation): Promise<void> {
    if (blocks > 0 && !(await callStore(() => this.#operations.hasOwn(id)))) throw changedError()
  }

  #refuseToCount(by: Actor): void {
    if (this.#isClosed) throw endingRefusal()
    this.#own.refuseToCount(by)
  }

  #refuseToStart({ phase, resumable }: BulkOperation): void {
    if (this.#isClosed) throw endingRefusal()
    if (phase === 'counting') throw new ApiError('not_possible', 'The jobs are still being counted.')
    if (phase === 'running') throw new ApiError('not_possible', 'This operation is running already.')
    if (resumable) throw new ApiError('not_possible', CAN_BE_RESUMED)
    if (phase !== 'ready') throw new ApiError('not_possible', 'This operation has ended.')
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

  /** The one that counts or runs it is asked by the store. */
  async #cancelElsewhere(by: Actor, operation: BulkOperation, reason: string): Promise<BulkOperation> {
    const perform = () => this.#stopElsewhere(operation.id, reason)
    if (operation.phase === 'counting') return perform()
    return this.#queues.act({
      by,
      action: `bulk ${operation.action} cancel`,
      queue: null,
      target: targetInWords(operation, []),
      perform,
      tell: (after) => ({ ok: after.phase === 'cancelled', detail: outcomeInWords(after, null) }),
    })
  }

  async #stopElsewhere(id: string, reason: string): Promise<BulkOperation> {
    await callStore(() => this.#stops.ask(id, reason))
    try {
      const until = performance.now() + STOP_WITHIN_MS
      for (;;) {
        const operation = await this.get(id)
        if (ENDED.includes(operation.phase) || performance.now() > until) return operation
        await pause(ASK_EVERY_MS)
      }
    } finally {
      await this.#stops.clear(id).catch(() => {})
    }
  }

  /** Nothing was changed: the audit trail needs no line. */
  async #withdraw(id: string, own: Operation | undefined): Promise<BulkOperation> {
    if (own && !own.isOpen) {
      own.end('cancelled')
      return own.view
    }
    const cancelled = await this.#stored.withdraw(id)
    this.#own.supersede(id)
    return cancelled
  }

  async #abandon(by: Actor, id: string): Promise<BulkOperation> {
    await this.#writeEnd(id)
    const cancelled = await this.#stored.abandon(by, id)
    this.#own.supersede(id)
    return cancelled
  }
}

async function stop(operation: Operation, as: 'cancelled' | 'interrupted', reason: string): Promise<void> {
  operation.stop ??= { as, reason }
  await withTimeout(operation.ended, STOP_WITHIN_MS).catch(() => {})
}

function changedError(): ApiError {
  return new ApiError('not_possible', 'Another Zenith has just changed it. Reload and try again.')
}

function endingRefusal(): ApiError {
  return new ApiError('not_possible', 'This Zenith is being ended.')
}
