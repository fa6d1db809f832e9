import { type ReactNode, useMemo } from 'react'
import type { RouteDetail } from '../../../api/routes.js'
import { useTimeRange } from '../../routing/route.js'
import { Chart } from '../../ui/charts/chart.js'
import { chartsOf } from '../../ui/charts/chart-data.js'
import type { GhostTraffic } from '../../ui/charts/ghost.js'
import { GhostToggle } from '../../ui/charts/ghost-toggle.js'
import type { ChartMarks } from '../../ui/charts/marks.js'
import { periodMs } from '../../ui/period.js'
import { Section } from '../../ui/section.js'

interface RouteChartsProps {
  detail: RouteDetail
  isArchived: boolean
  marks: ChartMarks | undefined
  ghost: GhostTraffic | undefined
  /** Below the charts. */
  children: ReactNode
}

/** Throughput, latency and errors of one route. What was not reported is a gap. */
export function RouteCharts({ detail: { traffic, step }, isArchived, marks, ghost, children }: RouteChartsProps) {
  const { period } = useTimeRange()
  const data = useMemo(
    () => chartsOf(traffic, isArchived ? step : undefined, ghost),
    [traffic, step, isArchived, ghost],
  )
  const chart = { periodMs: periodMs(period), marks }
  return (
    <Section title="Traffic" more={<GhostToggle />}>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-3">
        <Chart {...chart} title="Throughput" data={data.rate} measure="rate" atLeast={0.2} />
        <Chart {...chart} title="Latency" data={data.latency} measure="duration" atLeast={5} />
        <Chart {...chart} title="Errors" data={data.errors} measure="percent" atLeast={1} />
      </div>
      {children}
    </Section>
  )
}
