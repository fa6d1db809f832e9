import type { JobPlace, JobSummary } from '../../../protocol/jobs.js'

export interface TimelinePart {
  name: 'delayed' | 'waited' | 'ran'
  from: number
  /** Null: until now. */
  to: number | null
}

type Times = Pick<JobSummary<JobPlace>, 'addedAt' | 'runAt' | 'startedAt' | 'finishedAt' | 'state'>

/**
 * What a job did with its time, as far as it is known. A job that was tried before keeps the time of its last attempt
 * alone: what was before that counts as waiting.
 */
export function timelineOf(job: Times): TimelinePart[] {
  const { addedAt, startedAt, finishedAt, state } = job
  if (state === 'delayed') return addedAt === null ? [] : [{ name: 'delayed', from: addedAt, to: null }]
  const hasRun = startedAt !== null && RUN.has(state)
  const parts = addedAt === null ? [] : waitOf(job, addedAt, hasRun ? startedAt : finishedAt)
  if (!hasRun) return parts
  return [
    ...parts,
    { name: 'ran', from: startedAt, to: finishedAt !== null && finishedAt >= startedAt ? finishedAt : null },
  ]
}

const RUN: ReadonlySet<JobPlace> = new Set(['active', 'completed', 'failed', 'waitingChildren'])

function waitOf({ runAt }: Times, addedAt: number, end: number | null): TimelinePart[] {
  const isLate = runAt !== null && runAt > addedAt && (end === null || runAt <= end)
  if (!isLate) return [{ name: 'waited', from: addedAt, to: end }]
  return [
    { name: 'delayed', from: addedAt, to: runAt },
    { name: 'waited', from: runAt, to: end },
  ]
}

/** How long it ran; null as long as it does, or when that is not known. */
export function ranFor({
  startedAt,
  finishedAt,
}: Pick<JobSummary<JobPlace>, 'startedAt' | 'finishedAt'>): number | null {
  return startedAt !== null && finishedAt !== null && finishedAt >= startedAt ? finishedAt - startedAt : null
}
