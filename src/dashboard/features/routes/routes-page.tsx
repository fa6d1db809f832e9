import { useDeferredValue, useMemo } from 'react'
import type { Overview } from '../../../api/overview.js'
import { textTest } from '../../api/filter.js'
import { useIsArchived } from '../../api/history-api.js'
import { useRoutes } from '../../api/routes-api.js'
import { usePage, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { EmptyState } from '../../ui/empty-state.js'
import { count, exact } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { NothingYet } from '../start/get-started.js'
import { RouteTable } from './route-table.js'

/** The routes of all services: which are busy, slow, failing, or take the most time. */
export function RoutesPage({ overview }: { overview: Overview }) {
  const route = usePage('routes')
  const range = useTimeRange()
  const q = useDeferredValue(route.q.trim())
  const query = useRoutes({ service: route.service, text: q, range })
  const isArchived = useIsArchived(range)
  const { env } = route
  const shown = useMemo(() => {
    const services = new Set(
      overview.services.filter((view) => !env || view.environments.includes(env)).map(({ service }) => service),
    )
    const matches = textTest(q)
    // The archive has routes of services that do not run any more, too.
    const isIn = (service: string) => (isArchived && !env) || services.has(service)
    return (query.data?.items ?? []).filter(({ service, key }) => isIn(service) && matches([service, key]))
  }, [overview.services, env, q, query.data, isArchived])
  const { items = [], total = 0, unread = [] } = query.data ?? {}
  return (
    <>
      <PageBar title="Routes" hasPeriod />
      <QueryNote query={query} instead="There is no figure to show." />
      <ArchiveNote />
      {query.isPending ? (
        <Loading what="the routes" />
      ) : (
        <Section title="All services" aside={`${count(shown.length)} · ${theRange(range)}`}>
          <div className="flex flex-col gap-2">
            {(items.length < total || unread.length > 0) && (
              <p role="status" className="label min-w-0 break-words">
                {items.length < total &&
                  `${exact(items.length)} of ${exact(total)} routes are shown, those with the most total time: narrow them by service or text. `}
                {unread.length > 0 && `Not read in time: ${unread.join(', ')}.`}
              </p>
            )}
            {shown.length > 0 ? (
              <RouteTable routes={shown} />
            ) : route.q || route.service || env ? (
              <NothingMatches />
            ) : (
              <NothingYet overview={overview}>
                <EmptyState title={`No requests in ${theRange(range)}`}>
                  {isArchived && 'The archive has none. '}Routes appear here as soon as a service serves requests. A
                  service that reports heartbeats only needs the line for its framework, such as{' '}
                  <code>app.use(quasar())</code> for Express.
                </EmptyState>
              </NothingYet>
            )}
          </div>
        </Section>
      )}
    </>
  )
}
