import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { ControlStore } from '../../../ports/index.js'
import { type Block, blocksOf, deleteJobs, putFates, putJobs } from './blocks.js'
import type { Locks } from './locks.js'
import type { Operation } from './operation.js'
import type { OperationStore } from './operation-store.js'
import { FIRST_REASON, PENDING, type WorkPart } from './work-list.js'

/** How long writes are retried before the operation ends, ms: less than the TTL of a lease. */
const WAIT_MS = 8_000
const RETRY_MS = 250

/** Another Zenith may hold the locks. */
export class LostError extends Error {
  constructor() {
    super('This Zenith did not answer for too long, and another one may have gone on with it.')
  }
}

/**
 * Writes the jobs and the progress of a running operation to the store. Each call is recorded before it is made, so that another Zenith
 * can resume the operation: it finds which jobs are done, which are not, and for which few that is unknown.
 */
export class Journal {
  readonly #store: ControlStore
  readonly #operations: OperationStore
  readonly #locks: Locks
  readonly #operation: Operation
  #blocks: readonly Block[] = []
  /** Numbers of blocks whose latest results are not stored yet. */
  readonly #stale = new Set<number>()
  #isLost = false
  #closing: Promise<void> | null = null

  constructor(store: ControlStore, operations: OperationStore, locks: Locks, operation: Operation) {
    this.#store = store
    this.#operations = operations
    this.#locks = locks
    this.#operation = operation
  }

  /** Rejects when the store fails: then no job may be touched. */
  async open(): Promise<void> {
    const { id, work } = this.#operation
    this.#blocks = blocksOf(work.parts) ?? []
    await this.publish()
    if (this.#blocks.length !== this.#operation.blocks) await putJobs(this.#store, id, this.#blocks)
    this.#operation.blocks = this.#blocks.length
  }

  /**
   * Records a call before it is made. Retries for a while when the store fails.
   *
   * @param places of the jobs in their queue's part
   * @throws LostError when another Zenith may have taken over; the store's error when it keeps failing
   */
  async recordIntent(part: WorkPart, places: readonly number[]): Promise<void> {
    const end = performance.now() + WAIT_MS
    for (;;) {
      try {
        return await this.#write(part, places)
      } catch (error) {
        if (this.#operation.stop) return
        if (error instanceof LostError || performance.now() >= end) throw error
        await pause(RETRY_MS)
      }
    }
  }

  /** Renews the locks. Never rejects. */
  async renew(): Promise<void> {
    const isHeld = await this.#locks.renew().catch(() => true)
    if (isHeld) return
    this.#isLost = true
    this.#operation.stop ??= { as: 'interrupted', reason: new LostError().message }
  }

  /** Writes the final results. Rejects when the store fails. Idempotent: calls at the same time share one write. */
  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error) => {
      this.#closing = null
      throw error
    })
    return this.#closing
  }

  async #close(): Promise<void> {
    const { id, notDone } = this.#operation
    if (this.#isLost || this.#operation.isSuperseded || !(await this.#operations.isOwn(id))) return
    // The jobs that were not reached have a result now, too.
    if (notDone) for (const number of this.#blocks.keys()) this.#stale.add(number)
    await this.#putStale()
    await this.publish()
  }

  /** Deletes what was written, before any job was touched. Rejects when the store fails. */
  async discard(): Promise<void> {
    const { id } = this.#operation
    await this.#operations.delete(id)
    await deleteJobs(this.#store, id, this.#blocks.length)
  }

  /** Writes the progress. Rejects when the store fails. @param going number of jobs in the call that is about to start */
  async publish(going = 0): Promise<void> {
    await this.#operations.put({ operation: this.#operation.view, going, blocks: this.#blocks.length })
  }

  async #write(part: WorkPart, places: readonly number[]): Promise<void> {
    if (this.#isLost || !(await this.#locks.renew([part.queue]))) {
      this.#isLost = true
      throw new LostError()
    }
    const touched = this.#blocksAt(part, places)
    for (const number of touched) this.#stale.add(number)
    await Promise.all([this.#putStale(part, new Set(places)), this.publish(places.length)])
    // The results of these jobs are written with the next call.
    this.#stale.clear()
    for (const number of touched) this.#stale.add(number)
  }

  #blocksAt(part: WorkPart, places: readonly number[]): number[] {
    const [first = 0, last = first] = [places[0], places.at(-1)]
    return [...this.#blocks.entries()].flatMap(([number, block]) =>
      block.part === part && block.from <= last && block.to > first ? [number] : [],
    )
  }

  async #putStale(part: WorkPart | null = null, going: ReadonlySet<number> = new Set()): Promise<void> {
    const { id, work, hasEnded, isOpen } = this.#operation
    const isFinal = hasEnded && !isOpen
    const fatesOf = ({ part: own, from, to }: Block) =>
      own.fates.slice(from, to).map((fate, index) => {
        if (own === part && going.has(from + index)) return FIRST_REASON
        return fate === work.rest && !isFinal ? PENDING : fate
      })
    const stale = [...this.#blocks.entries()].filter(([number]) => this.#stale.has(number))
    await Promise.all(
      stale.map(([number, block]) => putFates(this.#store, id, number, fatesOf(block), work.skipped.reasons)),
    )
  }
}
