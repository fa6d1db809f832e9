import type { FailureListing } from '../../protocol/index.js'
import { OnDemand } from '../monitor/on-demand.js'
import type { QueueDirectory } from '../queues/directory.js'
import { FailureIndex } from './failure-index.js'

/** However many ask, the queues are looked at once in so long, ms. */
const LOOK_EVERY_MS = 5_000

/** What failed and why, over all queues; read while somebody asks. */
export class Failures {
  readonly #index: OnDemand<FailureIndex>

  constructor(directory: QueueDirectory) {
    this.#index = new OnDemand(LOOK_EVERY_MS, () => new FailureIndex(directory))
  }

  /** Rejects when the store fails. */
  async list(): Promise<FailureListing> {
    const index = await this.#index.ask('all')
    return index.listing()
  }

  close(): void {
    this.#index.clear()
  }
}
