import { useState } from 'react'
import type { JobView } from '../../../api/jobs.js'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import { placeName } from '../../../api/words.js'
import type { JobPlace } from '../../../protocol/jobs.js'
import { isGone, useJob } from '../../api/queues-api.js'
import { useSession } from '../../api/session.js'
import { navigate, usePage } from '../../routing/route.js'
import { EmptyState } from '../../ui/empty-state.js'
import { percent } from '../../ui/format.js'
import { Gauge } from '../../ui/gauge.js'
import { Loading } from '../../ui/loading.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { CodeBox, ShownTextView } from '../../ui/shown-text.js'
import { Chain } from '../chain/chain.js'
import { Crumbs } from '../queues/crumbs.js'
import { UnknownQueue } from '../queues/unknown-queue.js'
import { useQueueView } from '../queues/use-queue-view.js'
import { JobAttempts } from './job-attempts.js'
import { JobButtons } from './job-buttons.js'
import { JobFacts } from './job-facts.js'
import { JobFlowSection } from './job-flow.js'
import { JobLogsSection } from './job-logs.js'
import { Timeline } from './timeline.js'
import { type JobDoing, useJobDoing } from './use-job-doing.js'

/** One job, whole: what it carries, what it did with its time, why it failed. */
export function JobPage({ overview }: { overview: Overview }) {
  const { queue: key, job: id } = usePage('job')
  const { queue, isPending } = useQueueView(overview, key)
  if (queue) return <OfQueue key={`${key}\n${id}`} queue={queue} id={id} overview={overview} />
  return (
    <>
      <Head id={id} queue={undefined} job={undefined} doing={undefined} />
      {isPending ? <Loading what="the job" /> : <UnknownQueue />}
    </>
  )
}

function OfQueue({ queue, id, overview }: { queue: QueueView; id: string; overview: Overview }) {
  const [isWhole, setWhole] = useState(false)
  const { data: job, error, isPending } = useJob(queue.key, id, isWhole)
  const route = usePage('job')
  const doing = useJobDoing(queue, (action) => action === 'remove' && navigate({ ...route, page: 'queue' }))
  return (
    <>
      <Head id={id} queue={queue} job={job} doing={doing} />
      {doing.notice}
      {isGone(error) ? <Gone /> : <Problem error={error} before={job ? 'The page shows the last answer.' : ''} />}
      {isPending && !job && <Loading what="the job" />}
      {job && !isGone(error) && (
        <Content job={job} queue={queue} overview={overview} onWhole={isWhole ? undefined : () => setWhole(true)} />
      )}
      {doing.dialog}
    </>
  )
}

interface HeadProps {
  id: string
  queue: QueueView | undefined
  job: JobView | undefined
  doing: JobDoing | undefined
}

function Head({ id, queue, job, doing }: HeadProps) {
  return (
    <div className="flex flex-col gap-3">
      <Crumbs queue={queue ?? { key: '', name: 'queue' }} />
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex min-w-0 flex-wrap items-center gap-2.5">
            <h1
              id="title"
              tabIndex={-1}
              className="min-w-0 text-xl font-semibold tracking-tight break-all outline-none"
            >
              {job ? job.name || 'Unnamed job' : 'Job'}
            </h1>
            {job && <StateBadge state={job.state} />}
          </div>
          <p className="label mt-1 font-mono break-all">{id}</p>
        </div>
        {queue && job && doing && <JobButtons queue={queue} job={job} doing={doing} />}
      </div>
    </div>
  )
}

interface ContentProps {
  job: JobView
  queue: QueueView
  overview: Overview
  onWhole: (() => void) | undefined
}

function Content({ job, queue, overview, onWhole }: ContentProps) {
  return (
    <>
      {job.remedy && <p className="rounded-xl bg-bad-wash px-3 py-2 font-medium text-bad">{job.remedy}</p>}
      <div className="panel flex flex-col gap-4 p-4">
        <Timeline job={job} />
        {job.progress !== null && <Progress value={job.progress} />}
      </div>
      <JobAttempts job={job} />
      {job.traceId && (
        <Section title="Trace">
          <Chain traceId={job.traceId} at={job.addedAt ?? 0} />
        </Section>
      )}
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-8">
          <Section title="Data">
            <ShownTextView text={job.data} label="Data" onWhole={onWhole} />
          </Section>
          {(job.result.text !== null || job.result.isHidden) && (
            <Section title="Result">
              <ShownTextView text={job.result} label="Result" onWhole={onWhole} />
            </Section>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-8">
          <Section title="Facts">
            <JobFacts job={job} queue={queue} />
          </Section>
          {job.options && (
            <Section title="Options">
              <CodeBox label="Options">{JSON.stringify(job.options, null, 2)}</CodeBox>
            </Section>
          )}
          {job.progress === null && job.progressText && (
            <Section title="Progress">
              <CodeBox label="Progress">{job.progressText}</CodeBox>
            </Section>
          )}
        </div>
      </div>
      {queue.actions.includes('flow') && <JobFlowSection queue={queue} id={job.id} queues={overview.queues} />}
      {queue.actions.includes('logs') && <JobLogsSection queue={queue.key} id={job.id} />}
    </>
  )
}

function Progress({ value }: { value: number }) {
  return (
    <div className="flex items-center gap-3">
      <span className="label">Progress</span>
      <span className="max-w-sm flex-1">
        <Gauge label="Progress" value={value} level="fine" text={percent(value)} />
      </span>
      <b className="font-semibold">{percent(value)}</b>
    </div>
  )
}

function Gone() {
  const route = usePage('job')
  const session = useSession()
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="This job is gone">
        It was removed, or its queue keeps only the newest ended jobs.{' '}
        {session?.archive && (
          <>
            <PageLink
              to={{ page: 'archived-job', queue: route.queue, job: route.job }}
              className="font-medium text-accent hover:underline"
            >
              See its life in the archive
            </PageLink>
            {' · '}
          </>
        )}
        <PageLink to={{ ...route, page: 'queue' }} className="font-medium text-accent hover:underline">
          Back to the queue
        </PageLink>
      </EmptyState>
    </div>
  )
}

const LOOKS: Partial<Record<JobPlace, string>> = {
  stuck: 'bg-bad-wash text-bad',
  failed: 'bg-bad-wash text-bad',
  completed: 'bg-ok-wash text-ok',
  active: 'bg-accent/10 text-accent',
}

function StateBadge({ state }: { state: JobPlace }) {
  return (
    <span className={`rounded-md px-2 py-0.5 text-xs font-medium ${LOOKS[state] ?? 'bg-track text-text'}`}>
      {placeName(state)}
    </span>
  )
}
