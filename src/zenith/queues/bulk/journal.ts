import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { ControlStore } from '../../../ports/index.js'
import { type Block, blocksOf, deleteJobs, putFates, putJobs } from './blocks.js'
import type { Locks } from './locks.js'
import type { Operation } from './operation.js'
import type { OperationStore } from './operation-store.js'
import { FIRST_REASON, PENDING, type WorkPart } from './work-list.js'

/** A store that takes nothing is tried for so long before the operation ends: less than a lease lives. ms */
const WAIT_MS = 8_000
const RETRY_MS = 250

/** Another Zenith has the operation or one of its queues. */
export class LostError extends Error {
  constructor() {
    super('This Zenith did not answer for too long, and another one may have gone on with it.')
  }
}

/**
 * What the store knows of an operation that runs: its jobs, and how far it is. What is about to be done is written before it is
 * done, so that whoever finds it after this Zenith knows what is done, what is not, and of which few jobs that is not known.
 */
export class Journal {
  readonly #store: ControlStore
  readonly #operations: OperationStore
  readonly #locks: Locks
  readonly #operation: Operation
  #blocks: readonly Block[] = []
  /** Numbers of blocks of which the store does not know the newest. */
  readonly #stale = new Set<number>()
  #isLost = false
  #closing: Promise<void> | null = null

  constructor(store: ControlStore, kept: OperationStore, locks: Locks, operation: Operation) {
    this.#store = store
    this.#operations = kept
    this.#locks = locks
    this.#operation = operation
  }

  /** Rejects when the store does not take it: then nothing may be done. @param known how many blocks it has of it already */
  async open(known = 0): Promise<void> {
    const { id, work } = this.#operation
    this.#blocks = blocksOf(work.parts) ?? []
    await this.publish()
    if (this.#blocks.length !== known) await putJobs(this.#store, id, this.#blocks)
    this.#operation.isListed = this.#blocks.length > 0
  }

  /**
   * To be called before something is done with jobs. Waits for a store that is away for a while.
   *
   * @param places of the jobs in their queue's part
   * @throws LostError when it must not be done; the store's error when that takes nothing
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

  /** Goes on holding what it works on. Never rejects: what can't be told now is told with the next jobs. */
  async renew(): Promise<void> {
    const isHeld = await this.#locks.renew().catch(() => true)
    if (isHeld) return
    this.#isLost = true
    this.#operation.stop ??= { as: 'interrupted', reason: new LostError().message }
  }

  /** Tells what came of it. Rejects when the store does not take it. Harmless twice: a second call neither overtakes the first nor repeats it. */
  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error) => {
      this.#closing = null
      throw error
    })
    return this.#closing
  }

  async #close(): Promise<void> {
    const { id, view } = this.#operation
    if (this.#isLost || this.#operation.isSuperseded || !(await this.#operations.isOwn(id))) return
    if (view.resumable) await this.#putStale()
    await this.publish()
    if (!view.resumable) await deleteJobs(this.#store, id, this.#blocks.length)
  }

  /** Takes back what was told before anything was done. Rejects when the store does not do it. */
  async discard(): Promise<void> {
    const { id } = this.#operation
    await this.#operations.delete(id)
    await deleteJobs(this.#store, id, this.#blocks.length)
  }

  /** Rejects when the store does not take it. @param going with how many jobs something is about to be done */
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
    // What becomes of these jobs is told next time.
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
    const { id, work } = this.#operation
    const fatesOf = ({ part: own, from, to }: Block) =>
      own.fates.slice(from, to).map((fate, index) => {
        if (own === part && going.has(from + index)) return FIRST_REASON
        return fate === work.rest ? PENDING : fate
      })
    const stale = [...this.#blocks.entries()].filter(([number]) => this.#stale.has(number))
    await Promise.all(
      stale.map(([number, block]) => putFates(this.#store, id, number, fatesOf(block), work.skipped.reasons)),
    )
  }
}
