import { amount, count, type Infer, listOf, listUpTo, object, oneOf, orNull, text } from './schema.js'
import { PERIODS } from './words.js'

/** What a queue's workers did, as far as recorders follow them. Times are Unix ms, durations ms. */

export const DurationFigures = object('Percentiles of durations, ms; null without measurements.', {
  p50: orNull(amount('Median.')),
  p95: orNull(amount('95th percentile.')),
  p99: orNull(amount('99th percentile.')),
  max: orNull(amount('The longest, within 2 %.')),
})
export type DurationFigures = Infer<typeof DurationFigures>

export const JobRuns = object('The jobs of one name that the workers of one service ran.', {
  service: text('Service whose workers ran them.'),
  name: text('Name of the jobs, or `(other)`.'),
  count: count('Attempts whose outcome the queue accepted.'),
  perMinute: amount('Attempts per minute.'),
  errors: count('Failed attempts.'),
  failed: count('Jobs that failed with no attempts left.'),
  stalled: count('Number of stalls.'),
  run: DurationFigures,
  wait: DurationFigures,
})
export type JobRuns = Infer<typeof JobRuns>

export const RunMinute = object(
  'The attempts of one minute, or of a step of the archive. All figures of a step in which no process of the services ran are null.',
  {
    at: amount('End of the step, Unix ms.'),
    ms: amount('How much of the step was reported, ms: all of it, unless it has just begun.'),
    count: orNull(count('Attempts.')),
    errors: orNull(count('Failed attempts.')),
    run: DurationFigures,
    wait: DurationFigures,
  },
)
export type RunMinute = Infer<typeof RunMinute>

export const QueueRuns = object(
  'Run time, wait, throughput and failures of a queue’s jobs. `run` is the time in the handler; `wait` is the time from when the job was ready to start until its first attempt.',
  {
    key: text('Key of the queue.'),
    period: oneOf(PERIODS, 'Length of the period; for a window, the shortest one that is as long.'),
    from: amount('Start of the time that the figures cover, Unix ms.'),
    to: amount('End of that time, Unix ms.'),
    step: amount('Length of a point, ms: a minute, or more in the archive.'),
    services: listOf(
      text('Name of a service.'),
      'Services whose followed workers ran jobs of the queue within the last hour, or within the time that the archive was asked for; empty if no worker was followed.',
    ),
    jobs: listUpTo(201, JobRuns, 'By name, the most frequent first.'),
    points: listUpTo(402, RunMinute, 'Every step of the time, oldest first.'),
  },
)
export type QueueRuns = Infer<typeof QueueRuns>
