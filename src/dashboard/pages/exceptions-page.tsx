import { useMemo } from 'react'
import type { ExceptionGroup, Overview } from '../../protocol/overview.js'
import { ExceptionRow } from '../components/exception-row.js'
import { ListNote } from '../components/list-note.js'
import { Loading } from '../components/loading.js'
import { NoExceptions } from '../components/no-records.js'
import { NothingMatches } from '../components/nothing-matches.js'
import { PageBar } from '../components/page-bar.js'
import { QueryNote } from '../components/query-note.js'
import { RouteChip } from '../components/route-chip.js'
import { count, plural } from '../format.js'
import { useExceptionGroups } from '../live/api.js'
import { useFreshWith } from '../live/fresh.js'
import { filterOverview, isNarrow } from '../view/filter.js'
import { exceptionGroupKey, groupExceptions } from '../view/groups.js'
import { narrowExceptions } from '../view/records.js'
import { type Choice, useChoice } from '../view/url-state.js'

/** What failed, by origin: how often, since when, where, and the newest of each whole. */
export function ExceptionsPage({ overview }: { overview: Overview }) {
  const choice = useChoice()
  const query = useExceptionGroups({ service: choice.service })
  useFreshWith(query, overview.exceptions)
  // The server's groups do not say on which nodes it was; then the newest that are known here are grouped.
  const isDerived = query.data === undefined || choice.env !== '' || choice.version !== ''
  const groups = useMemo(() => {
    const all = isDerived ? groupExceptions(filterOverview(overview, choice).exceptions) : (query.data?.items ?? [])
    return narrowExceptions(all, choice)
  }, [overview, choice, query.data, isDerived])
  const isLoading = query.isPending && groups.length === 0
  return (
    <>
      <PageBar title="Exceptions" />
      <div className="flex flex-col gap-3">
        <RouteChip />
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
        {isLoading ? <Loading what="the exceptions" /> : <Groups groups={groups} choice={choice} />}
      </div>
    </>
  )
}

function Groups({ groups, choice }: { groups: readonly ExceptionGroup[]; choice: Choice }) {
  if (groups.length > 0)
    return (
      <ul className="panel long overflow-hidden">
        {groups.map((group) => (
          <ExceptionRow key={exceptionGroupKey(group)} group={group} />
        ))}
      </ul>
    )
  if (isNarrow(choice) || choice.route) return <NothingMatches />
  return (
    <div className="panel px-4 py-12">
      <NoExceptions />
    </div>
  )
}
