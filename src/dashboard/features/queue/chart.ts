import type { QueueSample } from '../../../api/queues.js'
import type { ChartData } from '../../ui/charts/chart-data.js'

export function backlogChart(samples: readonly QueueSample[]): ChartData {
  return {
    times: samples.map(({ at }) => at),
    lines: [{ name: 'backlog', color: '--accent', isFilled: true, values: samples.map(({ backlog }) => backlog) }],
  }
}

export function flowChart(samples: readonly QueueSample[]): ChartData {
  return {
    times: samples.map(({ at }) => at),
    lines: [
      { name: 'in', color: '--accent', values: samples.map((sample) => sample.in) },
      { name: 'out', color: '--second', dash: [6, 3], values: samples.map(({ out }) => out) },
    ],
  }
}
