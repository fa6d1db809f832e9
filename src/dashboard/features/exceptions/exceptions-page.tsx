import { useMemo } from 'react'
import { groupExceptions } from '../../../api/groups.js'
import { exceptionGroupIdentity } from '../../../api/identity.js'
import type { Overview } from '../../../api/overview.js'
import type { ExceptionGroup } from '../../../api/services.js'
import { filterOverview, isNarrow } from '../../api/filter.js'
import { useFreshWith } from '../../api/fresh.js'
import { useExceptionGroups } from '../../api/monitoring-api.js'
import type { RouteOf } from '../../routing/pages.js'
import { usePage } from '../../routing/route.js'
import { count, plural } from '../../ui/format.js'
import { ListNote } from '../../ui/list-note.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { QueryNote } from '../../ui/query-note.js'
import { NoExceptions } from './exception-list.js'
import { ExceptionRow } from './exception-row.js'
import { narrowExceptions } from './exceptions.js'

/** What failed, by origin: how often, since when, where, and the newest of each whole. */
export function ExceptionsPage({ overview }: { overview: Overview }) {
  const route = usePage('exceptions')
  const query = useExceptionGroups({ service: route.service })
  useFreshWith(query, overview.exceptions)
  // The server's groups do not say on which nodes it was; then the newest that are known here are grouped.
  const isDerived = query.data === undefined || route.env !== '' || route.version !== ''
  const groups = useMemo(() => {
    const all = isDerived ? groupExceptions(filterOverview(overview, route).exceptions) : (query.data?.items ?? [])
    return narrowExceptions(all, route)
  }, [overview, route, query.data, isDerived])
  const isLoading = query.isPending && groups.length === 0
  return (
    <>
      <PageBar title="Exceptions" />
      <div className="flex flex-col gap-3">
        <QueryNote query={query} instead={`The page shows those among the newest ${overview.exceptions.length}.`} />
        <ListNote listing={isDerived ? undefined : query.data} what="kinds" />
        {groups.length > 0 && (
          <p className="label">
            {plural(groups.length, 'kind')},{' '}
            {isDerived
              ? `among the newest ${overview.exceptions.length}`
              : `of the last hour, at most ${count(query.data?.perService)} per service`}
          </p>
        )}
        {isLoading ? <Loading what="the exceptions" /> : <Groups groups={groups} route={route} />}
      </div>
    </>
  )
}

function Groups({ groups, route }: { groups: readonly ExceptionGroup[]; route: RouteOf<'exceptions'> }) {
  if (groups.length > 0)
    return (
      <ul className="panel long overflow-hidden">
        {groups.map((group) => (
          <ExceptionRow key={exceptionGroupIdentity(group)} group={group} />
        ))}
      </ul>
    )
  if (isNarrow(route) || route.series) return <NothingMatches />
  return (
    <div className="panel px-4 py-12">
      <NoExceptions />
    </div>
  )
}
