import { type JobSummary, MAX_TIME } from '../../protocol/index.js'

/** A time of some app's: Unix ms; null when it is none, or none that a calendar has. */
export function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof time === 'number' && time > 0 && time <= MAX_TIME ? time : null
}

/** When a job came to its state, as far as that is known: what ended did so then, the rest was added. */
export function cameAt({ state, addedAt, finishedAt }: JobSummary): number | null {
  return state === 'failed' || state === 'completed' ? finishedAt : addedAt
}

/** Whether a job belongs to a selection as it was then. What does not say when it came does. */
export function wasThere(job: JobSummary, asOf: number): boolean {
  return (cameAt(job) ?? 0) <= asOf
}
