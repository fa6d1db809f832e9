import type { AlertEvent } from '../../api/alerts.js'
import type { AuditEntry } from '../../api/audit.js'
import { csvRows } from '../../lib/csv.js'
import type { ArchiveDriver, ArchivedJobFilter, ArchivedRecordKind } from '../../ports/index.js'
import { CHANGE_COLUMNS, changeRow, isOfService } from '../../runtime/archived-alerts.js'
import { LINE_COLUMNS, lineRow } from '../../runtime/archived-audit.js'
import { archivedHistory, HISTORY_COLUMNS, historyRow } from '../../runtime/archived-history.js'

export const TABLES = ['jobs', 'slow', 'exceptions', 'alerts', 'audit', 'history'] as const
export type TableName = (typeof TABLES)[number]
export const FORMATS = ['ndjson', 'csv'] as const
export type Format = (typeof FORMATS)[number]

export interface ExportQuery {
  readonly filter: ArchivedJobFilter
  /** Only of this service. */
  readonly service: string | undefined
  /** Of the audit trail: whether a line is wanted. */
  readonly isLine: (line: AuditEntry) => boolean
  readonly withPayloads: boolean
  readonly format: Format
}

type Cell = string | number | null
/** Records of an export: as JSON, and as a row of the table. */
interface Line {
  readonly json: unknown
  readonly cells: readonly Cell[]
}

const PAGE = 1_000
/** Payloads have up to 65,536 characters. */
const PAGE_WITH_PAYLOADS = 100
const DAY_MS = 86_400_000

const JOB_COLUMNS = [
  'finishedAt',
  'startedAt',
  'addedAt',
  'queue',
  'queueName',
  'name',
  'id',
  'outcome',
  'attempt',
  'waitMs',
  'runMs',
  'service',
  'node',
  'error',
] as const

type RecordTable = 'slow' | 'exceptions' | 'alerts' | 'audit'

/** Of the records' own fields. */
const RECORDS: Readonly<Record<RecordTable, { kind: ArchivedRecordKind; columns: string[] }>> = {
  slow: {
    kind: 'slow',
    columns: [
      'ts',
      'kind',
      'name',
      'durationMs',
      'thresholdMs',
      'status',
      'service',
      'node',
      'requestId',
      'traceId',
      'meta',
    ],
  },
  exceptions: {
    kind: 'exception',
    columns: [
      'ts',
      'kind',
      'name',
      'message',
      'fingerprint',
      'handled',
      'service',
      'node',
      'route',
      'queue',
      'traceId',
      'stack',
    ],
  },
  alerts: { kind: 'alert', columns: [...CHANGE_COLUMNS] },
  audit: { kind: 'audit', columns: [...LINE_COLUMNS] },
}

/** A table in parts, as text. Records come newest first, history oldest first. */
export async function* tableText(archive: ArchiveDriver, name: TableName, query: ExportQuery): AsyncGenerator<string> {
  const isCsv = query.format === 'csv'
  if (isCsv) yield csvRows([columnsOf(name, query)])
  for await (const lines of linesOf(archive, name, query))
    yield isCsv
      ? csvRows(lines.map(({ cells }) => cells))
      : lines.map(({ json }) => `${JSON.stringify(json)}\n`).join('')
}

function columnsOf(name: TableName, { withPayloads }: ExportQuery): readonly string[] {
  if (name === 'history') return HISTORY_COLUMNS
  if (name === 'jobs') return withPayloads ? [...JOB_COLUMNS, 'payload', 'payloadIsCut'] : JOB_COLUMNS
  return RECORDS[name].columns
}

function linesOf(archive: ArchiveDriver, name: TableName, query: ExportQuery): AsyncGenerator<readonly Line[]> {
  if (name === 'jobs') return jobLines(archive, query)
  return name === 'history' ? historyLines(archive, query) : recordLines(archive, name, query)
}

async function* jobLines(
  archive: ArchiveDriver,
  { filter, withPayloads }: ExportQuery,
): AsyncGenerator<readonly Line[]> {
  const limit = withPayloads ? PAGE_WITH_PAYLOADS : PAGE
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<ArchiveDriver['jobs']>> = await archive.jobs({
      ...filter,
      limit,
      after,
      withPayloads,
    })
    yield page.items.map(({ payload, ...job }) => ({
      json: withPayloads ? { ...job, payload } : job,
      cells: [
        ...JOB_COLUMNS.map((column) => job[column]),
        ...(withPayloads ? [payload?.text ?? null, payload ? String(payload.isCut) : null] : []),
      ],
    }))
    after = page.next
  } while (after !== null)
}

async function* recordLines(
  archive: ArchiveDriver,
  name: RecordTable,
  { filter: { from, to }, service, isLine }: ExportQuery,
): AsyncGenerator<readonly Line[]> {
  const { kind, columns } = RECORDS[name]
  // An alert may be about several services: a host, or a queue.
  const services = service === undefined || name === 'alerts' ? {} : { services: [service] }
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<ArchiveDriver['records']>> = await archive.records({
      ...{ kind, from, to, ...services, limit: PAGE, after },
    })
    const all = page.items.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
    if (name === 'alerts') yield alertLines(all, service)
    else if (name === 'audit') yield auditLines(all, isLine)
    else yield all.map((json) => ({ json, cells: cellsOf(columns, json) }))
    after = page.next
  } while (after !== null)
}

function alertLines(all: readonly Record<string, unknown>[], service: string | undefined): readonly Line[] {
  const changes = all as unknown as readonly AlertEvent[]
  const meant = changes.filter((event) => service === undefined || isOfService(event, service))
  return meant.map((event) => ({ json: event, cells: changeRow(event) }))
}

function auditLines(all: readonly Record<string, unknown>[], isLine: ExportQuery['isLine']): readonly Line[] {
  const lines = all as unknown as readonly AuditEntry[]
  return lines.filter(isLine).map((line) => ({ json: line, cells: lineRow(line) }))
}

async function* historyLines(
  archive: ArchiveDriver,
  { filter: { from, to }, service }: ExportQuery,
): AsyncGenerator<readonly Line[]> {
  const now = Date.now()
  // Figures last 400 days, and none is from the future.
  const time = { from: Math.max(from, now - 400 * DAY_MS), to: Math.min(to, now + DAY_MS) }
  const services = service === undefined ? await archive.scopes({ kind: 'traffic', ...time }) : [service]
  for (const one of services)
    for await (const points of archivedHistory(archive, one, time, now))
      yield points.map((point) => ({ json: { service: one, ...point }, cells: historyRow(one, point) }))
}

function cellsOf(columns: readonly string[], json: Record<string, unknown>): readonly Cell[] {
  return columns.map((column) => cellOf(json[column]))
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number') return value
  return JSON.stringify(value)
}
