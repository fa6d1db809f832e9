import { CircleAlert, TriangleAlert } from 'lucide-react'
import { useMemo } from 'react'
import type { ClusterSummary } from '../../../api/clusters.js'
import { exact, plural } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { Section } from '../../ui/section.js'
import { mergedTroubles, type PlacedTrouble } from './board.js'
import { ClusterChip } from './marks.js'
import { startOf, troubleTarget } from './words.js'

/** What needs attention in all clusters, the worst first. */
export function TroubleList({ clusters }: { clusters: readonly ClusterSummary[] }) {
  const { listed, more } = useMemo(() => mergedTroubles(clusters), [clusters])
  const all = listed.length + more.reduce((sum, { count }) => sum + count, 0)
  return (
    <Section title="Needs attention" aside={all > 0 && plural(all, 'thing')}>
      {listed.length === 0 ? (
        <p className="panel label px-4 py-6 text-center">{calmText(clusters)}</p>
      ) : (
        <ul className="panel overflow-hidden" aria-label="What needs attention">
          {listed.map((trouble) => (
            <TroubleRow key={`${trouble.cluster.id} ${trouble.kind} ${trouble.key}`} trouble={trouble} />
          ))}
          {more.map(({ cluster: { id, name }, count }) => (
            <li key={id} className="border-b border-line px-4 py-2.5 text-xs last:border-b-0">
              <PageLink to={startOf(id)} className="font-medium text-accent hover:underline">
                and {exact(count)} more in {name}
              </PageLink>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

const KIND_WORDS = { store: '', alert: '', service: 'service', queue: 'queue' } as const

function TroubleRow({ trouble }: { trouble: PlacedTrouble }) {
  const { cluster, kind, name, text, isBad } = trouble
  const Icon = isBad ? CircleAlert : TriangleAlert
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0">
      <Icon className={`size-4 shrink-0 ${isBad ? 'text-bad' : 'text-warn'}`} aria-hidden="true" />
      <span className="sr-only">{isBad ? 'critical' : 'warning'}</span>
      <span className="max-w-44 min-w-0 sm:w-40 sm:shrink-0">
        <ClusterChip {...cluster} />
      </span>
      <PageLink
        data-row=""
        to={troubleTarget(cluster.id, trouble)}
        className="min-w-0 basis-full rounded-sm break-words hover:underline sm:basis-0 sm:flex-1"
      >
        {KIND_WORDS[kind] && <span className="text-soft">{KIND_WORDS[kind]} </span>}
        <b className="font-semibold">{name}</b>: {text}
      </PageLink>
    </li>
  )
}

/** A cluster that was never read is not known to be well. */
function calmText(clusters: readonly ClusterSummary[]): string {
  const unread = clusters.filter(({ figures }) => figures === null).length
  if (unread === 0) return 'Nothing needs attention.'
  return `Nothing is known to need attention. ${plural(unread, 'cluster')} not read yet.`
}
