import type { ArchivedJob } from '../../../api/archived-jobs.js'

/** A part of an attempt on the axis of all attempts, in percent of it. */
export interface Part {
  readonly name: 'waited' | 'ran'
  readonly left: number
  readonly width: number
}

type Times = Pick<ArchivedJob, 'startedAt' | 'finishedAt' | 'waitMs' | 'runMs'>

/** Where each attempt lies on an axis from the first wait to the last end. What is unknown has no part. */
export function barsOf(attempts: readonly Times[]): readonly (readonly Part[])[] {
  const begins = attempts.map((attempt) => beginOf(attempt) - (attempt.waitMs ?? 0))
  const [first, last] = [Math.min(...begins), Math.max(...attempts.map(({ finishedAt }) => finishedAt))]
  const length = Math.max(1, last - first)
  const part = (name: Part['name'], from: number, ms: number): Part[] => {
    return ms > 0 ? [{ name, left: ((from - first) * 100) / length, width: (ms * 100) / length }] : []
  }
  return attempts.map((attempt) => {
    const [began, waitMs] = [beginOf(attempt), attempt.waitMs ?? 0]
    return [...part('waited', began - waitMs, waitMs), ...part('ran', began, attempt.finishedAt - began)]
  })
}

function beginOf({ startedAt, finishedAt, runMs }: Times): number {
  return Math.min(startedAt ?? finishedAt - (runMs ?? 0), finishedAt)
}
