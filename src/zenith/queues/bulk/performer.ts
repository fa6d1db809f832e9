import { ApiError } from '../../http/api-error.js'
import { callStore } from '../../store/call-store.js'
import type { Actor } from '../act.js'
import type { Queues } from '../queues.js'
import { Journal } from './journal.js'
import { Locks } from './locks.js'
import type { Operation } from './operation.js'
import type { OperationStore } from './operation-store.js'
import { recordOrphans } from './record-orphans.js'
import { run } from './run.js'
import type { StopRequests } from './stops.js'
import { outcomeOf, targetOf } from './words.js'

/** How often the locks are renewed during a call, ms. */
const RENEW_EVERY_MS = 2_000

/** A start or a resumption. */
export interface Beginning {
  readonly by: Actor
  readonly operation: Operation
  /** Called under the locks. Rejects with an `ApiError` when the operation must not run. */
  readonly check?: () => Promise<void>
}

/** Runs operations in the background; among all Zeniths of a store one per queue at a time. */
export class Performer {
  readonly #queues: Pick<Queues, 'store' | 'act' | 'touch' | 'outbox' | 'now'>
  readonly #operations: OperationStore
  readonly #stops: StopRequests
  readonly #refuse: () => Promise<void>

  /** @param refuse rejects with an `ApiError` when nothing may be changed any more */
  constructor(
    queues: Pick<Queues, 'store' | 'act' | 'touch' | 'outbox' | 'now'>,
    operations: OperationStore,
    { stops, refuse }: { readonly stops: StopRequests; readonly refuse: () => Promise<void> },
  ) {
    this.#queues = queues
    this.#refuse = refuse
    this.#operations = operations
    this.#stops = stops
  }

  /** Resolves when the operation has started; `operation.ended` when it has ended. Rejects with an `ApiError` when it cannot start. */
  async begin({ operation, check, ...beginning }: Beginning): Promise<void> {
    const { store } = this.#queues
    if (!store) throw new ApiError('no_audit', 'This store keeps no audit trail, so nothing can be changed.')
    const locks = new Locks(store, operation.id, operation.queues)
    await acquireLocks(locks)
    try {
      await check?.()
    } catch (error) {
      await this.#drop(locks)
      throw error
    }
    operation.startedAt ??= this.#queues.now()
    const journal = new Journal(store, this.#operations, locks, operation)
    await new Promise<void>((resolve, reject) => {
      operation.ended = this.#perform({ operation, ...beginning }, journal, resolve)
        .catch(reject)
        .finally(() => this.#drop(locks))
    })
  }

  async #drop(locks: Locks): Promise<void> {
    await locks.release().catch(() => this.#queues.outbox.add(() => locks.release()))
  }

  /** @param begun called when the intent and the operation's record are written */
  async #perform({ by, operation }: Beginning, journal: Journal, begun: () => void): Promise<void> {
    const { id, queues } = operation
    await this.#queues.act({
      by,
      action: `bulk ${operation.action}`,
      queue: queues.length === 1 ? (queues[0] ?? null) : null,
      target: targetOf(operation),
      operation: id,
      within: null,
      perform: async () => {
        await this.#open(operation, journal)
        begun()
        await this.#run(operation, journal)
      },
      tell: () => ({ ok: isWhole(operation), detail: outcomeOf(operation) }),
    })
  }

  async #open(operation: Operation, journal: Journal): Promise<void> {
    const isStored = operation.blocks > 0
    try {
      await callStore(() => this.#stops.clear(operation.id))
      await callStore(() => journal.open())
    } catch (error) {
      // It does not start: no part of it should stay in the store.
      if (!isStored) await journal.discard().catch(() => this.#queues.outbox.add(() => journal.discard()))
      throw error
    }
  }

  async #run(operation: Operation, journal: Journal): Promise<void> {
    operation.writeEnd = () => journal.close()
    const timer = setInterval(() => void journal.renew(), RENEW_EVERY_MS).unref()
    const unwatch = this.#stops.watch(operation)
    await run(operation, journal, this.#refuse)
    unwatch()
    clearInterval(timer)
    for (const queue of operation.queues) this.#queues.touch(queue)
    await journal.close().catch(() => this.#queues.outbox.add(() => journal.close()))
    await this.tidy()
  }

  /** Records orphaned operations and deletes old ones. Never rejects. */
  async tidy(): Promise<void> {
    const { store } = this.#queues
    if (!store) return
    await recordOrphans(store, this.#operations, this.#queues)
    await this.#operations.prune().catch(() => {})
  }
}

/** Rejects with an `ApiError` when another operation or Zenith holds a lock. */
export async function acquireLocks(locks: Locks): Promise<void> {
  const taken = await callStore(() => locks.acquire())
  if (taken === 'operation') throw new ApiError('not_possible', 'This operation is running already.')
  if (taken) throw busyError(taken.name)
}

export function busyError(name: string): ApiError {
  return new ApiError('not_possible', `Another operation is running in ${name}. Wait for it, or cancel it.`)
}

/** Whether it was done with every job that the audit trail suggests. */
function isWhole({ phase, work, isPartial }: Operation): boolean {
  return phase === 'done' && work.skipped.total === 0 && !isPartial
}
