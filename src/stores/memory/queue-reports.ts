import type { Reader, Writer } from '../../ports/index.js'
import { type QueueSnapshot, queuesMember, snapshotLife } from '../../protocol/index.js'

type QueueReports = Pick<Writer, 'acquireQueueSlot' | 'releaseQueueSlot' | 'writeQueues' | 'readQueues'> &
  Pick<Reader, 'queues'>

/** Most leases, and most snapshots; the oldest go first. */
const MAX_ENTRIES = 1_000

/** Slots of queue reporters, and their snapshots. */
export function memoryQueueReports(): QueueReports {
  const leases = new Expiring<string>()
  const snapshots = new Expiring<QueueSnapshot>()

  return {
    async acquireQueueSlot(service, slot, holder, ttlMs) {
      const member = queuesMember(service, slot)
      const current = leases.get(member)
      if (current !== null && current !== holder) return current
      leases.set(member, holder, ttlMs)
      return holder
    },
    async releaseQueueSlot(service, slot, holder) {
      const member = queuesMember(service, slot)
      if (leases.get(member) === holder) leases.delete(member)
    },
    async writeQueues(snapshot, slot) {
      snapshots.set(queuesMember(snapshot.service, slot), snapshot, snapshotLife(snapshot.interval ?? 0))
      return null
    },
    async readQueues(service, slot) {
      return snapshots.get(queuesMember(service, slot))
    },
    async queues() {
      return { snapshots: snapshots.values(), unreadable: 0 }
    },
  }
}

/** A map whose values expire. */
class Expiring<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>()

  get(key: string): T | null {
    const entry = this.#entries.get(key)
    if (entry && entry.until > Date.now()) return entry.value
    this.#entries.delete(key)
    return null
  }

  set(key: string, value: T, ttlMs: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: Date.now() + ttlMs })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  values(): T[] {
    return [...this.#entries.keys()].map((key) => this.get(key)).filter((value) => value !== null)
  }
}
