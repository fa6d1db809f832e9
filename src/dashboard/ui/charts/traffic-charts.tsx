import { type ReactNode, useMemo, useState } from 'react'
import type { TimeRange } from '../../../api/time-window.js'
import { useNow } from '../../api/hooks.js'
import { isLong } from '../../routing/route.js'
import { periodMs, within } from '../period.js'
import { Section } from '../section.js'
import { Chart } from './chart.js'
import { busiest, chartsOf, compare, MAX_LINES, type Percentile, type Traffic } from './chart-data.js'
import type { GhostTraffic } from './ghost.js'
import { GhostToggle } from './ghost-toggle.js'
import type { ChartMarks } from './marks.js'

interface TrafficChartsProps {
  traffic: readonly Traffic[]
  range: TimeRange
  /** What the figures are of, when not all of a service. */
  aside?: ReactNode
  /** Whether nothing adds to them any more: then they are grey. */
  isStill?: boolean
  /** Deployments, and times of which records were lost. */
  marks?: ChartMarks | undefined
  /** The week before, where one service is shown. */
  ghost?: GhostTraffic | undefined
  /** Below the charts. */
  children?: ReactNode
}

/** Throughput, latency and errors over a period: of one service whole, of many side by side. */
export function TrafficCharts({ traffic, range, aside, isStill = false, marks, ghost, children }: TrafficChartsProps) {
  const [percentile, setPercentile] = useState<Percentile>('p95')
  const now = useNow()
  const shown = useMemo(
    // The archive's answers are of the range, and their steps may be longer than what is cut off here.
    () => busiest(traffic).map((one) => (one.step ? one : { ...one, points: within(one.points, range, now) })),
    [traffic, range, now],
  )
  const only = shown.length === 1 ? shown[0] : undefined
  const data = useMemo(
    () =>
      only
        ? chartsOf(only.points, only.step, ghost)
        : { rate: compare(shown, 'rate'), latency: compare(shown, percentile), errors: compare(shown, 'errorRate') },
    [shown, only, percentile, ghost],
  )
  if (data.rate.times.length < 2) return (range.window || isLong(range.period)) && <NothingThen>{children}</NothingThen>
  const chart = { periodMs: periodMs(range.period), isStill, marks }
  const told = aside ?? (traffic.length > MAX_LINES ? `the ${MAX_LINES} busiest of ${traffic.length} services` : '')
  return (
    <Section
      title="Traffic"
      aside={told}
      more={only ? <GhostToggle /> : <PercentileSwitch chosen={percentile} onChoose={setPercentile} />}
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
      {children}
    </Section>
  )
}

/** Of a window there may be less than a line. */
function NothingThen({ children }: { children: ReactNode }) {
  return (
    <Section title="Traffic">
      <p className="panel px-4 py-8 text-center text-soft">There is too little in this time to draw.</p>
      {children}
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
