import type { Connection } from '../../redis/connection.js'
import { inTime, TOO_LATE } from '../../redis/deadline.js'
import { describeError, RedisError } from '../../redis/errors.js'
import { lentClient } from './lent-client.js'
import type { BullPackage, BullQueue } from './package.js'

/** How long an action on a queue may take, in ms. */
const ACTION_TIMEOUT_MS = 10_000

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
    const { where } = this.#connection
    const Bull = await this.#load()
    const queue = this.#given.get(name) ?? (await this.#make(Bull, name))
    try {
      const result = await inTime(action(queue, Bull), ACTION_TIMEOUT_MS)
      if (result !== TOO_LATE) return result
    } catch (error) {
      throw isRedisFailure(error) ? describeError(error, where) : error
    }
    throw new RedisError('ETIMEDOUT', `Bull did not do it within ${ACTION_TIMEOUT_MS} ms (${where}, ETIMEDOUT)`)
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

function isRedisFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  return error.name === 'ReplyError' || /Connection is closed|isn't writeable|max retries/i.test(error.message)
}
