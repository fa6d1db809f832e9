import { useMemo } from 'react'
import { exceptionGroupIdentity } from '../../../api/identity.js'
import type { Overview } from '../../../api/overview.js'
import type { ExceptionGroup } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { filterOverview, isNarrow, ofTrace } from '../../api/filter.js'
import { useFreshWith } from '../../api/fresh.js'
import { useIsArchived } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { useExceptionGroups } from '../../api/monitoring-api.js'
import type { RouteOf } from '../../routing/pages.js'
import { usePage, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { plural } from '../../ui/format.js'
import { boundInWords, ListNote } from '../../ui/list-note.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { recordsIn, spanOf, theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { NothingYet } from '../start/get-started.js'
import { NoExceptions } from './exception-list.js'
import { ExceptionRow } from './exception-row.js'
import { groupsHere, narrowExceptions } from './exceptions.js'

/** What failed, by origin: how often, since when, where, and the newest of each whole. */
export function ExceptionsPage({ overview }: { overview: Overview }) {
  const route = usePage('exceptions')
  const range = useTimeRange()
  const now = useNow()
  const query = useExceptionGroups({ service: route.service, trace: route.trace, range })
  const isArchived = useIsArchived(range)
  useFreshWith(query, range.window || isArchived ? null : overview.exceptions)
  // The server's groups do not say on which nodes it was; then the newest that are known here are grouped.
  const isDerived = !isArchived && (query.data === undefined || route.env !== '' || route.version !== '')
  const groups = useMemo(() => {
    const all = isDerived
      ? groupsHere(
          recordsIn(ofTrace(filterOverview(overview, route).exceptions, route.trace), range, now),
          overview,
          spanOf(range, now),
        )
      : (query.data?.items ?? [])
    return narrowExceptions(all, route)
  }, [overview, route, range, now, query.data, isDerived])
  const isLoading = query.isPending && groups.length === 0
  return (
    <>
      <PageBar title="Exceptions" hasPeriod />
      <div className="flex flex-col gap-3">
        <QueryNote
          query={query}
          instead={
            isArchived
              ? 'There is no exception to show.'
              : `The page shows those among the newest ${overview.exceptions.length}.`
          }
        />
        <ArchiveNote />
        <ListNote listing={isDerived ? undefined : query.data} what="kinds" />
        {groups.length > 0 && (
          <p className="label">
            {plural(groups.length, 'kind')},{' '}
            {isDerived
              ? `among the newest ${overview.exceptions.length}`
              : `of ${theRange(range)}, ${boundInWords(query.data)}`}
          </p>
        )}
        {isLoading ? (
          <Loading what="the exceptions" />
        ) : (
          <Groups overview={overview} groups={groups} route={route} range={range} />
        )}
      </div>
    </>
  )
}

interface GroupsProps {
  overview: Overview
  groups: readonly ExceptionGroup[]
  route: RouteOf<'exceptions'>
  range: TimeRange
}

function Groups({ overview, groups, route, range }: GroupsProps) {
  if (groups.length > 0)
    return (
      <ul className="panel long overflow-hidden">
        {groups.map((group) => (
          <ExceptionRow
            key={exceptionGroupIdentity(group)}
            group={group}
            isOpen={group.fingerprint === route.fingerprint}
          />
        ))}
      </ul>
    )
  if (isNarrow(route) || route.series || route.fingerprint || route.trace) return <NothingMatches />
  return (
    <NothingYet overview={overview}>
      <NoExceptions when={theRange(range)} />
    </NothingYet>
  )
}
