import { useMemo } from 'react'
import type { RouteDetail } from '../../../api/routes.js'
import type { TrafficPoint } from '../../../api/services.js'
import { useTimeRange } from '../../routing/route.js'
import { Chart } from '../../ui/charts/chart.js'
import { type ChartData, percentiles, single } from '../../ui/charts/chart-data.js'
import { periodMs } from '../../ui/period.js'
import { Section } from '../../ui/section.js'

/** Throughput, latency and errors of one route. What was not reported is a gap. */
export function RouteCharts({ detail: { traffic, step } }: { detail: RouteDetail }) {
  const { period } = useTimeRange()
  const data = useMemo(
    () => ({
      rate: withGaps(single(traffic, 'rate', 'rate', '--accent'), step),
      latency: withGaps(percentiles(traffic), step),
      errors: withGaps(single(traffic, 'errorRate', 'errors', '--bad'), step),
    }),
    [traffic, step],
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

/** A line must not go on over steps without a point. @param step how long a point is, in ms */
function withGaps({ times, lines }: ChartData, step: number): ChartData {
  const whole = times.flatMap((at, index) => {
    const before: TrafficPoint['at'] | undefined = times[index - 1]
    return before !== undefined && at - before > step * 1.5 ? [before + step, at] : [at]
  })
  const indices = new Map(times.map((at, index) => [at, index]))
  return {
    times: whole,
    lines: lines.map((line) => ({ ...line, values: whole.map((at) => line.values[indices.get(at) ?? -1] ?? null) })),
  }
}
