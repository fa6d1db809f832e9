import { JOB_COUNTS } from './queues.js'
import { amount, type Infer, listUpTo, object, oneOf, orNull, text } from './schema.js'
import { PERIODS } from './words.js'

/** The past of one queue. Times are Unix ms. */

export const QueueMinute = object(
  'A queue at the end of one minute, or over a step of the archive. All figures of a step in which neither an app nor Zenith read the queue are null.',
  {
    at: amount('End of the step, Unix ms.'),
    ...JOB_COUNTS,
    oldestMs: orNull(amount('Age of the job that has waited longest, ms; null also when none waits.')),
    in: orNull(amount('Jobs added per minute.')),
    out: orNull(amount('Jobs ended per minute.')),
  },
)
export type QueueMinute = Infer<typeof QueueMinute>

export const QueueHistoryView = object('The past of a queue, as recorded by the minute.', {
  key: text('Key of the queue.'),
  period: oneOf(PERIODS, 'Length of the period.'),
  step: amount('Length of a point, ms: a minute, or more in the archive, where counts are means.'),
  points: listUpTo(402, QueueMinute, 'Every step of the time, oldest first.'),
})
export type QueueHistoryView = Infer<typeof QueueHistoryView>
