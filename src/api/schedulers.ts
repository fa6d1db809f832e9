import { SCHEDULER_STATES, type SchedulerEntry } from '../protocol/jobs.js'
import { SCHEDULER_ACTIONS, type SchedulerAction } from './actions.js'
import { UntrustedDocument } from './audit.js'
import { Options, ShownText } from './jobs.js'
import { UnreadQueue } from './queues.js'
import {
  amount,
  count,
  exactly,
  flag,
  type Infer,
  listOf,
  object,
  oneOf,
  optional,
  orNull,
  text,
  time,
} from './schema.js'

const entry = {
  id: text('Id of the scheduler.'),
  name: text('Name of its jobs.'),
  cron: orNull(text('Cron expression.')),
  every: orNull(amount('Time between two runs, ms.')),
  timezone: orNull(text('IANA name of the time zone.')),
  limit: orNull(count('Maximum number of runs.')),
  from: time('Start of the schedule.'),
  until: time('End of the schedule.'),
  state: oneOf(SCHEDULER_STATES, 'State of the scheduler.'),
  attention: orNull(text('Why the scheduler does not create its jobs as expected.')),
  next: time('Next run.'),
  last: time('Last run.'),
  runs: orNull(count('Number of runs so far.')),
  options: orNull(Options),
}

interface Added {
  readonly data: ShownText
  readonly attention: string | null
  readonly queue: string
  readonly queueName: string
  readonly isKept: boolean
  readonly isRegisteredAgain: boolean
  readonly pausedBy: string | null
  readonly pausedAt: number | null
  readonly actions: readonly SchedulerAction[]
}

export const SchedulerView = exactly<Omit<SchedulerEntry, 'data' | 'attention'> & Added>()(
  object('A scheduler, which creates jobs by a schedule.', {
    ...entry,
    data: ShownText,
    queue: text('Key of the queue.'),
    queueName: text('Name of the queue.'),
    isKept: flag('Whether Zenith removed the scheduler to pause it, and stores its definition.'),
    isRegisteredAgain: flag('Whether the app registered the scheduler again after it was paused here.'),
    pausedBy: orNull(text('User who paused the scheduler here.')),
    pausedAt: time('When it was paused here.'),
    actions: listOf(oneOf(SCHEDULER_ACTIONS, 'An action.'), 'Available actions.'),
  }),
)
export type SchedulerView = Infer<typeof SchedulerView>

export const SchedulerListing = object('Schedulers.', {
  items: listOf(SchedulerView, 'Schedulers, by queue.'),
  partial: listOf(
    object('A queue with more schedulers than listed.', {
      key: text('Key of the queue.'),
      looked: count('Number of listed schedulers.'),
      total: count('Number of all schedulers.'),
    }),
    'Queues with unlisted schedulers: at most the 10,000 schedulers of a queue that are due next are listed. Actions work on each by its id.',
  ),
  failed: listOf(UnreadQueue, 'Queues whose schedulers could not be read.'),
  untrusted: optional(listOf(UntrustedDocument, 'Documents of paused schedulers with a missing or wrong signature.')),
  leftOut: optional(count('Number of paused schedulers beyond the limits, which Zenith does not read.')),
})
export type SchedulerListing = Infer<typeof SchedulerListing>
