import type { RedisClient } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { classesOf } from '../bull-layout/classes.js'
import { actInTime } from '../bull-layout/in-time.js'
import { missingPackage } from '../shared/options.js'
import type { BullModule, BullQueue, BullQueueClass } from './queue-api.js'

/** After so long without use a queue that was opened for an action is closed. In ms. */
const IDLE_MS = 30_000

/** Queues to act through. */
export interface QueueUser {
  /** Does something with a queue. Rejects with words when it fails, or when it takes too long. */
  use<T>(name: string, action: (queue: BullQueue) => Promise<T>): Promise<T>
}

interface OpenQueue {
  readonly queue: BullQueue
  readonly client: RedisClient
  idle: NodeJS.Timeout | null
}

/**
 * Queues to act through: those that the app passed in, and others opened by the app's own version of BullMQ when somebody
 * acts. They share the connection that is read by, and write no metadata, so that opening one leaves no key.
 */
export class QueueApi implements QueueUser {
  readonly #given: ReadonlyMap<string, BullQueue>
  readonly #connection: Connection
  readonly #prefix: string
  readonly #load: () => Promise<BullQueueClass>
  readonly #open = new Map<string, OpenQueue>()

  constructor(
    given: ReadonlyMap<string, BullQueue>,
    connection: Connection,
    prefix: string,
    load: () => Promise<BullQueueClass>,
  ) {
    this.#given = given
    this.#connection = connection
    this.#prefix = prefix
    this.#load = load
  }

  async use<T>(name: string, action: (queue: BullQueue) => Promise<T>): Promise<T> {
    const queue = this.#given.get(name) ?? (await this.#opened(name))
    return actInTime('BullMQ', this.#connection, () => action(queue))
  }

  async #opened(name: string): Promise<BullQueue> {
    const [client, Queue] = await Promise.all([this.#connection.open(), this.#load()])
    const open = this.#open.get(name)
    // A connection that was lost is another client after it.
    if (open?.client === client) {
      this.#keep(name, open)
      return open.queue
    }
    if (open) this.#close(name, open)
    const queue = new Queue(name, {
      connection: client,
      prefix: this.#prefix,
      skipMetasUpdate: true,
      skipVersionCheck: true,
    })
    // What goes wrong is an action's to say; without a listener it would end the process.
    queue.on('error', () => {})
    const opened: OpenQueue = { queue, client, idle: null }
    this.#open.set(name, opened)
    this.#keep(name, opened)
    return queue
  }

  #keep(name: string, open: OpenQueue): void {
    if (open.idle) clearTimeout(open.idle)
    open.idle = setTimeout(() => this.#close(name, open), IDLE_MS)
    open.idle.unref()
  }

  #close(name: string, open: OpenQueue): void {
    if (open.idle) clearTimeout(open.idle)
    if (this.#open.get(name) === open) this.#open.delete(name)
    open.queue.close().catch(() => {})
  }

  /** Closes what was opened here; never rejects. */
  close(): void {
    for (const [name, open] of [...this.#open]) this.#close(name, open)
  }
}

/** The class by which queues are opened: of the option, of a queue that was passed in, or of the package that is installed. */
export function queueClassOf(
  option: BullModule | undefined,
  given: Iterable<BullQueue>,
): () => Promise<BullQueueClass> {
  return async () => {
    if (option) return option.Queue
    for (const queue of given) {
      const made = rootClassOf(queue)
      if (made) return made
    }
    return installedClass()
  }
}

/** Without it queues can be looked at all the same. */
async function installedClass(): Promise<BullQueueClass> {
  let cause: unknown
  try {
    const { Queue }: { Queue: unknown } = await import('bullmq')
    if (isQueueClass(Queue)) return Queue
  } catch (error) {
    cause = error
  }
  throw missingPackage('bullmqQueues', 'bullmq', cause)
}

/** BullMQ's own class. */
function rootClassOf(queue: BullQueue): BullQueueClass | null {
  for (const made of classesOf(queue))
    if (typeof made === 'function' && Object.hasOwn(made.prototype, 'addBulk') && isQueueClass(made)) return made
  return null
}

function isQueueClass(value: unknown): value is BullQueueClass {
  return typeof value === 'function'
}
