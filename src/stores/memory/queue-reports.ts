import type { Reader, Writer } from '../../ports.js'
import { type QueueSnapshot, queuesMember, snapshotLife } from '../../protocol/index.js'

type QueueReports = Pick<Writer, 'holdQueues' | 'releaseQueues' | 'writeQueues' | 'writtenQueues'> &
  Pick<Reader, 'queues'>

/** Who reports the queues of a service, and what was reported. */
export function memoryQueueReports(): QueueReports {
  const leases = new Map<string, { readonly holder: string; readonly until: number }>()
  const snapshots = new Map<string, { readonly snapshot: QueueSnapshot; readonly until: number }>()

  function live(member: string): QueueSnapshot | null {
    const known = snapshots.get(member)
    if (known && known.until > Date.now()) return known.snapshot
    snapshots.delete(member)
    return null
  }

  return {
    async holdQueues(service, rank, holder, life) {
      const member = queuesMember(service, rank)
      const lease = leases.get(member)
      if (lease && lease.holder !== holder && lease.until > Date.now()) return lease.holder
      leases.set(member, { holder, until: Date.now() + life })
      return holder
    },
    async releaseQueues(service, rank, holder) {
      const member = queuesMember(service, rank)
      if (leases.get(member)?.holder === holder) leases.delete(member)
    },
    async writeQueues(snapshot, rank) {
      const until = Date.now() + snapshotLife(snapshot.interval ?? 0)
      snapshots.set(queuesMember(snapshot.service, rank), { snapshot, until })
      return null
    },
    async writtenQueues(service, rank) {
      return live(queuesMember(service, rank))
    },
    async queues() {
      return { snapshots: [...snapshots.keys()].map(live).filter((snapshot) => snapshot !== null), unreadable: 0 }
    },
  }
}
