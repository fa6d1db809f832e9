import { useMemo } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import type { ProcessMinute } from '../../../api/process-history.js'
import { useIsArchived } from '../../api/history-api.js'
import { useProcessHistory } from '../../api/process-api.js'
import { useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { Chart } from '../../ui/charts/chart.js'
import { Loading } from '../../ui/loading.js'
import { periodMs, rangeInWords, theRange } from '../../ui/period.js'
import { PeriodPicker } from '../../ui/period-picker.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { UrlNote } from '../../ui/url-note.js'
import { LastBeats } from './last-beats.js'
import { chartsOfPast } from './process-past.js'

interface ProcessHistoryProps {
  service: string
  /** Of the node. */
  id: string
  /** Null if it does not report any more. */
  node: NodeView | null
}

/** The past of a process over the period, by the minute; what Zenith saw of its last beats where it stored none. */
export function ProcessHistory({ service, id, node }: ProcessHistoryProps) {
  const range = useTimeRange()
  const isArchived = useIsArchived(range)
  const query = useProcessHistory(service, id, range)
  const minutes = query.data?.minutes ?? []
  // One point is no line.
  const hasPast = minutes.length > 1
  return (
    <Section
      title="Past"
      aside={hasPast ? (isArchived ? rangeInWords(range) : `${rangeInWords(range)}, by the minute`) : undefined}
      more={<PeriodPicker />}
    >
      <div className="flex flex-col gap-4">
        <UrlNote />
        <QueryNote
          query={query}
          instead={isArchived ? 'There is no figure to show.' : 'The charts show the last beats that this Zenith saw.'}
        />
        <ArchiveNote at={minutes.at(-1)?.at}>What is below is as of now.</ArchiveNote>
        {query.isPending && <Loading what="the past" />}
        {query.data && !hasPast && isArchived && (
          <p role="status" className="panel px-4 py-8 text-center text-soft">
            The archive has nothing to draw of this process in {theRange(range)}.
          </p>
        )}
        {query.data && !hasPast && !isArchived && (
          <p role="status" className="label">
            This process stored nothing to draw of {theRange(range)}: it just started, did not run, or has a recorder
            that stores no past. The charts show its last beats that this Zenith saw, at most 60.
          </p>
        )}
        {hasPast ? (
          <PastCharts minutes={minutes} />
        ) : (
          !query.isPending && !isArchived && node && <LastBeats node={node} />
        )}
      </div>
    </Section>
  )
}

function PastCharts({ minutes }: { minutes: readonly ProcessMinute[] }) {
  const { period } = useTimeRange()
  const charts = useMemo(() => chartsOfPast(minutes), [minutes])
  return (
    <div className="grid grid-cols-1 gap-4 md:grid-cols-2 2xl:grid-cols-4">
      {charts.map(({ title, data, measure, atLeast }) => (
        <Chart key={title} title={title} data={data} measure={measure} atLeast={atLeast} periodMs={periodMs(period)} />
      ))}
    </div>
  )
}
