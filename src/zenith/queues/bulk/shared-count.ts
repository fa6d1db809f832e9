import { withTimeout } from '../../../lib/async.js'
import type { ControlStore } from '../../../ports/index.js'
import { blocksOf, deleteJobs, putJobs } from './blocks.js'
import { Locks } from './locks.js'
import type { Operation } from './operation.js'
import type { OperationStore } from './operation-store.js'
import type { StopRequests } from './stops.js'

/** How often the progress is written and the lease renewed, ms. */
const WRITE_EVERY_MS = 1_000
/** How long the user who begins a dry run waits for the store, ms. */
const BEGIN_WITHIN_MS = 2_000

export interface SharedCountParts {
  readonly store: ControlStore
  readonly operations: OperationStore
  readonly stops: StopRequests
}

/**
 * Shares a dry run with the other Zeniths of a store: its progress, and at its end the list of its jobs, with which any of them can start
 * it. What the store does not take stays with this Zenith. Methods never reject.
 */
export class SharedCount {
  readonly #operation: Operation
  readonly #parts: SharedCountParts
  readonly #locks: Locks
  #unwatch: () => void = () => {}
  #timer: NodeJS.Timeout | undefined
  #isShared = false

  constructor(operation: Operation, parts: SharedCountParts) {
    this.#operation = operation
    this.#parts = parts
    this.#locks = new Locks(parts.store, operation.id, [])
  }

  /** Resolves when the others can see it. */
  async begin(): Promise<void> {
    try {
      await withTimeout(this.#begin(), BEGIN_WITHIN_MS)
    } catch {
      return
    }
    this.#isShared = true
    this.#timer = setInterval(() => void this.#write().catch(() => {}), WRITE_EVERY_MS).unref()
    this.#unwatch = this.#parts.stops.watch(this.#operation)
  }

  /** Stores the list of its jobs: called before it is ready, because any Zenith may then be asked to start it. */
  async list(): Promise<void> {
    clearInterval(this.#timer)
    if (!this.#isShared) return
    const { store, operations } = this.#parts
    const { id, work, view, total } = this.#operation
    const blocks = blocksOf(work.parts) ?? []
    try {
      await putJobs(store, id, blocks)
      await operations.put({ operation: { ...view, phase: 'ready', total }, going: 0, blocks: blocks.length })
      this.#operation.blocks = blocks.length
    } catch {
      this.#isShared = false
      await deleteJobs(store, id, blocks.length).catch(() => {})
    }
  }

  /** Writes how it ended, unless it is ready. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    this.#unwatch()
    if (this.#isShared && this.#operation.phase !== 'ready') await this.#discard().catch(() => {})
    await this.#locks.release().catch(() => {})
  }

  async #begin(): Promise<void> {
    await this.#locks.acquire()
    await this.#put()
  }

  async #write(): Promise<void> {
    await this.#locks.renew()
    await this.#put()
  }

  async #discard(): Promise<void> {
    const { id, blocks } = this.#operation
    await this.#put()
    await deleteJobs(this.#parts.store, id, blocks)
  }

  async #put(): Promise<void> {
    await this.#parts.operations.put({ operation: this.#operation.view, going: 0, blocks: 0 })
  }
}
