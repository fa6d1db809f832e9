import type { Alert } from '../../api/alerts.js'
import type { ClusterTrouble } from '../../api/clusters.js'
import type { Overview } from '../../api/overview.js'
import type { QueueView } from '../../api/queues.js'
import { type ServiceView, UNHEALTHY_BELOW } from '../../api/services.js'
import { BAD_QUEUE_TROUBLES, QUEUE_TROUBLES } from '../../api/words.js'
import { byText } from '../../lib/compare.js'

/** What needs attention, the worst first: the store, alerts that fire, services in the red, queues. */
export function troublesOf(overview: Overview, firing: readonly Alert[]): readonly ClusterTrouble[] {
  const { store, services, queues } = overview
  return [
    ...(store.error === null
      ? []
      : [{ kind: 'store', key: '', name: 'Redis', text: store.error, isBad: true } as const]),
    ...firing.map(ofAlert),
    ...services.filter(isUnhealthy).sort(worstFirst).map(ofService),
    ...queues
      .filter(({ attention }) => attention.length > 0)
      .sort(neediestFirst)
      .map(ofQueue),
  ]
}

function isUnhealthy({ health: { score } }: ServiceView): boolean {
  return score !== null && score < UNHEALTHY_BELOW
}

function ofAlert({ id, subject, text, severity }: Alert): ClusterTrouble {
  return { kind: 'alert', key: id, name: subject.name, text, isBad: severity === 'critical' }
}

function ofService({ service, nodes, health }: ServiceView): ClusterTrouble {
  const [dearest] = [...health.reasons].sort((a, b) => b.cost - a.cost)
  const text = nodes.live === 0 ? 'no live server' : (dearest?.text ?? 'unhealthy')
  return { kind: 'service', key: service, name: service, text, isBad: true }
}

function ofQueue({ key, name, attention }: QueueView): ClusterTrouble {
  const text = attention[0]?.text ?? ''
  return { kind: 'queue', key, name, text, isBad: attention.some(({ kind }) => BAD_QUEUE_TROUBLES.has(kind)) }
}

function worstFirst(a: ServiceView, b: ServiceView): number {
  const rank = ({ nodes, health }: ServiceView) => (nodes.live === 0 ? -1 : (health.score ?? 101))
  return rank(a) - rank(b) || byText(a.service, b.service)
}

function neediestFirst(a: QueueView, b: QueueView): number {
  const rank = ({ attention: [first] }: QueueView) => (first ? QUEUE_TROUBLES.indexOf(first.kind) : 0)
  return rank(a) - rank(b) || byText(a.name, b.name)
}
