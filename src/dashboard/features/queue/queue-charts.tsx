import { useMemo } from 'react'
import type { QueueView } from '../../../api/queues.js'
import { useIsArchived } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { useQueueHistory } from '../../api/queues-api.js'
import { useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { Chart } from '../../ui/charts/chart.js'
import { periodMs } from '../../ui/period.js'
import { PeriodPicker } from '../../ui/period-picker.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { UrlNote } from '../../ui/url-note.js'
import { PastNotes } from '../history/past-notes.js'
import { useChartMarks } from '../history/use-history.js'
import { archivedPastOf, backlogChart, flowChart, oldestChart, pastOfQueue } from './queue-past.js'

/** What waited, how fast it came and went, and how long the oldest waited, over the period. */
export function QueueCharts({ queue }: { queue: QueueView }) {
  const range = useTimeRange()
  const isArchived = useIsArchived(range)
  const query = useQueueHistory(queue.key, isArchived ? range : null)
  const all = useChartMarks('', range, 'queues')
  // Whose deployment may have changed a queue is not known.
  const marks = useMemo(() => all && { ...all, deployments: [] }, [all])
  const { data: past } = query
  const now = useNow()
  const shownMs = periodMs(range.period)
  const since = range.window?.from ?? now - shownMs
  const data = useMemo(() => {
    const minutes = past?.points ?? []
    const points = isArchived ? archivedPastOf(minutes) : pastOfQueue(minutes, queue, since)
    const spacing = isArchived ? (past?.step ?? 'samples') : 'samples'
    return {
      backlog: backlogChart(points, spacing),
      flow: flowChart(points, spacing),
      oldest: oldestChart(points, spacing),
    }
  }, [past, queue, since, isArchived])
  const chart = { periodMs: shownMs, marks }
  return (
    <Section title="History" more={<PeriodPicker />}>
      <div className="mb-3 flex flex-col gap-2 empty:hidden">
        <UrlNote />
        {isArchived && <QueryNote query={query} instead="There is no figure to show." />}
        <ArchiveNote>Counts and the list of jobs are as of now.</ArchiveNote>
      </div>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-3">
        <Chart {...chart} title="Backlog" data={data.backlog} measure="count" atLeast={5} />
        <Chart {...chart} title="In and out" data={data.flow} measure="perMinute" atLeast={1} none={UNCOUNTED} />
        <Chart {...chart} title="Oldest job waits" data={data.oldest} measure="duration" atLeast={1_000} />
      </div>
      <PastNotes marks={marks} />
    </Section>
  )
}

const UNCOUNTED = 'No figures: not every system counts jobs in and out'
