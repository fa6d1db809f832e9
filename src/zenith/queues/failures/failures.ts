import type { FailureListing } from '../../../api/failures.js'
import { OnDemand } from '../../store/on-demand.js'
import type { Queues } from '../queues.js'
import { FailureIndex } from './failure-index.js'
import { MAX_JOBS } from './known-failures.js'

/** However many ask, the queues are looked at once in so long, ms. */
const LOOK_EVERY_MS = 5_000

/** What failed and why, over all queues; read while somebody asks. */
export class Failures {
  readonly #index: OnDemand<FailureIndex>

  constructor({ directory, now }: Pick<Queues, 'directory' | 'now'>) {
    this.#index = new OnDemand(LOOK_EVERY_MS, now, () => new FailureIndex(directory, now))
  }

  /** Rejects when the store fails. @param depth how many of each queue are looked at, the newest */
  async list(depth = MAX_JOBS): Promise<FailureListing> {
    const index = await this.#index.ask('all')
    const isDeeper = index.deepenTo(depth)
    return (isDeeper ? await this.#index.ask('all', true) : index).listing()
  }

  close(): void {
    this.#index.clear()
  }
}
