import { ApiError } from '../../http/api-error.js'
import type { Actor } from '../act.js'
import type { Operation } from './operation.js'
import { MAX_OPERATIONS, NO_ROOM, RETENTION_MS, type StoredOperation } from './operation-store.js'
import { busyError } from './performer.js'

/** Most dry runs at the same time, in all and per user. */
const MAX_COUNTING = 3
const MAX_COUNTING_OF_ONE = 2
/** Most jobs in memory over all operations, some 40 MB. The oldest operations lose their results first. */
const MAX_REMEMBERED = 300_000

/** The recent operations of this Zenith. */
export class OwnOperations {
  /** Oldest first. */
  readonly #all = new Map<string, Operation>()
  readonly #now: () => number

  /** @param now the store's clock, Unix ms */
  constructor(now: () => number) {
    this.#now = now
  }

  get all(): readonly Operation[] {
    return [...this.#all.values()]
  }

  get(id: string): Operation | undefined {
    return this.#all.get(id)
  }

  has(id: string): boolean {
    return this.#all.has(id)
  }

  add(operation: Operation): void {
    this.#all.set(operation.id, operation)
  }

  /** Drops an operation that was counted or ended here, and that another Zenith continued. */
  yieldTo({ operation: { id }, isOwn }: StoredOperation): void {
    const own = this.#all.get(id)
    if (!isOwn && (own?.hasEnded || own?.isOpen)) this.supersede(id)
  }

  /** Throws an `ApiError` when too many dry runs are running. */
  refuseToCount({ user }: Actor): void {
    const counting = this.all.filter(({ phase }) => phase === 'counting')
    // Unnamed users cannot be distinguished.
    const own = user === null ? 0 : counting.filter(({ view }) => view.user === user).length
    if (counting.length < MAX_COUNTING && own < MAX_COUNTING_OF_ONE) return
    const whose =
      own < MAX_COUNTING_OF_ONE ? `${MAX_COUNTING} operations` : `${MAX_COUNTING_OF_ONE} operations of yours`
    throw new ApiError('too_many_searches', `${whose} are being counted already. Wait for one, or cancel it.`)
  }

  /** Throws an `ApiError` when another operation is running in one of its queues. */
  refuseInQueuesOf({ queues }: Operation): void {
    const running = this.all.filter(({ phase }) => phase === 'running')
    for (const { key, name } of queues) {
      if (running.some((other) => other.queues.some((queue) => queue.key === key))) throw busyError(name)
    }
  }

  /** Drops an operation that was resumed. */
  supersede(id: string): void {
    const own = this.#all.get(id)
    if (own) own.isSuperseded = true
    this.#all.delete(id)
  }

  makeRoomAfter(operation: Operation): void {
    operation.ended = operation.ended.then(() => this.makeRoom())
  }

  /** Drops old and surplus operations, and results of the oldest while there are too many jobs in memory. */
  makeRoom(): void {
    const idle = this.all.filter(({ phase }) => phase !== 'running' && phase !== 'counting')
    const surplus = this.#all.size - MAX_OPERATIONS
    const oldest = this.#now() - RETENTION_MS
    const gone = idle.filter(({ asOf, endedAt }, index) => index < surplus || (endedAt ?? asOf) < oldest)
    for (const { id } of gone) this.#all.delete(id)
    for (const operation of idle) {
      if (this.#remembered <= MAX_REMEMBERED) return
      // The store has the list of an operation that any Zenith can start.
      if (operation.phase === 'ready' && operation.isOpen) this.#all.delete(operation.id)
      else if (this.#all.has(operation.id)) release(operation)
    }
  }

  get #remembered(): number {
    return this.all.reduce((sum, { work }) => sum + work.size, 0)
  }
}

function release(operation: Operation): void {
  if (operation.phase === 'ready') operation.end('cancelled', NO_ROOM)
  operation.release()
}
