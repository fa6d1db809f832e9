import type { ClusterSummary } from '../../../api/clusters.js'
import { count, plural, rate } from '../../ui/format.js'
import { distinct, totalOf } from './board.js'
import { Figure } from './cluster-card.js'

type Pick = (cluster: ClusterSummary) => number | null

const FIGURES: readonly (readonly [name: string, pick: Pick, write: (sum: number | null) => string])[] = [
  ['Live servers', ({ figures }) => figures?.nodes.live ?? null, count],
  ['Lost servers', ({ figures }) => figures?.nodes.lost ?? null, count],
  ['Services', ({ figures }) => figures?.services ?? null, count],
  ['Requests', ({ figures }) => figures?.requestRate ?? null, rate],
  ['Jobs', ({ figures }) => figures?.jobRate ?? null, rate],
  ['Queues', ({ figures }) => figures?.queues ?? null, count],
  ['Waiting jobs', ({ figures }) => figures?.backlog ?? null, count],
  ['Firing alerts', ({ alerts }) => alerts && alerts.critical + alerts.warning + alerts.info, count],
]

/** All clusters together, as far as each figure is known. */
export function Totals({ clusters }: { clusters: readonly ClusterSummary[] }) {
  const all = distinct(clusters).length
  const totals = FIGURES.map(([name, pick, write]) => ({ name, write, ...totalOf(clusters, pick) }))
  const most = Math.max(...totals.map(({ known }) => known))
  return (
    <section aria-label="All clusters together" className="panel flex flex-col gap-3 px-4 py-4">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-4 xl:grid-cols-8">
        {totals.map(({ name, write, sum, known }) => (
          <Figure key={name} name={name}>
            {write(sum)}
            {known < most && <span className="block text-xs font-normal text-soft">of {plural(known, 'cluster')}</span>}
          </Figure>
        ))}
      </dl>
      {most < all && (
        <p className="label">
          {most} of {plural(all, 'cluster')} known: the figures leave out those that do not answer or were not read yet.
        </p>
      )}
    </section>
  )
}
