import { useMemo } from 'react'
import type { Overview } from '../../protocol/overview.js'
import { NothingMatches } from '../components/nothing-matches.js'
import { PageBar } from '../components/page-bar.js'
import { QueryNote } from '../components/query-note.js'
import { ServicesTable } from '../components/services-table.js'
import { TrafficCharts } from '../components/traffic-charts.js'
import { useServicePeriods } from '../live/api.js'
import { trafficOf } from '../view/chart-data.js'
import { filterOverview } from '../view/filter.js'
import { useChoice } from '../view/url-state.js'

/** All services side by side. */
export function ServicesPage({ overview }: { overview: Overview }) {
  const choice = useChoice()
  const periods = useServicePeriods(choice.period)
  const { services } = useMemo(() => filterOverview(overview, choice), [overview, choice])
  const traffic = useMemo(
    () => services.map((view) => trafficOf(view, periods.data?.get(view.service))),
    [services, periods.data],
  )
  return (
    <>
      <PageBar title="Services" hasPeriod />
      <QueryNote query={periods} instead="The page shows the figures of the last minute." />
      {services.length > 0 ? <ServicesTable services={services} periods={periods.data} /> : <NothingMatches />}
      <TrafficCharts traffic={traffic} period={choice.period} />
    </>
  )
}
