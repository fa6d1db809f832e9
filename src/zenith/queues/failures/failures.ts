import type { FailureListing } from '../../../api/failures.js'
import type { QueueName } from '../../../api/permissions.js'
import { OnDemand } from '../../store/on-demand.js'
import type { Queues } from '../queues.js'
import { FailureIndex } from './failure-index.js'
import { MAX_JOBS } from './known-failures.js'

/** Shortest time between two refreshes, however many clients poll, ms. */
const LOOK_EVERY_MS = 5_000

/** Failed jobs by error, across all queues; read while clients poll. */
export class Failures {
  readonly #index: OnDemand<FailureIndex>

  constructor({ directory, now }: Pick<Queues, 'directory' | 'now'>) {
    this.#index = new OnDemand(LOOK_EVERY_MS, now, () => new FailureIndex(directory, now))
  }

  /**
   * Rejects if the store fails.
   *
   * @param depth jobs to read of each queue, the newest
   * @param isShown which queues are listed; null: all
   */
  async list(depth = MAX_JOBS, isShown: ((queue: QueueName) => boolean) | null = null): Promise<FailureListing> {
    const index = await this.#index.ask('all')
    const isDeeper = index.deepenTo(depth)
    return (isDeeper ? await this.#index.ask('all', true) : index).listing(isShown)
  }

  close(): void {
    this.#index.clear()
  }
}
