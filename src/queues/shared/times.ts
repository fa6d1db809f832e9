import { type JobSummary, MAX_TIME } from '../../protocol/index.js'

/** A time from an app: Unix ms; null if it is missing or outside the range of dates. */
export function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof time === 'number' && time > 0 && time <= MAX_TIME ? time : null
}

/** When a job came to its state, if known: for an ended job its end, for others when it was added. */
export function cameAt({ state, addedAt, finishedAt }: JobSummary): number | null {
  return state === 'failed' || state === 'completed' ? finishedAt : addedAt
}

/** Whether a job belonged to a selection at that time. A job with an unknown time does. */
export function wasThere(job: JobSummary, asOf: number): boolean {
  return (cameAt(job) ?? 0) <= asOf
}
