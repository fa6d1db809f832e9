import { amount, count, type Infer, listUpTo, object, oneOf, orNull, percent, text } from './schema.js'
import { PERIODS } from './words.js'

/** Maximum number of minutes of one process. */
export const MAX_MINUTES = 120
/** Maximum number of steps of the archive. */
const MAX_STEPS = 402

export const ProcessMinute = object(
  'A process over about a minute, as it reported it, or over a step of the archive. A figure is null if it is unknown.',
  {
    from: amount('Start, Unix ms.'),
    at: amount('End, Unix ms.'),
    cpu: orNull(percent('Mean CPU, 0–100 of all usable cores.')),
    rss: orNull(amount('Highest resident set size, bytes.')),
    heapUsed: orNull(amount('Highest used heap, bytes.')),
    loopP99: orNull(amount('Worst p99 of event-loop delays over an interval, ms.')),
    utilization: orNull(amount('Mean utilization of the event loop, 0–1.')),
    gcMs: orNull(amount('Sum of the garbage collection pauses, ms.')),
    gcCount: orNull(amount('Number of garbage collection pauses.')),
    diskPct: orNull(percent('Usage of the fullest disk, 0–100.')),
    requests: orNull(count('Requests that ended; null in the archive, which does not tell processes apart there.')),
  },
)
export type ProcessMinute = Infer<typeof ProcessMinute>

export const ProcessHistory = object('The past of one process.', {
  service: text('Name of the service.'),
  node: text('Id of the node.'),
  period: oneOf(PERIODS, 'Length of the period; for a window, the shortest one that is as long.'),
  from: amount('Start of the requested time, Unix ms.'),
  to: amount('End of that time, Unix ms.'),
  minutes: listUpTo(
    MAX_STEPS,
    ProcessMinute,
    'Minutes that lie in that time, at least in part, oldest first. A time in which the process reported nothing has none.',
  ),
})
export type ProcessHistory = Infer<typeof ProcessHistory>
