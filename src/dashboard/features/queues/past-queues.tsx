import { useDeferredValue, useMemo } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import { usePastQueues } from '../../api/queues-api.js'
import { usePage, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { EmptyState } from '../../ui/empty-state.js'
import { exact, plural } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { QueueTable } from './queue-table.js'
import { filterQueues } from './queues.js'

/** The queues over a time that the archive has, also those that are not known any more. */
export function PastQueues({ overview }: { overview: Overview }) {
  const { q: typed, service, env, version, group } = usePage('queues')
  const q = useDeferredValue(typed)
  const range = useTimeRange()
  const query = usePastQueues(service, range)
  const { data } = query
  const queues = useMemo(
    () => filterQueues({ ...overview, queues: data?.items ?? [] }, { q, service, env, version }),
    [overview, data, q, service, env, version],
  )
  return (
    <>
      <QueryNote query={query} instead="There is no figure to show." />
      <ArchiveNote isArchived at={endOf(data?.items)}>
        Counts are those at the end; oldest is the longest wait, in and out are means.
      </ArchiveNote>
      {query.isPending ? (
        <Loading what="the archive" />
      ) : queues.length > 0 ? (
        <Section title="All queues" aside={`${plural(queues.length, 'queue')} · ${theRange(range)}`}>
          <div className="flex flex-col gap-2">
            {data?.partial && (
              <p role="status" className="label">
                The archive has more queues of that time: those {exact(data.total)} were read last.
              </p>
            )}
            <QueueTable label="All queues" queues={queues} hasReasons={false} group={group} isPast />
          </div>
        </Section>
      ) : q || service || env || version ? (
        <NothingMatches />
      ) : (
        data && (
          <div className="panel px-4 py-10">
            <EmptyState title={`No queues in ${theRange(range)}`}>
              The archive has none: neither an app nor Zenith read a queue then.
            </EmptyState>
          </div>
        )
      )}
    </>
  )
}

/** Where the figures end, Unix ms; undefined without any. */
function endOf(queues: readonly QueueView[] = []): number | undefined {
  return queues.length > 0 ? queues.reduce((last, { at }) => Math.max(last, at), 0) : undefined
}
