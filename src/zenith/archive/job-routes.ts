import {
  type ArchivedJob,
  ArchivedJobDetail,
  ArchivedJobFacets,
  ArchivedJobListing,
  Completeness,
} from '../../api/archived-jobs.js'
import type { AuditEntry } from '../../api/audit.js'
import { Problem } from '../../api/problem.js'
import type { QueueView } from '../../api/queues.js'
import { csvOf } from '../../lib/csv.js'
import type { Archive, ArchivedJobFilter, ArchivedJobQuery, ArchivePage } from '../../ports/index.js'
import { MAX_LIST_BYTES } from '../../protocol/read-limits.js'
import { needsPayloads, parseSearch } from '../../search/language.js'
import { operationsWith } from '../http/operation.js'
import { choiceParameter, textParameter, timeParameter, wholeParameter } from '../http/query.js'
import type { RequestContext } from '../http/request-context.js'
import { forbidden, json, problem } from '../http/responses.js'
import { withinBytes } from '../http/within-bytes.js'
import { TOO_MANY } from '../queues/answers.js'
import { type SearchSlots, searcherOf } from '../queues/jobs/search-slots.js'
import { archivedRecords, attemptOf } from './archived-records.js'
import { completenessOf } from './completeness.js'
import { type AlertsSource, alertsNow } from './firing-then.js'
import { alertsDuring } from './job-alerts.js'
import { type ArchiveServices, askArchive, NO_ARCHIVE } from './or-archived.js'
import { checkTime, timeParameters, UNAVAILABLE } from './parameters.js'

/** What routes about archived jobs need. */
export interface ArchivedJobServices extends ArchiveServices {
  /** Null: they are switched off. */
  readonly alerts: AlertsSource | null
  readonly archiveSearches: SearchSlots
  readonly monitor: ArchiveServices['monitor'] & { readonly queues: { readonly views: readonly QueueView[] } }
}

const { operation } = operationsWith<ArchivedJobServices>()

/** Attempts that are counted for facets: the newest. */
const MAX_COUNTED = 100_000
const MAX_FACETS = 50
const MAX_SEARCH_CHARS = 1_000
/** A mark has the key of a queue and the id of a job. */
const MAX_MARK_CHARS = 8_000
/** Lines of the audit trail about a job that an answer has. */
const MAX_AUDIT = 100
const END = 8.64e15

const searchParameters = {
  q: textParameter('A search, see docs/search.md. Default: everything.', MAX_SEARCH_CHARS),
  from: timeParameter('Only attempts that ended at or after it, Unix ms.'),
  to: timeParameter('Only attempts that ended before it, Unix ms.'),
}

interface SearchQuery {
  readonly q: string | null
  readonly from: number | null
  readonly to: number | null
}

const ANSWERS = {
  403: { description: 'The search needs payloads, which the principal may not see.', schema: Problem },
  409: NO_ARCHIVE,
  429: TOO_MANY,
  503: UNAVAILABLE,
}

export const archivedJobs = operation({
  path: '/api/archive/jobs',
  summary: 'Search finished jobs, newest first, as JSON or CSV',
  description:
    'Terms are looked up in an index of the payloads, and only in queues whose payloads the principal may see; masked values never match. A search that can’t be read answers 400 with the reason.',
  parameters: {
    ...searchParameters,
    limit: wholeParameter(1, 1_000, 100, 'Maximum number of attempts.'),
    after: textParameter('`next` of the previous page.', MAX_MARK_CHARS),
    format: choiceParameter(['json', 'csv'], 'Format of the answer. Default: `json`.'),
  },
  answers: { 200: { description: 'A page of attempts.', schema: ArchivedJobListing }, ...ANSWERS },
  async handle(context) {
    const { query } = context
    const filter = filterOf(context, query)
    if (filter instanceof Response) return filter
    const { limit, after, format } = query
    const asked = { ...filter, limit, after }
    // A table does not say where it ends: it has all that was asked for.
    const page = await searchArchive(context, (archive) =>
      format === 'csv' ? archive.jobs(asked) : pageOf(archive, asked),
    )
    const items = page.items.map(attemptOf)
    return format === 'csv' ? csvAnswer(items) : json(200, { items, next: page.next, ...notSearched(filter) })
  },
})

export const archivedJobFacets = operation({
  path: '/api/archive/jobs/facets',
  summary: 'Count finished jobs that match a search, by outcome, queue, name and service',
  parameters: searchParameters,
  answers: { 200: { description: 'The counts.', schema: ArchivedJobFacets }, ...ANSWERS },
  async handle(context) {
    const filter = filterOf(context, context.query)
    if (filter instanceof Response) return filter
    const { total, isPartial, fields } = await searchArchive(context, (archive) => archive.facets(filter, MAX_COUNTED))
    const shown = Object.entries(fields).map(([name, values]) => [name, values.slice(0, MAX_FACETS)])
    return json(200, { total, isPartial, ...notSearched(filter), ...Object.fromEntries(shown) })
  },
})

export const archivedJob = operation({
  path: '/api/archive/queues/{queue}/jobs/{job}',
  summary: 'Get the life of a job: its attempts with payloads, alerts that fired meanwhile, and who acted on it',
  segments: {
    queue: 'Key of the queue, as in `GET api/archive/jobs`.',
    job: "The job's id: `~` followed by its UTF-8 in base64url, or percent-encoded.",
  },
  parameters: {},
  answers: {
    200: { description: 'The job.', schema: ArchivedJobDetail },
    404: { description: 'The archive has no such job.', schema: Problem },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  async handle({ segments, principal, services }) {
    const { queue = '', job: id = '' } = segments
    const now = services.alerts && (await alertsNow(services.alerts))
    const found = await askArchive(services, async (archive) => {
      const attempts = await archive.attempts(queue, id)
      if (attempts.length === 0) return null
      const audit = await auditOf(archive, queue, id)
      return { attempts, audit, alerts: await alertsDuring(archive, queue, attempts, now) }
    })
    if (!found) return problem(404, 'not_found', 'The archive has no such job.')
    const { attempts, audit, alerts } = found
    const queueName = attempts[0]?.queueName ?? ''
    const payloads = services.policy.can(principal, 'queue.payloads', { queue: { key: queue, name: queueName } })
    const shown = payloads ? attempts : attempts.map((one) => ({ ...attemptOf(one), payload: null }))
    const { lines, since } = audit
    const detail: ArchivedJobDetail = { queue, id, attempts: shown, audit: lines, auditSince: since, alerts, payloads }
    return json(200, detail)
  },
})

export const completeness = operation({
  path: '/api/archive/completeness',
  summary: 'Compare the finished jobs in the archive with what workers counted, by queue',
  parameters: timeParameters,
  check: checkTime,
  answers: {
    200: { description: 'The queues.', schema: Completeness },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  async handle({ query, services }) {
    const time = { from: query.from ?? 0, to: query.to ?? 0 }
    const { now, queues } = services.monitor
    return json(200, await askArchive(services, (archive) => completenessOf(archive, time, now, queues.views)))
  },
})

/** Searches when it is their turn: each may hold the archive's thread for a second. */
function searchArchive<T>(
  { services, principal, origin, request }: RequestContext<ArchivedJobServices>,
  search: (archive: Archive) => Promise<T>,
): Promise<T> {
  const who = searcherOf(principal, origin)
  return services.archiveSearches.run(who, request.signal, () => askArchive(services, search))
}

/** @returns a response if the search can't be read, or not by this principal */
function filterOf(
  { services, principal }: RequestContext<ArchiveServices>,
  { q, from, to }: SearchQuery,
): ArchivedJobFilter | Response {
  const { search, problems } = parseSearch(q ?? '', services.monitor.now)
  if (!search) return problem(400, 'bad_search', problems.map(({ message }) => message).join(' '))
  const { policy } = services
  const isOfPayloads = needsPayloads(search.conditions)
  if (isOfPayloads && !policy.can(principal, 'queue.payloads'))
    return forbidden('queue.payloads', policy.rolesWith('queue.payloads'))
  const searched = isOfPayloads ? policy.patternsOf(principal, 'queue.payloads') : null
  return {
    conditions: search.conditions,
    from: Math.max(from ?? 0, search.from ?? 0),
    to: Math.min(to ?? END, search.to ?? END),
    ...(searched && { only: [searched] }),
  }
}

/** The part of an answer about queues whose payloads the principal may not search. */
function notSearched({ only }: ArchivedJobFilter): { readonly withoutQueues?: true } {
  return only ? { withoutQueues: true } : {}
}

/** A page that is no larger than other lists: jobs and queues may have long names. */
async function pageOf(archive: Archive, asked: ArchivedJobQuery): Promise<ArchivePage<StoredAttempt>> {
  const page = await archive.jobs(asked)
  const { length } = withinBytes(page.items, MAX_LIST_BYTES)
  // Only the archive can say where the page after a shorter one begins.
  return length < page.items.length ? archive.jobs({ ...asked, limit: Math.max(1, length) }) : page
}

interface JobAudit {
  readonly lines: readonly AuditEntry[]
  readonly since: number | null
}

type StoredAttempt = Awaited<ReturnType<Archive['attempts']>>[number]

/** The lines about a job: its target is the job's id. Of the whole trail the newest lines are searched. */
async function auditOf(archive: Archive, queue: string, id: string): Promise<JobAudit> {
  const { records, since } = await archivedRecords<AuditEntry>(archive, { kind: 'audit', from: 0, to: END })
  return { lines: records.filter((line) => line.queue === queue && line.target === id).slice(0, MAX_AUDIT), since }
}

const COLUMNS = [
  'finishedAt',
  'startedAt',
  'addedAt',
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

function csvAnswer(jobs: readonly ArchivedJob[]): Response {
  const rows = jobs.map((job) => COLUMNS.map((name) => job[name]))
  return new Response(csvOf(COLUMNS, rows), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="jobs.csv"',
    },
  })
}
