import type { JobSummary } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { count, duration, percent, UNKNOWN } from '../../ui/format.js'
import { Gauge } from '../../ui/gauge.js'
import { Moment } from '../../ui/moment.js'
import { ranFor } from './times.js'

/** What of a job counts in a state: its time, and one more figure. */
export interface StateColumns {
  when: string
  figure: string
}

export const COLUMNS_OF: Readonly<Record<JobState, StateColumns>> = {
  waiting: { when: 'Added', figure: 'Priority' },
  prioritized: { when: 'Added', figure: 'Priority' },
  active: { when: 'Started', figure: 'Progress' },
  delayed: { when: 'Due', figure: 'Added' },
  waitingChildren: { when: 'Added', figure: 'Priority' },
  completed: { when: 'Finished', figure: 'Ran for' },
  failed: { when: 'Failed', figure: 'Ran for' },
}

export function WhenCell({ job, state }: { job: JobSummary; state: JobState }) {
  const { addedAt, startedAt, finishedAt, runAt } = job
  if (state === 'active') return <Moment at={startedAt} />
  if (state === 'delayed') return <Moment at={runAt} />
  return <Moment at={state === 'completed' || state === 'failed' ? finishedAt : addedAt} />
}

export function FigureCell({ job, state }: { job: JobSummary; state: JobState }) {
  if (state === 'active') return <Progress value={job.progress} />
  if (state === 'delayed') return <Moment at={job.addedAt} />
  if (state === 'completed' || state === 'failed') return <Known text={duration(ranFor(job))} />
  return <Known text={job.priority === 0 ? UNKNOWN : count(job.priority)} />
}

function Progress({ value }: { value: number | null }) {
  if (value === null) return <Known text={UNKNOWN} />
  return (
    <span className="flex items-center justify-end gap-2">
      <span className="w-16">
        <Gauge label="Progress" value={value} level="fine" text={percent(value)} />
      </span>
      <span className="min-w-9">{percent(value)}</span>
    </span>
  )
}

function Known({ text }: { text: string }) {
  return <span className={text === UNKNOWN ? 'text-soft' : ''}>{text}</span>
}

/** `3 of 5`, or as much of it as is known. */
export function attemptsWords({ attempts, maxAttempts }: Pick<JobSummary, 'attempts' | 'maxAttempts'>): string {
  if (attempts === null) return UNKNOWN
  // None is set, or it was raised by hand since.
  return maxAttempts === null || maxAttempts < Math.max(1, attempts)
    ? count(attempts)
    : `${count(attempts)} of ${count(maxAttempts)}`
}
