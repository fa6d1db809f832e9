import type { UseQueryResult } from '@tanstack/react-query'
import { useContext, useMemo } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { ServiceDetail, ServiceView } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { filterOverview, textTest } from '../../api/filter.js'
import { useIsArchived } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { KnownContext } from '../../api/known.js'
import { useServiceDetail } from '../../api/monitoring-api.js'
import { useHasArchive } from '../../api/session.js'
import type { RouteOf } from '../../routing/pages.js'
import { usePage, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { trafficOf } from '../../ui/charts/chart-data.js'
import { TrafficCharts } from '../../ui/charts/traffic-charts.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Loading } from '../../ui/loading.js'
import { PageBar } from '../../ui/page-bar.js'
import { PageLink } from '../../ui/page-link.js'
import { rangeInWords, recordsIn, spanOf, theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { ExceptionList } from '../exceptions/exception-list.js'
import { groupsHere, narrowExceptions } from '../exceptions/exceptions.js'
import { viewThen } from '../history/fleet-then.js'
import { PastNotes } from '../history/past-notes.js'
import { useChartMarks, useServiceGhost } from '../history/use-history.js'
import { QueueList } from '../queues/queue-list.js'
import { filterQueues } from '../queues/queues.js'
import { RouteChip } from '../routes/route-chip.js'
import { SeriesTable } from '../routes/series-table.js'
import { narrowSlow, withNews } from '../slow/records.js'
import { SlowRequestWidget } from '../slow/slow-request-widget.js'
import { isStill, kindOf } from './fleet.js'
import { LastFigures } from './last-figures.js'
import { ProcessList } from './process-list.js'
import { ServiceHealth } from './service-health.js'

/** One service: its routes and jobs, its processes, what is slow in it and what fails. */
export function ServicePage({ overview }: { overview: Overview }) {
  const route = usePage('service')
  const { isLooking } = useContext(KnownContext)
  const live = overview.services.find(({ service }) => service === route.service)
  const range = useTimeRange()
  const isArchived = useIsArchived(range)
  const query = useServiceDetail(route.service, range, isArchived || live !== undefined)
  const view = useMemo(
    () => (isArchived && (live || query.data) ? viewThen(live ?? null, route.service, query.data) : live),
    [isArchived, live, route.service, query.data],
  )
  return (
    <>
      <PageBar title={route.service} aside={<AlertMark of={{ service: route.service }} />} hasPeriod />
      {view ? (
        <Content {...{ view, overview, route, range, query, isArchived }} />
      ) : isLooking || (isArchived && query.isPending) ? (
        <Loading what="the service" />
      ) : (
        <Unknown isArchived={isArchived} error={query.error} />
      )}
    </>
  )
}

interface ContentProps {
  view: ServiceView
  overview: Overview
  route: RouteOf<'service'>
  range: TimeRange
  query: UseQueryResult<ServiceDetail>
  isArchived: boolean
}

function Content({ view, overview, route, range, query, isArchived }: ContentProps) {
  const now = useNow()
  const period = query.data
  const traffic = useMemo(() => [trafficOf(view, period)], [view, period])
  const shown = useMemo(
    () => narrowed(overview, route, { range, now, isArchived }, query.data),
    [overview, route, range, now, isArchived, query.data],
  )
  const marks = useChartMarks(view.service, range)
  const ghost = useServiceGhost(view.service, range)
  return (
    <>
      <QueryNote
        query={query}
        instead={isArchived ? 'There is no figure to show.' : 'The page shows the live state: at most 15 minutes.'}
      />
      <ArchiveNote at={traffic[0]?.points.at(-1)?.at}>Health, queues and processes are as of now.</ArchiveNote>
      <PartialNote lists={period?.partial ?? []} />
      <ServiceHealth view={view} period={period} range={range} />
      <TrafficCharts
        traffic={traffic}
        range={range}
        aside={<TrafficAside view={view} at={isArchived ? undefined : traffic[0]?.points.at(-1)?.at} />}
        isStill={isStill(view) && !isArchived}
        marks={marks}
        ghost={ghost}
      >
        <PastNotes marks={marks} />
      </TrafficCharts>
      <Series
        title="Routes"
        series={period?.routes ?? view.routes}
        q={route.q}
        range={range}
        isWhole={period !== undefined}
      />
      <Series
        title="Jobs"
        series={period?.jobSeries ?? view.jobSeries}
        q={route.q}
        range={range}
        isWhole={period !== undefined}
      />
      <QueueList queues={shown.queues} most={12} />
      <ProcessList nodes={shown.nodes} />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 empty:hidden">
        <RouteChip />
        <OwnPage view={view} series={route.series} />
      </div>
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 lg:grid-cols-2">
        <SlowRequestWidget slow={shown.slow} />
        <ExceptionList groups={shown.exceptions} among={shown.among} />
      </div>
    </>
  )
}

/** The way to the page of a route that is chosen. */
function OwnPage({ view, series }: { view: ServiceView; series: string }) {
  const isJob = view.jobSeries.some(({ key }) => key === series)
  if (!series || isJob) return null
  return (
    <PageLink
      to={{ page: 'route', service: view.service, series }}
      className="text-xs font-medium text-accent hover:underline"
    >
      Charts of this route
    </PageLink>
  )
}

/** What the charts are of, and how old they are when no server adds to them. */
function TrafficAside({ view, at }: { view: ServiceView; at: number | undefined }) {
  return (
    <>
      of {kindOf(view)}
      <LastFigures view={view} at={at} />
    </>
  )
}

/** The text narrows routes, slow entries and exceptions; all processes of the service stay to be seen. */
function narrowed(
  overview: Overview,
  route: RouteOf<'service'>,
  { range, now, isArchived }: { range: TimeRange; now: number; isArchived: boolean },
  detail: ServiceDetail | undefined,
) {
  const { nodes } = filterOverview(overview, { ...route, q: '' })
  const live = filterOverview(overview, route)
  // The server's groups do not say on which nodes it was; then the newest that are known here are grouped.
  const isDerived = !isArchived && (!detail || route.env !== '' || route.version !== '')
  return {
    nodes,
    queues: filterQueues(overview, { ...route, q: '' }),
    slow: isArchived
      ? narrowSlow(detail?.slow ?? [], overview, { ...route, env: '', version: '' })
      : recordsIn(narrowSlow(withNews(overview.slow, detail?.slow), overview, route), range, now),
    exceptions: narrowExceptions(
      isDerived
        ? groupsHere(recordsIn(live.exceptions, range, now), overview, spanOf(range, now))
        : (detail?.exceptions ?? []),
      route,
    ),
    among: isDerived ? `the newest ${live.exceptions.length}` : `those of ${theRange(range)}`,
  }
}

const LISTS = { nodes: 'servers', slow: 'slow requests', exceptions: 'exceptions' } as const

/** Says which lists are not whole. */
function PartialNote({ lists }: { lists: NonNullable<ServiceDetail['partial']> }) {
  if (lists.length === 0) return null
  return (
    <p role="status" className="label">
      Not all are shown, because they are too many or could not be read in time:{' '}
      {lists.map((list) => LISTS[list]).join(', ')}.
    </p>
  )
}

interface SeriesProps {
  title: 'Routes' | 'Jobs'
  series: ServiceView['routes']
  q: string
  range: TimeRange
  /** Whether these are all of the period, and not the live state's busiest. */
  isWhole: boolean
}

function Series({ title, series, q, range, isWhole }: SeriesProps) {
  const shown = useMemo(() => {
    const matches = textTest(q)
    return q ? series.filter(({ key, queue }) => matches([key, queue])) : series
  }, [series, q])
  if (series.length === 0) return null
  const aside = isWhole ? rangeInWords(range) : 'the busiest of the last 5 min'
  return (
    <Section title={title} aside={`${shown.length} · ${aside}`}>
      <SeriesTable title={title === 'Routes' ? 'Route' : 'Job'} series={shown} />
    </Section>
  )
}

function Unknown({ isArchived, error }: { isArchived: boolean; error: Error | null }) {
  const { service } = usePage('service')
  const range = useTimeRange()
  const hasArchive = useHasArchive()
  if (isArchived)
    return (
      <div className="panel px-4 py-12">
        <EmptyState title={`The archive has nothing of this service in ${theRange(range)}`}>
          {error?.message ?? 'Choose another time.'}
        </EmptyState>
      </div>
    )
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="No service with this name reports">
        It has not started yet, or it stopped more than a day ago.{' '}
        {hasArchive && (
          <>
            <PageLink
              to={{ page: 'service', service, period: '30d', from: 0, to: 0 }}
              className="font-medium text-accent hover:underline"
            >
              See its last 30 days
            </PageLink>{' '}
            in the archive.{' '}
          </>
        )}
        <PageLink to={{ page: 'services', service: '' }} className="font-medium text-accent hover:underline">
          See all services
        </PageLink>
      </EmptyState>
    </div>
  )
}
