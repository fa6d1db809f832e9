import { randomUUID } from 'node:crypto'
import type { Leases } from '../../../ports/index.js'
import type { ConnectedQueue } from '../directory.js'

type Locked = Pick<ConnectedQueue, 'key' | 'name' | 'names'>

/** How long a Zenith that ended unexpectedly still locks its queues, ms. */
export const LOCK_MS = 15_000

export function leaseOf(operation: string): string {
  return `bulk operation ${operation}`
}

/**
 * Leases on an operation and on its queues, so that only one Zenith of a store changes a queue at a time. A queue is locked by its key
 * and by its place on its server: two Zeniths may connect to it by different addresses.
 */
export class Locks {
  readonly #leases: Leases
  readonly #operation: string
  readonly #queues: readonly Locked[]
  /** Identifies this run of the operation. */
  readonly #holder = randomUUID()

  constructor(leases: Leases, operation: string, queues: readonly Locked[]) {
    this.#leases = leases
    this.#operation = operation
    this.#queues = queues
  }

  /**
   * Acquires all or none.
   *
   * @returns what another Zenith has locked; null when all are acquired. Rejects when the store does not answer.
   */
  async acquire(): Promise<Locked | 'operation' | null> {
    const taken: string[] = []
    try {
      // In one order for all Zeniths: of two operations that share queues one gets all of them.
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

  /** @returns whether all are still held. Rejects when the store does not answer. */
  async renew(queues: readonly Locked[] = this.#queues): Promise<boolean> {
    const leases = [leaseOf(this.#operation), ...queues.flatMap(leasesOf)]
    const holders = await Promise.all(leases.map((lease) => this.#leases.acquireLease(lease, this.#holder, LOCK_MS)))
    return holders.every((holder) => holder === this.#holder)
  }

  /** Rejects when the store does not answer; the leases expire then. */
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

function leasesOf({ key, names = [key] }: Locked): string[] {
  return names.map((name) => `bulk queue ${name}`)
}
