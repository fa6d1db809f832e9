import {
  ArchiveView,
  HISTORY_STEPS,
  type HistoryPoint,
  HistoryView,
  MAX_HISTORY_POINTS,
  MarkListing,
} from '../../api/history.js'
import { Problem } from '../../api/problem.js'
import { PastView, TickListing } from '../../api/time-travel.js'
import type { ArchiverStatus } from '../../archiver/archiver.js'
import { bucketStart } from '../../archiver/figures/levels.js'
import { readUnopened } from '../../archiver/prepare/unopened.js'
import { csvOf } from '../../lib/csv.js'
import { operationsWith } from '../http/operation.js'
import { choiceParameter, required, textParameter, timeParameter } from '../http/query.js'
import { json, problem } from '../http/responses.js'
import { isOfService } from './alert-changes.js'
import { archivedSpanOf } from './archived-span.js'
import { type AlertsSource, alertsNow, firingThen } from './firing-then.js'
import { gapMarkOf, historyOf, versionMarkOf } from './history.js'
import { HISTORY_COLUMNS, historyRow } from './history-table.js'
import { type ArchiveServices, askArchive, NO_ARCHIVE } from './or-archived.js'
import { checkTime, type TimeQuery, timeParameters, UNAVAILABLE } from './parameters.js'
import { pastAt, ticksOf } from './time-travel.js'

/** What routes about the archive itself need. */
export interface ArchiveRouteServices extends ArchiveServices {
  /** Null without an archive. */
  readonly archiver: { readonly status: ArchiverStatus } | null
  /** Null: they are switched off. */
  readonly alerts: AlertsSource | null
}

const { operation } = operationsWith<ArchiveRouteServices>()

const DAY_MS = 24 * 60 * 60_000
const MAX_VERSIONS = 500
const MAX_GAPS = 1_000

export const history = operation({
  path: '/api/history',
  summary: 'Get the past of a service from the archive, as JSON or CSV',
  description:
    'A step that is older than the archive keeps it has no points: 48 hours of minutes, 14 days of 10 minutes, 90 days of hours, 400 days of 6 hours.',
  parameters: {
    service: required(textParameter('Name of the service.')),
    ...timeParameters,
    step: choiceParameter(HISTORY_STEPS.map(String), 'Length of a step, ms. Default: the finest one that fits.'),
    format: choiceParameter(['json', 'csv'], 'Format of the answer. Default: `json`.'),
  },
  check: ({ step, ...time }) => checkTime(time) ?? checkSteps(time, step),
  answers: {
    200: { description: 'The steps in which the service reported, oldest first.', schema: HistoryView },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: async ({ query, services }) => {
    const window = { from: query.from ?? 0, to: query.to ?? 0 }
    const { now } = services.monitor
    const step = query.step ? Number(query.step) : (archivedSpanOf({ period: '1h', window }, now)?.step ?? 60_000)
    const whole = { from: bucketStart(window.from, step), to: bucketStart(window.to - 1, step) + step }
    const view = await askArchive(services, (archive) => historyOf(archive, query.service ?? '', whole, step, now))
    return query.format === 'csv' ? csvAnswer(view.service, view.points) : json(200, view)
  },
})

function checkSteps({ from, to }: TimeQuery, step: string | null): string | null {
  if (step === null || ((to ?? 0) - (from ?? 0)) / Number(step) <= MAX_HISTORY_POINTS) return null
  return `\`step\` takes a length with which the time has at most ${MAX_HISTORY_POINTS} steps.`
}

function csvAnswer(service: string, points: readonly HistoryPoint[]): Response {
  const rows = points.map((point) => historyRow(service, point))
  return new Response(csvOf(HISTORY_COLUMNS, rows), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="history.csv"',
    },
  })
}

export const marks = operation({
  path: '/api/history/marks',
  summary: 'List what charts mark: versions of apps that started and ended, alerts, and times whose records were lost',
  parameters: { service: textParameter('Only of this service.'), ...timeParameters },
  check: checkTime,
  answers: {
    200: { description: 'The marks.', schema: MarkListing },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: async ({ query, services }) => {
    const time = { from: query.from ?? 0, to: query.to ?? 0 }
    const { service } = query
    const only = service === null ? {} : { services: [service] }
    const now = services.alerts && (await alertsNow(services.alerts))
    const listing = await askArchive(services, async (archive): Promise<MarkListing> => {
      const events = await archive.records({ kind: 'event', name: 'versions', ...time, ...only, limit: MAX_VERSIONS })
      const gaps = (await archive.gaps(time)).map(gapMarkOf)
      const wanted = gaps.filter((gap) => service === null || gap.service === null || gap.service === service)
      const { items } = await firingThen(archive, time, now, (alert) => service === null || isOfService(alert, service))
      return { versions: events.items.map(versionMarkOf), gaps: wanted.slice(0, MAX_GAPS), alerts: items }
    })
    return json(200, listing)
  },
})

export const past = operation({
  path: '/api/history/at',
  summary:
    'Get the fleet as it was: services, nodes, queues, firing alerts, running jobs, and what happened 5 min before and after',
  description:
    'Figures are of the step that the time lies in: a minute within the last 48 hours, then 10 minutes, an hour, 6 hours. Alerts are those of which anything was heard in the 30 days before or the 7 days after.',
  parameters: { t: required(timeParameter('The time, Unix ms.')) },
  answers: { 200: { description: 'The fleet.', schema: PastView }, 409: NO_ARCHIVE, 503: UNAVAILABLE },
  handle: async ({ query, services }) => {
    const { now } = services.monitor
    const alerts = services.alerts && (await alertsNow(services.alerts))
    return json(200, await askArchive(services, (archive) => pastAt(archive, query.t ?? 0, now, alerts)))
  },
})

export const ticks = operation({
  path: '/api/history/ticks',
  summary: 'List what happened over a time: deployments, alerts, exceptions, actions of users, lost records',
  parameters: timeParameters,
  check: checkTime,
  answers: { 200: { description: 'The ticks.', schema: TickListing }, 409: NO_ARCHIVE, 503: UNAVAILABLE },
  handle: async ({ query, services }) => {
    const time = { from: query.from ?? 0, to: query.to ?? 0 }
    return json(200, await askArchive(services, (archive) => ticksOf(archive, time)))
  },
})

export const archiveStatus = operation({
  path: '/api/archive',
  summary: 'Get the state and the size of the archive',
  parameters: {},
  answers: {
    200: { description: 'The archive.', schema: ArchiveView },
    404: { description: 'This Zenith has no archive.', schema: Problem },
    503: UNAVAILABLE,
  },
  handle: async ({ services }) => {
    const { archiver } = services
    if (!services.archive || !archiver) return problem(404, 'not_found', 'This Zenith has no archive.')
    const { kind, place } = services.archive
    const { now } = services.monitor
    const view = await askArchive(services, async (archive): Promise<ArchiveView> => {
      const unopened = await readUnopened(archive, { from: now - DAY_MS, to: now })
      return { kind, place, ...archiver.status, ...(await archive.status()), unopened }
    })
    return json(200, view)
  },
})
