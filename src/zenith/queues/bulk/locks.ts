import { randomUUID } from 'node:crypto'
import type { Leases } from '../../../ports/index.js'
import type { ConnectedQueue } from '../directory.js'

type Locked = Pick<ConnectedQueue, 'key' | 'name' | 'names'>

/** A Zenith that ended without a word keeps others from its queues for so long, ms. */
export const LOCK_MS = 15_000

/** Held by the Zenith that works on an operation, as long as it does. */
export function leaseOf(operation: string): string {
  return `bulk operation ${operation}`
}

/**
 * Leases on an operation and on its queues: of all Zeniths of a store one works in a queue at a time. What tells a queue is its key and
 * its place on its server, so that two Zeniths that reach it by different addresses know of each other.
 */
export class Locks {
  readonly #leases: Leases
  readonly #operation: string
  readonly #queues: readonly Locked[]
  /** What stands for this attempt at the operation. */
  readonly #holder = randomUUID()

  constructor(leases: Leases, operation: string, queues: readonly Locked[]) {
    this.#leases = leases
    this.#operation = operation
    this.#queues = queues
  }

  /**
   * Takes all or none.
   *
   * @returns what another works on; null when all are taken. Rejects when the store does not answer.
   */
  async acquire(): Promise<Locked | 'operation' | null> {
    const taken: string[] = []
    try {
      // One after the other, in one order for all: of two operations that share queues one gets all of them.
      for (const { lease, of } of this.#all) {
        const holder = await this.#leases.acquireLease(lease, this.#holder, LOCK_MS)
        if (holder !== this.#holder) {
          await this.#takeBack(taken)
          return of
        }
        taken.push(lease)
      }
      return null
    } catch (error) {
      await this.#takeBack(taken)
      throw error
    }
  }

  /** Goes on holding them. @returns whether all are held still. Rejects when the store does not answer. */
  async renew(queues: readonly Locked[] = this.#queues): Promise<boolean> {
    const leases = [leaseOf(this.#operation), ...queues.flatMap(leasesOf)]
    const holders = await Promise.all(leases.map((lease) => this.#leases.acquireLease(lease, this.#holder, LOCK_MS)))
    return holders.every((holder) => holder === this.#holder)
  }

  /** Rejects when the store does not answer: then it may be tried again, or they run out. */
  async release(): Promise<void> {
    await Promise.all(this.#all.map(({ lease }) => this.#leases.releaseLease(lease, this.#holder)))
  }

  get #all(): { lease: string; of: Locked | 'operation' }[] {
    const queues = this.#queues.flatMap((queue) => leasesOf(queue).map((lease) => ({ lease, of: queue })))
    return [
      { lease: leaseOf(this.#operation), of: 'operation' },
      ...queues.sort((a, b) => (a.lease < b.lease ? -1 : 1)),
    ]
  }

  async #takeBack(leases: readonly string[]): Promise<void> {
    await Promise.all(leases.map((lease) => this.#leases.releaseLease(lease, this.#holder).catch(() => {})))
  }
}

/** Of a queue, by each of its names. */
function leasesOf({ key, names = [key] }: Locked): string[] {
  return names.map((name) => `bulk queue ${name}`)
}
