import { useMemo } from 'react'
import type { QueueView } from '../../../api/queues.js'
import type { Period } from '../../../api/words.js'
import { useNow } from '../../api/hooks.js'
import { useQueueHistory } from '../../api/queues-api.js'
import { useTimeRange } from '../../routing/route.js'
import { Chart } from '../../ui/charts/chart.js'
import { periodMs } from '../../ui/period.js'
import { PeriodPicker } from '../../ui/period-picker.js'
import { Section } from '../../ui/section.js'
import { backlogChart, flowChart, oldestChart, pastOfQueue } from './queue-past.js'

/** What waited, how fast it came and went, and how long the oldest waited, over the period. */
export function QueueCharts({ queue, period }: { queue: QueueView; period: Period }) {
  const { data: minutes } = useQueueHistory(queue.key)
  const now = useNow()
  const shownMs = periodMs(period)
  const { window } = useTimeRange()
  const since = window?.from ?? now - shownMs
  const points = useMemo(() => pastOfQueue(minutes ?? [], queue, since), [minutes, queue, since])
  const data = useMemo(
    () => ({ backlog: backlogChart(points), flow: flowChart(points), oldest: oldestChart(points) }),
    [points],
  )
  return (
    <Section title="History" more={<PeriodPicker />}>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-3">
        <Chart title="Backlog" data={data.backlog} measure="count" periodMs={shownMs} atLeast={5} />
        <Chart
          title="In and out"
          data={data.flow}
          measure="perMinute"
          periodMs={shownMs}
          atLeast={1}
          none={UNCOUNTED}
        />
        <Chart title="Oldest job waits" data={data.oldest} measure="duration" periodMs={shownMs} atLeast={1_000} />
      </div>
    </Section>
  )
}

const UNCOUNTED = 'No figures: not every system counts jobs in and out'
