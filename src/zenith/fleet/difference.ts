import type { NodeView } from '../../api/nodes.js'
import type { Overview, PulseDifference } from '../../api/overview.js'
import type { ServiceView } from '../../api/services.js'
import type { FleetChange } from './known-node.js'

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
    store.error !== previous.store.error ||
    isOther(difference.totals, previous.totals) ||
    isOther(difference.leftOut, previous.leftOut)
  )
}

function isOther(one: object | null = null, other: object | null = null): boolean {
  return JSON.stringify(one) !== JSON.stringify(other)
}

/**
 * What changed of the nodes that are shown. One that was not shown before is told of with all its samples, and one that is shown no
 * more is gone.
 */
export function changesOfShown(
  { changed }: FleetChange,
  before: readonly NodeView[],
  now: readonly NodeView[],
): { readonly nodes: readonly NodeView[]; readonly goneNodes: readonly string[] } {
  const news = new Map(changed.map((node) => [node.key, node]))
  const [known, shown] = [new Set(before.map(({ key }) => key)), new Set(now.map(({ key }) => key))]
  return {
    nodes: now.flatMap((node) => (known.has(node.key) ? (news.get(node.key) ?? []) : node)),
    goneNodes: [...known].filter((key) => !shown.has(key)),
  }
}

/** What changed of the services that are shown. */
export function changedServices(
  changed: ReadonlySet<string>,
  before: readonly ServiceView[],
  now: readonly ServiceView[],
): Pick<PulseDifference, 'services' | 'goneServices'> {
  const [known, shown] = [before, now].map((list) => new Set(list.map(({ service }) => service)))
  return {
    services: now.filter(({ service }) => changed.has(service) || !known?.has(service)),
    goneServices: before.map(({ service }) => service).filter((service) => !shown?.has(service)),
  }
}
