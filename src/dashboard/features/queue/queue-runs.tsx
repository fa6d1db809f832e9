import { useMemo } from 'react'
import type { JobRuns, QueueRuns } from '../../../api/queue-runs.js'
import type { QueueView } from '../../../api/queues.js'
import type { TimeRange } from '../../../api/time-window.js'
import type { Period } from '../../../api/words.js'
import { useIsArchived } from '../../api/history-api.js'
import { useQueueRuns } from '../../api/queues-api.js'
import { changePage, usePage, useTimeRange } from '../../routing/route.js'
import { Chart } from '../../ui/charts/chart.js'
import { Chip } from '../../ui/chip.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Loading } from '../../ui/loading.js'
import { PageLink } from '../../ui/page-link.js'
import { periodMs, theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { failuresChart, runTimeChart, throughputChart, waitChart } from './run-charts.js'
import { RunTable } from './run-table.js'

/** Drivers whose workers a recorder can follow in a Node app. */
const FOLLOWED = new Set<QueueView['driver']>(['bullmq'])

/** What the queue's workers did: by job name, and over time. */
export function QueueRunFigures({ queue }: { queue: QueueView }) {
  const { series } = usePage('queue')
  const range = useTimeRange()
  const query = useQueueRuns(queue.key, range, series)
  const { data } = query
  const chosen = data?.jobs.filter(({ name }) => name === series) ?? []
  return (
    <Section title="Jobs by name" aside={data?.services.length ? theRange(range) : undefined}>
      <div className="flex flex-col gap-4">
        <QueryNote query={query} instead="There is no figure to show." />
        {query.isPending && <Loading what="the jobs" />}
        {data && data.services.length === 0 && <NotFollowed queue={queue} range={range} />}
        {data && data.services.length > 0 && (
          <>
            <RunTable jobs={data.jobs} hasServices={data.services.length > 1} />
            {series !== '' && <Chosen queue={queue.key} name={series} jobs={chosen} />}
            <RunCharts runs={data} period={range.period} />
          </>
        )}
      </div>
    </Section>
  )
}

function RunCharts({ runs: { points, step }, period }: { runs: QueueRuns; period: Period }) {
  const data = useMemo(
    () => ({
      throughput: throughputChart(points, step),
      failures: failuresChart(points, step),
      run: runTimeChart(points, step),
      wait: waitChart(points, step),
    }),
    [points, step],
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

function NotFollowed({ queue: { driver }, range }: { queue: QueueView; range: TimeRange }) {
  const isArchived = useIsArchived(range)
  return (
    <div className="panel px-4 py-6">
      <EmptyState
        title={`No followed worker ran a job of this queue in ${isArchived ? theRange(range) : 'the last hour'}`}
      >
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
