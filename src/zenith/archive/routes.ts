import {
  ArchiveView,
  HISTORY_STEPS,
  type HistoryPoint,
  HistoryView,
  MAX_HISTORY_POINTS,
  MarkListing,
} from '../../api/history.js'
import { Problem } from '../../api/problem.js'
import { MAX_WINDOW_MS } from '../../api/time-window.js'
import type { ArchiverStatus } from '../../archiver/archiver.js'
import { bucketStart } from '../../archiver/levels.js'
import { operationsWith } from '../http/operation.js'
import { choiceParameter, type Parameter, textParameter, timeParameter } from '../http/query.js'
import { json, problem } from '../http/responses.js'
import { archivedSpanOf } from './archived-span.js'
import { csvOf } from './csv.js'
import { gapMarkOf, historyOf, versionMarkOf } from './history.js'
import { type ArchiveServices, askArchive, NO_ARCHIVE } from './or-archived.js'

/** What routes about the archive itself need. */
export interface ArchiveRouteServices extends ArchiveServices {
  /** Null without an archive. */
  readonly archiver: { readonly status: ArchiverStatus } | null
}

const { operation } = operationsWith<ArchiveRouteServices>()

const UNAVAILABLE = { description: 'The archive does not answer.', schema: Problem }
const MAX_VERSIONS = 500
const MAX_GAPS = 1_000

const timeParameters = {
  from: required(timeParameter('Start of the time, Unix ms.')),
  to: required(timeParameter('End of the time, Unix ms.')),
}

interface TimeQuery {
  readonly from: number | null
  readonly to: number | null
}

function checkTime({ from, to }: TimeQuery): string | null {
  const [start, end] = [from ?? 0, to ?? 0]
  return end > start && end - start <= MAX_WINDOW_MS ? null : '`to` takes a time after `from`, at most 400 days later.'
}

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
    const view = await askArchive(services, (archive) => historyOf(archive, query.service ?? '', whole, step))
    return query.format === 'csv' ? csvAnswer(view.service, view.points) : json(200, view)
  },
})

function checkSteps({ from, to }: TimeQuery, step: string | null): string | null {
  if (step === null || ((to ?? 0) - (from ?? 0)) / Number(step) <= MAX_HISTORY_POINTS) return null
  return `\`step\` takes a length with which the time has at most ${MAX_HISTORY_POINTS} steps.`
}

const COLUMNS = ['from', 'to', 'nodes', 'cpu', 'cpuMax', 'rss', 'loopP99'] as const
const TRAFFIC_COLUMNS = ['count', 'rate', 'errorRate', 'p50', 'p95', 'p99'] as const

function csvAnswer(service: string, points: readonly HistoryPoint[]): Response {
  const kinds = ['requests', 'jobs'] as const
  const header = ['service', ...COLUMNS, ...kinds.flatMap((kind) => TRAFFIC_COLUMNS.map((name) => `${kind}_${name}`))]
  const rows = points.map((point) => [
    service,
    ...COLUMNS.map((name) => point[name]),
    ...kinds.flatMap((kind) => TRAFFIC_COLUMNS.map((name) => point[kind]?.[name] ?? null)),
  ])
  return new Response(csvOf(header, rows), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="history.csv"',
    },
  })
}

export const marks = operation({
  path: '/api/history/marks',
  summary: 'List what charts mark: versions of apps that started and ended, and times whose records were lost',
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
    const listing = await askArchive(services, async (archive): Promise<MarkListing> => {
      const events = await archive.records({ kind: 'event', name: 'versions', ...time, ...only, limit: MAX_VERSIONS })
      const gaps = (await archive.gaps(time)).map(gapMarkOf)
      const wanted = gaps.filter((gap) => service === null || gap.service === null || gap.service === service)
      return { versions: events.items.map(versionMarkOf), gaps: wanted.slice(0, MAX_GAPS) }
    })
    return json(200, listing)
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
    const status = await askArchive(services, (archive) => archive.status())
    const view: ArchiveView = { kind, place, ...archiver.status, ...status }
    return json(200, view)
  },
})

function required<T>(parameter: Parameter<T>): Parameter<T> {
  return { ...parameter, isRequired: true }
}
