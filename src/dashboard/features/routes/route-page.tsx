import { useMemo } from 'react'
import { groupExceptions } from '../../../api/groups.js'
import type { Overview } from '../../../api/overview.js'
import type { RouteDetail } from '../../../api/routes.js'
import type { ExceptionGroup } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { useIsArchived } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { useExceptionGroups, useSlowEntries } from '../../api/monitoring-api.js'
import { useRouteDetail } from '../../api/routes-api.js'
import type { RouteOf } from '../../routing/pages.js'
import { usePage, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import type { GhostTraffic } from '../../ui/charts/ghost.js'
import { EmptyState } from '../../ui/empty-state.js'
import { count, duration, percent, rate } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { PageBar } from '../../ui/page-bar.js'
import { PageLink } from '../../ui/page-link.js'
import { recordsIn, theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { ExceptionList } from '../exceptions/exception-list.js'
import { narrowExceptions } from '../exceptions/exceptions.js'
import { PastNotes } from '../history/past-notes.js'
import { useChartMarks, useGhostRange } from '../history/use-history.js'
import { narrowSlow, withNews } from '../slow/records.js'
import { SlowRequestWidget } from '../slow/slow-request-widget.js'
import { RouteCharts } from './route-charts.js'

const MOST_SLOW = 100

/** One route: its figures and charts, what was slow in it and what failed. */
export function RoutePage({ overview }: { overview: Overview }) {
  const { service, series } = usePage('route')
  const range = useTimeRange()
  const query = useRouteDetail(service, series, range)
  const isArchived = useIsArchived(range)
  const records = useRecords(overview, isArchived)
  const marks = useChartMarks(service, range)
  const ghost = useRouteGhost(service, series, range)
  const isNone = query.error !== null && 'status' in query.error && query.error.status === 404
  return (
    <>
      <PageBar
        title={<span className="font-mono">{series}</span>}
        aside={
          <span className="label">
            of{' '}
            <PageLink to={{ page: 'service', service }} className="font-medium text-accent hover:underline">
              {service}
            </PageLink>{' '}
            <AlertMark of={{ service, route: series }} />
          </span>
        }
        hasPeriod
      />
      {isNone ? (
        <div className="panel px-4 py-8">
          <EmptyState title={`No requests in ${theRange(range)}`}>Choose a longer period, or wait for some.</EmptyState>
        </div>
      ) : (
        <QueryNote query={query} instead="There is no figure to show." />
      )}
      {query.isPending && <Loading what="the route" />}
      {query.data && !isNone && (
        <>
          <Figures detail={query.data} />
          <ArchiveNote at={query.data.traffic.at(-1)?.at} />
          <RouteCharts detail={query.data} isArchived={isArchived} marks={marks} ghost={ghost}>
            <PastNotes marks={marks} />
          </RouteCharts>
        </>
      )}
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 lg:grid-cols-2">
        <SlowRequestWidget slow={records.slow} />
        <ExceptionList groups={records.exceptions} among={`those of ${theRange(range)}`} />
      </div>
    </>
  )
}

/** The traffic of a route a week before; undefined as long as it is not asked for or known. */
function useRouteGhost(service: string, series: string, range: TimeRange): GhostTraffic | undefined {
  const earlier = useGhostRange(range)
  const { data } = useRouteDetail(service, series, earlier ?? range)
  return useMemo(() => (earlier && data ? { points: data.traffic, step: data.step } : undefined), [earlier, data])
}

function useRecords(overview: Overview, isArchived: boolean) {
  const route = usePage('route')
  const { service, series } = route
  const range = useTimeRange()
  const now = useNow()
  const slow = useSlowEntries({ service, name: series, range }, MOST_SLOW).data?.items
  const exceptions = useExceptionGroups({ service, range }).data?.items
  return useMemo(() => {
    if (isArchived) return archivedRecords(slow, exceptions, overview, route)
    const live = overview.exceptions.filter((record) => record.service === service)
    return {
      slow: recordsIn(narrowSlow(withNews(overview.slow, slow), overview, route), range, now),
      exceptions: narrowExceptions(exceptions ?? groupExceptions(recordsIn(live, range, now)), route),
    }
  }, [overview, route, service, slow, exceptions, range, now, isArchived])
}

/** Records of the archive: on which nodes they were is not known any more. */
function archivedRecords(
  slow: readonly SlowEntry[] = [],
  exceptions: readonly ExceptionGroup[] = [],
  overview: Overview,
  route: RouteOf<'route'>,
) {
  const everywhere = { ...route, env: '', version: '' }
  return { slow: narrowSlow(slow, overview, everywhere), exceptions: narrowExceptions(exceptions, route) }
}

function Figures({ detail }: { detail: RouteDetail }) {
  const figures = [
    ['requests', count(detail.count)],
    ['rate', rate(detail.rate)],
    ['errors', percent(detail.errorRate)],
    ['aborted', count(detail.aborted)],
    ['p50', duration(detail.p50)],
    ['p95', duration(detail.p95)],
    ['p99', duration(detail.p99)],
    ['max', duration(detail.max)],
    ['total time', duration(detail.totalMs)],
  ] as const
  return (
    <dl className="panel grid grid-cols-3 gap-x-4 gap-y-3 p-4 sm:grid-cols-5 lg:grid-cols-9">
      {figures.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="label">{name}</dt>
          <dd className={`font-semibold tracking-tight ${name === 'errors' && detail.errors > 0 ? 'text-bad' : ''}`}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
