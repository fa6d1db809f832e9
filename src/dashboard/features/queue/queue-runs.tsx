import { useMemo } from 'react'
import type { JobRuns, RunMinute } from '../../../api/queue-runs.js'
import type { QueueView } from '../../../api/queues.js'
import type { TimeWindow } from '../../../api/time-window.js'
import type { Period } from '../../../api/words.js'
import { useIsArchived } from '../../api/history-api.js'
import { useQueueRuns } from '../../api/queues-api.js'
import { changePage, usePage, useTimeRange } from '../../routing/route.js'
import { Chart } from '../../ui/charts/chart.js'
import { Chip } from '../../ui/chip.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Loading } from '../../ui/loading.js'
import { PageLink } from '../../ui/page-link.js'
import { PERIOD_NAMES, periodMs } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { failuresChart, runTimeChart, throughputChart, waitChart } from './run-charts.js'
import { RunTable } from './run-table.js'

/** Drivers whose workers a recorder can follow in a Node app. */
const FOLLOWED = new Set<QueueView['driver']>(['bullmq'])

/** What the queue's workers did: by job name, and over time. */
export function QueueRunFigures({ queue, period }: { queue: QueueView; period: Period }) {
  const { series } = usePage('queue')
  const range = useTimeRange()
  // Of times that only the archive has, runs are on the pages of services.
  const isArchived = useIsArchived(range)
  const window = isArchived ? null : range.window
  // A window lies within the last hour, and narrows the charts.
  const asked = range.window || isArchived ? '1h' : period
  const query = useQueueRuns(queue.key, asked, series)
  const { data } = query
  const chosen = data?.jobs.filter(({ name }) => name === series) ?? []
  return (
    <Section title="Jobs by name" aside={data?.services.length ? `the last ${PERIOD_NAMES[asked]}` : undefined}>
      <div className="flex flex-col gap-4">
        <QueryNote query={query} instead="The figures below are those of before." />
        {query.isPending && <Loading what="the jobs" />}
        {isArchived && (
          <p role="status" className="label">
            These are as of now: the pages of services have their jobs over longer times.
          </p>
        )}
        {data && data.services.length === 0 && <NotFollowed queue={queue} />}
        {data && data.services.length > 0 && (
          <>
            <RunTable jobs={data.jobs} hasServices={data.services.length > 1} />
            {series !== '' && <Chosen queue={queue.key} name={series} jobs={chosen} />}
            {!isArchived && <RunCharts points={pointsIn(data.points, window)} period={period} />}
          </>
        )}
      </div>
    </Section>
  )
}

function RunCharts({ points, period }: { points: readonly RunMinute[]; period: Period }) {
  const data = useMemo(
    () => ({
      throughput: throughputChart(points),
      failures: failuresChart(points),
      run: runTimeChart(points),
      wait: waitChart(points),
    }),
    [points],
  )
  const chart = { periodMs: periodMs(period) }
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2 2xl:grid-cols-4">
      <Chart {...chart} title="Throughput" data={data.throughput} measure="perMinute" atLeast={1} />
      <Chart {...chart} title="Failed attempts" data={data.failures} measure="perMinute" atLeast={1} />
      <Chart {...chart} title="Run time" data={data.run} measure="duration" atLeast={5} />
      <Chart {...chart} title="Wait before the first attempt" data={data.wait} measure="duration" atLeast={5} />
    </div>
  )
}

/** A point stands at the end of its minute. */
function pointsIn(points: readonly RunMinute[], window: TimeWindow | null): readonly RunMinute[] {
  return window ? points.filter(({ at }) => at > window.from && at < window.to + MINUTE_MS) : points
}

const MINUTE_MS = 60_000

/** Where to go on from a name. */
function Chosen({ queue, name, jobs }: { queue: string; name: string; jobs: readonly JobRuns[] }) {
  const [first] = jobs
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-2 text-xs font-medium text-accent [&_a]:hover:underline">
      <Chip label="Job" value={name} onRemove={() => changePage('queue', { series: '' })} />
      {first && (
        <>
          <PageLink to={{ page: 'slow', service: first.service, series: name }}>Slow runs</PageLink>
          <PageLink to={{ page: 'exceptions', service: first.service, series: name }}>Exceptions</PageLink>
          <PageLink to={{ page: 'service', service: first.service, series: name }}>Service {first.service}</PageLink>
        </>
      )}
      <PageLink to={{ page: 'queue', queue, state: 'failed', find: name }}>Failed jobs</PageLink>
    </p>
  )
}

function NotFollowed({ queue: { driver } }: { queue: QueueView }) {
  return (
    <div className="panel px-4 py-6">
      <EmptyState title="No followed worker ran a job of this queue in the last hour">
        {FOLLOWED.has(driver) ? (
          <>
            Call <code>monitorWorker(worker)</code> from <code>@gravito/quasar/bullmq</code> in the app that runs them
            to see run times, waits and failures by name; in a Nest app <code>QuasarModule</code> does.
          </>
        ) : (
          <>Run times, waits and failures by name come from apps that report their jobs, as the protocol describes.</>
        )}
      </EmptyState>
    </div>
  )
}
