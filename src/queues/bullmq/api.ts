import type { RedisClient } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { actInTime } from '../bull-common/app-package.js'
import { baseOf } from '../bull-common/keys.js'
import { foreignOwner, type Major, majorOf, type QueueOwner, readOwner } from './owner.js'
import type { QueuePackages } from './package/packages.js'
import type { BullQueue, BullQueueClass, QueueUser } from './package/queue-api.js'

/** A queue that was opened for an action is closed after being idle for this long, ms. */
const IDLE_MS = 30_000

/** How to act on a queue on Redis. */
export interface Hand {
  /** Null: the owner's layout is unknown, and only its own package may act on the queue. */
  readonly layout: Major | null
  /** A queue of the owner's release; null if none is available, or if it would lose jobs of this queue. */
  readonly queue: BullQueue | null
  /** The queue has no version, as before 5.20, and the app did not pass it in. */
  readonly isOlder: boolean
}

interface OpenQueue {
  readonly queue: BullQueue
  readonly client: RedisClient
  idle: NodeJS.Timeout | null
}

export interface QueueApiOptions {
  /** Queues that the app passed in, by name. */
  readonly given: ReadonlyMap<string, BullQueue>
  readonly connection: Connection
  readonly prefix: string
  readonly packages: QueuePackages
}

/**
 * Queues for actions: those that the app passed in, and others opened with the app's own version of BullMQ when needed. They share the
 * connection for reading and write no metadata, so that opening one leaves no key.
 */
export class QueueApi implements QueueUser {
  readonly #given: ReadonlyMap<string, BullQueue>
  readonly #connection: Connection
  readonly #prefix: string
  readonly #packages: QueuePackages
  readonly #open = new Map<string, OpenQueue>()

  constructor({ given, connection, prefix, packages }: QueueApiOptions) {
    this.#given = given
    this.#connection = connection
    this.#prefix = prefix
    this.#packages = packages
  }

  async use<T>(name: string, action: (queue: BullQueue) => Promise<T>): Promise<T> {
    return this.act(await this.queueFor(name), action)
  }

  /**
   * A queue of the owner's release if available, otherwise of the other one: for actions that both perform alike. @throws if there is none
   */
  async queueFor(name: string): Promise<BullQueue> {
    const owner = await this.#ownerOf(name)
    const queue = (await this.#queueOf(name, owner)) ?? (await this.#opened(name, (await this.#packages.all())[0]))
    if (!queue) throw await this.#packages.missing()
    return queue
  }

  /** The owner's layout, and a queue to act through. @throws if the queue is another product's */
  async hand(name: string): Promise<Hand> {
    const owner = await this.#ownerOf(name)
    const queue = owner.isTorn ? null : await this.#queueOf(name, owner)
    const isOlder = owner.version === null && !owner.isNew && !this.#given.has(name)
    return { layout: owner.layout, queue, isOlder }
  }

  /** Performs an action on a queue from {@link queueFor} or {@link hand}. */
  act<T>(queue: BullQueue, action: (queue: BullQueue) => Promise<T>): Promise<T> {
    return actInTime('BullMQ', this.#connection, () => action(queue))
  }

  /** The app's options for new jobs, for a queue that it passed in. */
  defaultsOf(name: string): object {
    return this.#given.get(name)?.defaultJobOptions ?? {}
  }

  async #ownerOf(name: string): Promise<QueueOwner> {
    const owner = await readOwner(this.#connection, baseOf(this.#prefix, name))
    const given = this.#given.get(name)
    // An app may not store its version; the queue that it passed in shows it.
    return given && owner.version === null ? { ...owner, layout: majorOf(given) } : owner
  }

  async #queueOf(name: string, owner: QueueOwner): Promise<BullQueue | null> {
    const given = this.#given.get(name)
    const { layout } = owner
    if (layout === null) {
      const own = given ?? (await this.#opened(name, (await this.#packages.passedIn())[0]))
      if (!own) throw foreignOwner(owner)
      return own
    }
    if (given && majorOf(given) === layout) return given
    const all = await this.#packages.all()
    const own = all.find((Queue) => majorOf(Queue.prototype) === layout)
    return this.#opened(name, own ?? (owner.isNew ? all[0] : undefined))
  }

  async #opened(name: string, Queue: BullQueueClass | undefined): Promise<BullQueue | null> {
    if (!Queue) return null
    const client = await this.#connection.open()
    // A queue may be opened with both releases, one after the other.
    const key = `${majorOf(Queue.prototype)} ${name}`
    const open = this.#open.get(key)
    // A lost connection is replaced by another client.
    if (open?.client === client) {
      this.#keep(key, open)
      return open.queue
    }
    if (open) this.#close(key, open)
    const queue = new Queue(name, {
      connection: client,
      prefix: this.#prefix,
      skipMetasUpdate: true,
      skipVersionCheck: true,
    })
    // Actions report errors; without a listener one would end the process.
    queue.on('error', () => {})
    const opened: OpenQueue = { queue, client, idle: null }
    this.#open.set(key, opened)
    this.#keep(key, opened)
    return queue
  }

  #keep(key: string, open: OpenQueue): void {
    if (open.idle) clearTimeout(open.idle)
    open.idle = setTimeout(() => this.#close(key, open), IDLE_MS)
    open.idle.unref()
  }

  #close(key: string, open: OpenQueue): void {
    if (open.idle) clearTimeout(open.idle)
    if (this.#open.get(key) === open) this.#open.delete(key)
    open.queue.close().catch(() => {})
  }

  /** Closes all queues opened here. Never rejects. */
  close(): void {
    for (const [key, open] of [...this.#open]) this.#close(key, open)
  }
}
