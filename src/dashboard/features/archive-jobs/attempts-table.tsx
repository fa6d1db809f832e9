import type { ArchivedJob } from '../../../api/archived-jobs.js'
import { duration, UNKNOWN } from '../../ui/format.js'
import { Moment } from '../../ui/moment.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { Outcome } from './outcome.js'

/** Attempts in the order that they are given in. @param time when they ended, or when they started */
export function AttemptsTable({
  jobs,
  label,
  time = 'Ended',
}: {
  jobs: readonly ArchivedJob[]
  label: string
  time?: 'Ended' | 'Started'
}) {
  return (
    <DataTable
      label={label}
      columns={time === 'Ended' ? ENDED : STARTED}
      items={jobs}
      keyOf={attemptKey}
      sort={{ key: '', down: true }}
      minWidth="64rem"
    />
  )
}

export function attemptKey({ queue, id, startedAt, finishedAt }: ArchivedJob): string {
  return JSON.stringify([queue, id, startedAt ?? finishedAt])
}

function columnsOf(time: 'Ended' | 'Started'): readonly Column<ArchivedJob>[] {
  return [
    text('Name', '18%', (job) => <JobLink job={job} />),
    text('Outcome', '8%', ({ outcome }) => <Outcome outcome={outcome} />),
    text(time, '9%', ({ finishedAt, startedAt }) => <Moment at={time === 'Ended' ? finishedAt : startedAt} />),
    text('Queue', '12%', ({ queueName }) => <span title={queueName}>{queueName}</span>),
    text('Id', '12%', ({ id }) => (
      <span className="font-mono text-xs" title={id}>
        {id}
      </span>
    )),
    figure('Attempt', '6%', ({ attempt }) => (attempt === null ? null : String(attempt))),
    figure('Waited', '7%', ({ waitMs }) => (waitMs === null ? null : duration(waitMs))),
    figure('Ran', '7%', ({ runMs }) => (runMs === null ? null : duration(runMs))),
    text('Service', '9%', ({ service }) => orDash(service)),
    text('Error', '12%', ({ error }) => (error === null ? '' : <span title={error}>{error}</span>)),
  ]
}

function text(title: string, width: string, cell: Column<ArchivedJob>['cell']): Column<ArchivedJob> {
  return { key: title, title, width, isText: true, cell }
}

function figure(title: string, width: string, read: (job: ArchivedJob) => string | null): Column<ArchivedJob> {
  return { key: title, title, width, cell: (job) => orDash(read(job)) }
}

function orDash(value: string | null) {
  return value === null ? <span className="text-soft">{UNKNOWN}</span> : value
}

function JobLink({ job: { queue, id, name } }: { job: ArchivedJob }) {
  return (
    <PageLink to={{ page: 'archived-job', queue, job: id }} data-row="" title={name} className="row-link font-medium">
      {name || 'unnamed'}
    </PageLink>
  )
}

const ENDED = columnsOf('Ended')
const STARTED = columnsOf('Started')
