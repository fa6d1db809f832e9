import type { Connection } from '../../redis/connection.js'
import { ENDED_LISTS, type EndedState } from './ended-jobs.js'
import { JobIndex } from './job-index.js'

/** The index of each list of each Horizon, created when first used. */
export class Indexes {
  readonly #connection: Connection
  readonly #indexes = new Map<string, JobIndex>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  of(horizon: string, state: EndedState): JobIndex {
    const list = ENDED_LISTS[state]
    const index = this.#indexes.get(horizon + list) ?? new JobIndex(this.#connection, horizon, list)
    this.#indexes.set(horizon + list, index)
    return index
  }
}
