import type { Connection } from '../../redis/connection.js'
import type { LayoutPlace } from '../bull-common/acting.js'
import { actInTime } from '../bull-common/app-package.js'
import { lentClient } from './lent-client.js'
import type { BullPackage, BullQueue } from './package.js'

/**
 * Queues to act through: those that the app passed in, and others made by the app's own version of Bull when somebody
 * acts. Bull opens up to three connections for a queue; these lend it the one that is read by and need no other, so that
 * a queue is nothing that has to be kept or closed.
 */
export class QueueApi {
  readonly #given: ReadonlyMap<string, BullQueue>
  readonly #connection: Connection
  readonly #prefix: string
  readonly #load: () => Promise<BullPackage>

  constructor(
    given: ReadonlyMap<string, BullQueue>,
    connection: Connection,
    prefix: string,
    load: () => Promise<BullPackage>,
  ) {
    this.#given = given
    this.#connection = connection
    this.#prefix = prefix
    this.#load = load
  }

  /** Does something with a queue. Rejects with words when it fails, or when it takes too long. */
  async use<T>(name: string, action: (queue: BullQueue, Bull: BullPackage) => Promise<T>): Promise<T> {
    const Bull = await this.#load()
    const queue = this.#given.get(name) ?? (await this.#make(Bull, name))
    return actInTime('Bull', this.#connection, () => action(queue, Bull))
  }

  async #make(Bull: BullPackage, name: string): Promise<BullQueue> {
    const client = lentClient(await this.#connection.open())
    return new Bull(name, {
      prefix: this.#prefix,
      // It would ask the server for its version each time.
      skipVersionCheck: true,
      createClient(type) {
        if (type === 'client') return client
        throw new Error('Nothing here waits for jobs or listens to events')
      },
    })
  }
}

/** Where queues are changed. */
export interface ActionPlace extends LayoutPlace {
  readonly api: QueueApi
}
