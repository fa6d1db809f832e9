import type { Connection } from '../../redis/connection.js'
import type { LayoutPlace } from '../bull-common/acting.js'
import { actInTime } from '../bull-common/app-package.js'
import { lentClient } from './lent-client.js'
import type { BullPackage, BullQueue } from './package.js'

/**
 * Queues for actions: those that the app passed in, and others made with the app's own version of Bull for one action. Bull opens up to
 * three connections per queue; these use the connection for reading and need no other, so that there is no queue to store or close.
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

  /** Runs an action on a queue. Rejects with a readable error if it fails or takes too long. */
  async use<T>(name: string, action: (queue: BullQueue, Bull: BullPackage) => Promise<T>): Promise<T> {
    const Bull = await this.#load()
    const queue = this.#given.get(name) ?? (await this.#make(Bull, name))
    return actInTime('Bull', this.#connection, () => action(queue, Bull))
  }

  async #make(Bull: BullPackage, name: string): Promise<BullQueue> {
    const client = lentClient(await this.#connection.open())
    return new Bull(name, {
      prefix: this.#prefix,
      // Otherwise it would request the server's version each time.
      skipVersionCheck: true,
      createClient(type) {
        if (type === 'client') return client
        throw new Error('Nothing here waits for jobs or listens to events')
      },
    })
  }
}

/** The location of queues and the API to change them. */
export interface ActionPlace extends LayoutPlace {
  readonly api: QueueApi
}
