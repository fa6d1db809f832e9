import type { TrafficPoint } from '../../../api/services.js'
import { duration, percent, rate } from '../../ui/format.js'
import { LEVEL_TEXT } from '../../ui/level-word.js'
import { errorLevel } from '../../ui/levels.js'

/** Throughput, errors and latency in one line. @param of what is counted */
export function Figures({ now, of }: { now: TrafficPoint | null; of: string }) {
  return (
    <dl className="grid grid-cols-5 gap-2">
      <Figure name={of} value={rate(now?.rate)} />
      <Figure name="errors" value={percent(now?.errorRate)} color={LEVEL_TEXT[errorLevel(now)]} />
      <Figure name="p50" value={duration(now?.p50)} />
      <Figure name="p95" value={duration(now?.p95)} />
      <Figure name="p99" value={duration(now?.p99)} />
    </dl>
  )
}

function Figure({ name, value, color = '' }: { name: string; value: string; color?: string }) {
  return (
    <div className="min-w-0">
      <dt className="label">{name}</dt>
      <dd className={`truncate font-semibold tracking-tight ${color}`} title={value}>
        {value}
      </dd>
    </div>
  )
}
