import type { Overview, PulseDifference } from '../../protocol/index.js'

/** Whether a look brought anything new but of queues: the time and the store's latency alone are no news. */
export function isChange(difference: PulseDifference, previous: Overview | null): boolean {
  const { nodes, goneNodes, services, goneServices, unreadable, untrusted, store } = difference
  const lists = [nodes, goneNodes, services, goneServices]
  return (
    lists.some((list) => list.length > 0) ||
    unreadable !== previous?.unreadable ||
    untrusted?.unsigned !== previous.untrusted?.unsigned ||
    untrusted?.forged !== previous.untrusted?.forged ||
    store.ok !== previous.store.ok ||
    store.error !== previous.store.error
  )
}
