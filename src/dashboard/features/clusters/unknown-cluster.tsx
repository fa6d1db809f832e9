import { useClusterInfos } from '../../api/clusters.js'
import { EmptyState } from '../../ui/empty-state.js'
import { PageBar } from '../../ui/page-bar.js'
import { PageLink } from '../../ui/page-link.js'
import { ClusterDot } from './marks.js'
import { startOf } from './words.js'

/** The URL names a cluster that there is not, or that the reader may not see: those that they may. @param asked its id */
export function UnknownCluster({ asked }: { asked: string }) {
  const clusters = useClusterInfos()
  return (
    <>
      <PageBar title="Cluster not found" hasFilter={false} />
      <div className="panel px-4 py-12">
        <EmptyState title={`There is no cluster “${asked.slice(0, 50)}”, or you may not see it`}>
          {clusters.length === 0 ? (
            'There is none that you may see: ask an admin.'
          ) : (
            <ul aria-label="Clusters that you may see" className="flex flex-wrap justify-center gap-x-5 gap-y-2">
              {clusters.map(({ id, name, colour }) => (
                <li key={id}>
                  <PageLink
                    to={startOf(clusters.length > 1 ? id : '')}
                    className="inline-flex items-center gap-1.5 font-medium text-accent hover:underline"
                  >
                    <ClusterDot colour={colour} />
                    {name}
                  </PageLink>
                </li>
              ))}
            </ul>
          )}
        </EmptyState>
      </div>
    </>
  )
}
