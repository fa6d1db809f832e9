import { useMemo } from 'react'
import type { NodeSample, NodeView } from '../../../api/nodes.js'
import { Chart } from '../../ui/charts/chart.js'
import { withGaps } from '../../ui/charts/gaps.js'

/** What Zenith saw of a process: its last 60 beats at the most. */
export function LastBeats({ node: { samples, state } }: { node: NodeView }) {
  const cpu = useLine(samples, 'CPU', ({ cpu }) => cpu)
  const memory = useLine(samples, 'RSS', ({ rss }) => rss)
  const loop = useLine(samples, 'delay p99', ({ loop }) => loop)
  const requests = useLine(samples, 'rate', ({ rate }) => rate)
  if (samples.length < 2) return null
  const chart = { periodMs: null, isStill: state !== 'live' }
  return (
    <div className={`grid grid-cols-1 gap-4 lg:grid-cols-2 ${chart.isStill ? 'last-figures' : ''}`}>
      <Chart {...chart} title="CPU of the process" data={cpu} measure="percent" atLeast={5} />
      <Chart {...chart} title="Memory (RSS)" data={memory} measure="bytes" atLeast={1_048_576} />
      <Chart {...chart} title="Event loop" data={loop} measure="duration" atLeast={20} />
      <Chart {...chart} title="Requests" data={requests} measure="rate" atLeast={0.2} />
    </div>
  )
}

function useLine(samples: readonly NodeSample[], name: string, read: (sample: NodeSample) => number | null) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what reads a sample never changes
  return useMemo(() => {
    const line = { name, color: '--accent', isFilled: true, values: samples.map(read) }
    return withGaps({ times: samples.map(({ at }) => at), lines: [line] }, 'samples')
  }, [samples, name])
}
