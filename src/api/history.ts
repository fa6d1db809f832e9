import { PastAlert } from './past-alerts.js'
import { amount, count, flag, type Infer, listOf, listUpTo, object, orNull, percent, text } from './schema.js'
import { TrafficPoint } from './services.js'

/** What the archive has of a service. Times are Unix ms. */

/** Steps of the archive, ms: a minute, 10 minutes, an hour, 6 hours. */
export const HISTORY_STEPS = [60_000, 600_000, 3_600_000, 21_600_000] as const

/** Maximum number of points in one answer. */
export const MAX_HISTORY_POINTS = 2_000

export const HistoryPoint = object('A service over one step. A step in which it reported nothing has no point.', {
  from: amount('Start, Unix ms.'),
  to: amount('End, Unix ms.'),
  requests: orNull(TrafficPoint),
  jobs: orNull(TrafficPoint),
  nodes: count('Nodes that reported.'),
  cpu: orNull(percent('Mean CPU of the nodes, 0–100 of all usable cores.')),
  cpuMax: orNull(percent('The highest CPU of a node over a minute, 0–100.')),
  rss: orNull(amount('The largest resident set size of a node, bytes.')),
  loopP99: orNull(amount('The worst p99 of event-loop delays of a node, ms.')),
})
export type HistoryPoint = Infer<typeof HistoryPoint>

export const HistoryView = object('The past of a service.', {
  service: text('Name of the service.'),
  from: amount('Start of the first step, Unix ms.'),
  to: amount('End of the last step, Unix ms.'),
  step: amount('Length of a step, ms.'),
  points: listUpTo(MAX_HISTORY_POINTS, HistoryPoint, 'Oldest first.'),
})
export type HistoryView = Infer<typeof HistoryView>

export const VersionMark = object('A change of the versions of an app that ran.', {
  at: amount('When the first node of a new version started, else when it was noticed, Unix ms.'),
  service: text('Name of the service.'),
  added: listOf(text('Version of the app.'), 'Versions that did not run before.'),
  removed: listOf(text('Version of the app.'), 'Versions that did not run any more.'),
  live: listOf(text('Version of the app.'), 'Versions that ran afterwards.'),
  isFirst: flag('Whether the archive begins here, so that no deployment was seen.'),
})
export type VersionMark = Infer<typeof VersionMark>

export const GapMark = object(
  'A time of which records were lost, because no Zenith archived them before Redis trimmed them.',
  {
    from: amount('Unix ms.'),
    to: amount('Unix ms.'),
    stream: text('`history`, `queues`, `slow`, `exceptions`, `jobs` or `audit`.'),
    service: orNull(text('Name of the service; null if it is about none.')),
    lost: orNull(count('Number of records; null if unknown.')),
  },
)
export type GapMark = Infer<typeof GapMark>

export const MarkListing = object('What charts of a time mark.', {
  versions: listUpTo(500, VersionMark, 'Newest first.'),
  gaps: listUpTo(1_000, GapMark, 'Oldest first.'),
  alerts: listUpTo(500, PastAlert, 'Those that fired in the time, the worst first.'),
})
export type MarkListing = Infer<typeof MarkListing>

export const Unopened = object(
  'Jobs whose payloads Zenith could not open: their workers have another `QUASAR_TOKEN`.',
  {
    service: text('Service of the workers.'),
    at: amount('When the last of them ended, Unix ms; up to 10 min before it.'),
  },
)
export type Unopened = Infer<typeof Unopened>

export const ArchiveView = object('The archive.', {
  kind: text('`sqlite`, `postgres`.'),
  place: text('Where it is, without secrets.'),
  state: text('`starting`, `archiving`, `waiting` (another Zenith archives) or `failing`.'),
  error: orNull(text('Why archiving fails; null if it does not.')),
  at: orNull(amount('When everything in Redis was archived last, Unix ms; null before that.')),
  bytes: object('Size on disk by what it holds, bytes.', {
    figures: amount('Charts.'),
    records: amount('Slow requests and jobs, exceptions, events, the audit trail.'),
    jobs: amount('Finished jobs without payloads.'),
    payloads: amount('Payloads and their search index.'),
    total: amount('All of it.'),
  }),
  jobs: count('Number of attempts.'),
  payloads: count('Number of attempts with a payload.'),
  since: object('The oldest data, Unix ms; null without any.', {
    figures: orNull(amount('Of charts.')),
    jobs: orNull(amount('Of jobs.')),
    payloads: orNull(amount('Of payloads.')),
  }),
  disk: orNull(
    object('The disk; null if the database is on another machine.', {
      free: amount('Bytes.'),
      total: amount('Bytes.'),
    }),
  ),
  problems: listOf(
    object('A part that can’t be read.', { part: text('Its file or table.'), message: text('Why.') }),
    'Parts that can’t be read; the others answer.',
  ),
  unopened: listOf(Unopened, 'Services whose jobs of the last 24 h are without payloads, by name.'),
})
export type ArchiveView = Infer<typeof ArchiveView>
