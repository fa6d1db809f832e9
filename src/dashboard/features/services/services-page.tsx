import { useMemo } from 'react'
import type { Overview } from '../../../api/overview.js'
import { filterOverview } from '../../api/filter.js'
import { useServicePeriods } from '../../api/monitoring-api.js'
import { useRoute, useTimeRange } from '../../routing/route.js'
import { trafficOf } from '../../ui/charts/chart-data.js'
import { TrafficCharts } from '../../ui/charts/traffic-charts.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { QueryNote } from '../../ui/query-note.js'
import { GetStarted, isUnconnected } from '../start/get-started.js'
import { ServicesTable } from './services-table.js'

/** All services side by side. */
export function ServicesPage({ overview }: { overview: Overview }) {
  const route = useRoute()
  const range = useTimeRange()
  const periods = useServicePeriods(range)
  const { services } = useMemo(() => filterOverview(overview, route), [overview, route])
  const traffic = useMemo(
    () => services.map((view) => trafficOf(view, periods.data?.get(view.service))),
    [services, periods.data],
  )
  return (
    <>
      <PageBar title="Services" hasPeriod />
      <QueryNote query={periods} instead="The page shows the figures of the last minute." />
      {isUnconnected(overview) ? (
        <GetStarted overview={overview} />
      ) : services.length > 0 ? (
        <ServicesTable services={services} periods={periods.data} />
      ) : (
        <NothingMatches />
      )}
      <TrafficCharts traffic={traffic} range={range} />
    </>
  )
}
