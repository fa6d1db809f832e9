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
  'The attempts of one minute. All figures of a minute in which no process of the services ran are null.',
  {
    at: amount('End of the minute, Unix ms.'),
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
    period: oneOf(PERIODS, 'Length of the period.'),
    services: listOf(
      text('Name of a service.'),
      'Services whose followed workers ran jobs of the queue within the last hour; empty if no worker is followed.',
    ),
    jobs: listUpTo(201, JobRuns, 'By name, the most frequent first.'),
    points: listUpTo(60, RunMinute, 'Every minute of the period, oldest first.'),
  },
)
export type QueueRuns = Infer<typeof QueueRuns>
