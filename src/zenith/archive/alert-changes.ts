import type { AlertEvent, AlertEventListing } from '../../api/alerts.js'
import type { TimeWindow } from '../../api/time-window.js'
import { ALERT_STREAM, alertChangeId, alertMark } from '../../archiver/feeds/alerts.js'
import type { Archive, ArchivedRecord } from '../../ports/index.js'
import { ApiError } from '../http/api-error.js'

/** Records of one page of the archive. */
const PAGE = 500
/** Records that are read for one answer: a narrow filter finds few among them. */
const MAX_READ = 10_000
const MAX_GAPS = 100

/** Which changes are wanted. */
export interface ChangeFilter {
  readonly rule: string | null
  /** Id of an alert. */
  readonly alert: string | null
  readonly service: string | null
  readonly severity: string | null
  readonly change: string | null
  /** In the name of the rule or the subject, or in what was wrong, ignoring case. */
  readonly q: string | null
}

export interface ChangeQuery {
  readonly time: TimeWindow
  readonly filter: ChangeFilter
  /** Where the previous page ended. */
  readonly after: Place | null
  readonly limit: number
}

/** A place in the order of changes, newest first. */
export interface Place {
  readonly at: number
  readonly id: string
}

interface PlacedChange extends Place {
  readonly event: AlertEvent
}

/** What the archive has of changes: in its order, as far as it was read. */
interface ReadChanges {
  readonly found: readonly PlacedChange[]
  /** Where reading ended; null at the end of the time. */
  readonly end: Place | null
}

const NOTHING: ReadChanges = { found: [], end: null }

/** @throws ApiError if it is no mark of a page */
export function placeOf(mark: string | null): Place | null {
  if (mark === null) return null
  const [, at, id] = /^(\d{1,16}(?:\.\d{1,20})?)\/([0-9a-f]{32})$/.exec(mark) ?? []
  if (at === undefined || id === undefined)
    throw new ApiError('bad_query', '`after` takes `next` of the previous page.')
  return { at: Number(at), id }
}

/**
 * A page of changes: those of the archive, and those that the store lists, which the archive may not have yet.
 *
 * @param listed newest first
 */
export async function changesOf(
  archive: Pick<Archive, 'records' | 'gaps'> | null,
  listed: readonly AlertEvent[],
  query: ChangeQuery,
): Promise<AlertEventListing> {
  const { time, limit } = query
  const { found, end } = archive ? await archivedChanges(archive, query) : NOTHING
  const recent = listed
    .map((event) => ({ at: event.at, id: alertChangeId(event), event }))
    .filter((one) => isWanted(one, query) && (end === null || compare(one, end) <= 0))
  const all = [...new Map([...found, ...recent].map((one) => [one.id, one])).values()].sort(compare)
  const page = all.slice(0, limit)
  const last = all.length > limit ? (page.at(-1) ?? null) : end
  return {
    items: page.map(({ event }) => event),
    next: last && alertMark(last.at, last.id),
    since: archive ? null : sinceOf(listed, time),
    gaps: archive ? await gapsIn(archive, time) : [],
  }
}

/** Newest first. */
function compare(a: Place, b: Place): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
}

function isWanted(one: PlacedChange, { time, filter, after }: ChangeQuery): boolean {
  const isInside = one.at >= time.from && one.at < time.to
  return isInside && (after === null || compare(one, after) > 0) && isMeant(one.event, filter)
}

function isMeant(event: AlertEvent, { rule, alert, service, severity, change, q }: ChangeFilter): boolean {
  const { subject, ruleName, text } = event
  if (rule !== null && event.rule !== rule) return false
  if (alert !== null && event.alert !== alert) return false
  if (service !== null && !isOfService(event, service)) return false
  if (severity !== null && event.severity !== severity) return false
  if (change !== null && event.change !== change) return false
  return q === null || `${ruleName} ${subject.name} ${text}`.toLowerCase().includes(q.toLowerCase())
}

/** Whether an alert is about a service, alone or among others. */
export function isOfService({ subject }: Pick<AlertEvent, 'subject'>, service: string): boolean {
  return subject.service === service || subject.services.includes(service)
}

/** One more than `limit`, if there are as many: then there is a next page. */
async function archivedChanges(archive: Pick<Archive, 'records'>, query: ChangeQuery): Promise<ReadChanges> {
  const { time, filter, after, limit } = query
  const to = after === null ? time.to : Math.min(time.to, after.at + 1)
  const asked = { kind: 'alert', from: time.from, to, ...(filter.rule !== null && { name: filter.rule }) } as const
  const found: PlacedChange[] = []
  let mark: string | null = null
  let last: PlacedChange | undefined
  for (let read = 0; read < MAX_READ; read += PAGE) {
    const page: Awaited<ReturnType<Archive['records']>> = await archive.records({ ...asked, limit: PAGE, after: mark })
    const changes = page.items.map(placed)
    found.push(...changes.filter((one) => isWanted(one, query)))
    last = changes.at(-1)
    mark = page.next
    const more = found[limit]
    if (more) return { found: found.slice(0, limit + 1), end: more }
    if (mark === null) return { found, end: null }
  }
  return { found, end: last ?? null }
}

function placed({ at, id, body }: ArchivedRecord): PlacedChange {
  return { at, id, event: JSON.parse(body) as AlertEvent }
}

function sinceOf(listed: readonly AlertEvent[], { from }: TimeWindow): number | null {
  const oldest = listed.at(-1)?.at
  return oldest !== undefined && oldest > from ? oldest : null
}

async function gapsIn(archive: Pick<Archive, 'gaps'>, time: TimeWindow): Promise<AlertEventListing['gaps']> {
  const gaps = await archive.gaps(time)
  return gaps
    .filter(({ stream }) => stream === ALERT_STREAM)
    .slice(-MAX_GAPS)
    .map(({ from, to }) => ({ from, to }))
}
