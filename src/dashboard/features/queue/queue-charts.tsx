import { useMemo } from 'react'
import type { QueueSample } from '../../../api/queues.js'
import { Chart } from '../../ui/charts/chart.js'
import type { ChartData } from '../../ui/charts/chart-data.js'
import { WindowChip } from '../../ui/window-chip.js'

/** What waited, and how fast it came and went: all that is known, as a queue is sampled as often as its system may be asked. */
export function QueueCharts({ samples }: { samples: readonly QueueSample[] }) {
  const waiting = useMemo(() => backlogChart(samples), [samples])
  const flow = useMemo(() => flowChart(samples), [samples])
  if (samples.length < 2) return null
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <span className="contents *:col-span-full *:justify-self-start">
        <WindowChip />
      </span>
      <Chart title="Backlog" data={waiting} measure="count" periodMs={null} atLeast={5} />
      <Chart title="In and out" data={flow} measure="perMinute" periodMs={null} atLeast={1} />
    </div>
  )
}

function backlogChart(samples: readonly QueueSample[]): ChartData {
  return {
    times: samples.map(({ at }) => at),
    lines: [{ name: 'backlog', color: '--accent', isFilled: true, values: samples.map(({ backlog }) => backlog) }],
  }
}

function flowChart(samples: readonly QueueSample[]): ChartData {
  return {
    times: samples.map(({ at }) => at),
    lines: [
      { name: 'in', color: '--accent', values: samples.map((sample) => sample.in) },
      { name: 'out', color: '--second', dash: [6, 3], values: samples.map(({ out }) => out) },
    ],
  }
}
