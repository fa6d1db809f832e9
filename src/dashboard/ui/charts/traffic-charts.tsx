import { type ReactNode, useMemo, useState } from 'react'
import type { TimeRange } from '../../../api/time-window.js'
import { useNow } from '../../api/hooks.js'
import { periodMs, within } from '../period.js'
import { Section } from '../section.js'
import { Chart } from './chart.js'
import { busiest, compare, MAX_LINES, type Percentile, percentiles, single, type Traffic } from './chart-data.js'

interface TrafficChartsProps {
  traffic: readonly Traffic[]
  range: TimeRange
  /** What the figures are of, when not all of a service. */
  aside?: ReactNode
  /** Whether nothing adds to them any more: then they are grey. */
  isStill?: boolean
}

/** Throughput, latency and errors over a period: of one service whole, of many side by side. */
export function TrafficCharts({ traffic, range, aside, isStill = false }: TrafficChartsProps) {
  const [percentile, setPercentile] = useState<Percentile>('p95')
  const now = useNow()
  const shown = useMemo(
    () => busiest(traffic).map((one) => ({ ...one, points: within(one.points, range, now) })),
    [traffic, range, now],
  )
  const only = shown.length === 1 ? shown[0] : undefined
  const data = useMemo(
    () =>
      only
        ? {
            rate: single(only.points, 'rate', 'rate', '--accent'),
            latency: percentiles(only.points),
            errors: single(only.points, 'errorRate', 'errors', '--bad'),
          }
        : { rate: compare(shown, 'rate'), latency: compare(shown, percentile), errors: compare(shown, 'errorRate') },
    [shown, only, percentile],
  )
  if (data.rate.times.length < 2) return range.window && <NothingThen />
  const chart = { periodMs: periodMs(range.period), isStill }
  const told = aside ?? (traffic.length > MAX_LINES ? `the ${MAX_LINES} busiest of ${traffic.length} services` : '')
  return (
    <Section
      title="Traffic"
      aside={told}
      more={only ? undefined : <PercentileSwitch chosen={percentile} onChoose={setPercentile} />}
    >
      <div className={`grid grid-cols-1 gap-4 lg:grid-cols-3 ${isStill ? 'last-figures' : ''}`}>
        <Chart {...chart} title="Throughput" data={data.rate} measure="rate" atLeast={0.2} />
        <Chart
          {...chart}
          title={only ? 'Latency' : `Latency, ${percentile}`}
          data={data.latency}
          measure="duration"
          atLeast={5}
        />
        <Chart {...chart} title="Errors" data={data.errors} measure="percent" atLeast={1} />
      </div>
    </Section>
  )
}

/** Of a window there may be less than a line. */
function NothingThen() {
  return (
    <Section title="Traffic">
      <p className="panel px-4 py-8 text-center text-soft">
        There is too little in this window to draw. Figures go back one hour.
      </p>
    </Section>
  )
}

function PercentileSwitch({ chosen, onChoose }: { chosen: Percentile; onChoose: (percentile: Percentile) => void }) {
  return (
    <span className="inline-flex gap-1">
      {(['p50', 'p95', 'p99'] as const).map((percentile) => (
        <button
          key={percentile}
          type="button"
          aria-pressed={percentile === chosen}
          className="rounded-md px-2 py-0.5 text-soft hover:text-text aria-pressed:bg-track aria-pressed:font-medium aria-pressed:text-text"
          onClick={() => onChoose(percentile)}
        >
          {percentile}
        </button>
      ))}
    </span>
  )
}
