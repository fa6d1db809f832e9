import { useMemo } from 'react'
import type { RouteDetail } from '../../../api/routes.js'
import { useTimeRange } from '../../routing/route.js'
import { Chart } from '../../ui/charts/chart.js'
import { percentiles, single } from '../../ui/charts/chart-data.js'
import { withGaps } from '../../ui/charts/gaps.js'
import { periodMs } from '../../ui/period.js'
import { Section } from '../../ui/section.js'

/** Throughput, latency and errors of one route. What was not reported is a gap. */
export function RouteCharts({ detail: { traffic } }: { detail: RouteDetail }) {
  const { period } = useTimeRange()
  const data = useMemo(
    () => ({
      rate: withGaps(single(traffic, 'rate', 'rate', '--accent'), 'grid'),
      latency: withGaps(percentiles(traffic), 'grid'),
      errors: withGaps(single(traffic, 'errorRate', 'errors', '--bad'), 'grid'),
    }),
    [traffic],
  )
  const chart = { periodMs: periodMs(period) }
  return (
    <Section title="Traffic">
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-3">
        <Chart {...chart} title="Throughput" data={data.rate} measure="rate" atLeast={0.2} />
        <Chart {...chart} title="Latency" data={data.latency} measure="duration" atLeast={5} />
        <Chart {...chart} title="Errors" data={data.errors} measure="percent" atLeast={1} />
      </div>
    </Section>
  )
}
