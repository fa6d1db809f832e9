import { useMemo } from 'react'
import type { Overview } from '../../../api/overview.js'
import { filterOverview } from '../../api/filter.js'
import { useIsArchived } from '../../api/history-api.js'
import { useServicePeriods } from '../../api/monitoring-api.js'
import { useRoute, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { trafficOf } from '../../ui/charts/chart-data.js'
import { TrafficCharts } from '../../ui/charts/traffic-charts.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { QueryNote } from '../../ui/query-note.js'
import { endOf, useFleetThen } from '../history/fleet-then.js'
import { PastNotes } from '../history/past-notes.js'
import { useChartMarks, useServiceGhost } from '../history/use-history.js'
import { GetStarted, isUnconnected } from '../start/get-started.js'
import { ServicesTable } from './services-table.js'

/** All services side by side. */
export function ServicesPage({ overview }: { overview: Overview }) {
  const route = useRoute()
  const range = useTimeRange()
  const periods = useServicePeriods(range)
  const isArchived = useIsArchived(range)
  const then = useFleetThen(overview, periods.data, isArchived)
  const { services } = useMemo(() => filterOverview(then, route), [then, route])
  const marks = useChartMarks(route.service, range)
  const ghost = useServiceGhost(services.length === 1 ? (services[0]?.service ?? '') : '', range)
  const traffic = useMemo(
    () => services.map((view) => trafficOf(view, periods.data?.get(view.service))),
    [services, periods.data],
  )
  return (
    <>
      <PageBar title="Services" hasPeriod />
      <QueryNote
        query={periods}
        instead={isArchived ? 'There is no figure to show.' : 'The page shows the figures of the last minute.'}
      />
      <ArchiveNote at={endOf(periods.data?.values())}>Health and servers are as of now.</ArchiveNote>
      {isArchived && periods.isPending ? (
        <Loading what="the archive" />
      ) : isUnconnected(overview) && !isArchived ? (
        <GetStarted overview={overview} />
      ) : services.length > 0 ? (
        <ServicesTable services={services} periods={periods.data} />
      ) : (
        <NothingMatches />
      )}
      <TrafficCharts traffic={traffic} range={range} marks={marks} ghost={ghost}>
        <PastNotes marks={marks} />
      </TrafficCharts>
    </>
  )
}
