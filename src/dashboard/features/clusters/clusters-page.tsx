import type { ClusterSummary } from '../../../api/clusters.js'
import { useSummaries } from '../../api/clusters.js'
import { textTest } from '../../api/filter.js'
import { changeScope, useRoute } from '../../routing/route.js'
import { ALL_CLUSTERS } from '../../routing/sections.js'
import { EmptyState } from '../../ui/empty-state.js'
import { plural } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { SearchField } from '../../ui/search-field.js'
import { Section } from '../../ui/section.js'
import { ClusterCard } from './cluster-card.js'
import { Totals } from './totals.js'
import { TroubleList } from './trouble-list.js'
import { STATE_WORDS, STATES_WORDS } from './words.js'

/** From so many clusters on one may search them. */
const SEARCHED_FROM = 5

/** All clusters in one look: their sums, what needs attention, and each of them. */
export function ClustersPage() {
  const clusters = useSummaries()
  return (
    <>
      <PageBar title={ALL_CLUSTERS} hasFilter={false} aside={clusters && <StateCounts clusters={clusters} />} />
      {clusters === null ? (
        <Loading what="all clusters" />
      ) : clusters.length === 0 ? (
        <div className="panel px-4 py-12">
          <EmptyState title="No cluster">There is none that you may see: ask an admin.</EmptyState>
        </div>
      ) : (
        <Board clusters={clusters} />
      )}
    </>
  )
}

function StateCounts({ clusters }: { clusters: readonly ClusterSummary[] }) {
  const states = ['away', 'attention', 'unread', 'ok'] as const
  const words = states.flatMap((state) => {
    const amount = clusters.filter((one) => one.state === state).length
    return amount === 0 ? [] : [`${amount} ${STATES_WORDS[state]}`]
  })
  return <span className="label">{words.join(' · ')}</span>
}

function Board({ clusters }: { clusters: readonly ClusterSummary[] }) {
  const { q } = useRoute()
  const matches = textTest(q)
  const shown = clusters.filter(({ id, name, environment, state }) =>
    matches([id, name, environment, STATE_WORDS[state]]),
  )
  const nameOf = (id: string | null) => (id === null ? undefined : (clusters.find((one) => one.id === id)?.name ?? id))
  return (
    <>
      {(clusters.length >= SEARCHED_FROM || q !== '') && (
        <SearchField
          label="Filter by name, environment or state"
          placeholder="Filter"
          value={q}
          isActive={q !== ''}
          hasKey
          className="flex-none sm:w-80"
          onChange={(text) => changeScope({ q: text })}
          onClear={() => changeScope({ q: '' })}
        />
      )}
      {shown.length === 0 ? (
        <NothingMatches />
      ) : (
        <>
          <Totals clusters={shown} />
          <TroubleList clusters={shown} />
          <Section title="Clusters" aside={plural(shown.length, 'cluster')}>
            <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,26rem),1fr))] items-start gap-4">
              {shown.map((cluster) => (
                <ClusterCard key={cluster.id} cluster={cluster} twin={nameOf(cluster.sameAs)} />
              ))}
            </div>
          </Section>
        </>
      )}
    </>
  )
}
