import { type Alert, type AlertEvent, SEVERITIES } from '../../api/alerts.js'
import type { PastAlert, PastAlerts } from '../../api/past-alerts.js'
import type { TimeWindow } from '../../api/time-window.js'
import { ALERT_STREAM } from '../../archiver/feeds/alerts.js'
import { inSlices } from '../../lib/async.js'
import { groupBy } from '../../lib/group-by.js'
import type { Archive, ArchivedRecord } from '../../ports/index.js'
import { type Episode, episodesOf } from './alert-episodes.js'

const DAY_MS = 24 * 60 * 60_000
/** How far before a time its alerts may have been heard of last, ms. */
const HEARD_WITHIN_MS = 30 * DAY_MS
const MAX_BEFORE = 5_000
/** How far after it their ends may be, ms. */
const ENDED_WITHIN_MS = 7 * DAY_MS
const MAX_AFTER = 1_000
const PAGE = 1_000
/** Records to parse before yielding to the event loop. */
const SLICE = 100
const MAX_LISTED = 500

/** What is known beside the archive, which may not have the newest changes yet. */
export interface AlertsNow {
  /** Unix ms by the store's clock. */
  readonly at: number
  readonly alerts: readonly Alert[]
  /** Newest first. */
  readonly events: readonly AlertEvent[]
}

/** Has the changes that are not archived yet. Its methods never reject. */
export interface AlertsSource {
  /** The store's clock, Unix ms. */
  readonly now: number
  alerts(): Promise<readonly Alert[]>
  /** Newest first. */
  shown(): Promise<{ readonly events: readonly AlertEvent[] }>
}

/** Never rejects. */
export async function alertsNow(alerts: AlertsSource): Promise<AlertsNow> {
  return { at: alerts.now, alerts: await alerts.alerts(), events: (await alerts.shown()).events }
}

/**
 * The alerts that fired at a moment, or in a time: from what was heard of them in the 30 days before and the 7 days after.
 *
 * @param time of a moment both ends are the same @param now null: alerts are switched off @param isMeant counts only these
 */
export async function firingThen(
  archive: Pick<Archive, 'records' | 'gaps'>,
  time: TimeWindow,
  now: AlertsNow | null,
  isMeant: (alert: PastAlert) => boolean = () => true,
): Promise<PastAlerts> {
  const { from, to } = time
  const earliest = Math.max(0, from - HEARD_WITHIN_MS)
  const before = await changesIn(archive, { from: earliest, to: to + 1 }, 'newest', MAX_BEFORE)
  const after = await changesIn(archive, { from: to + 1, to: to + ENDED_WITHIN_MS }, 'oldest', MAX_AFTER)
  const gaps = await archive.gaps({ from: earliest, to: to + 1 })
  const losses = gaps.filter(({ stream }) => stream === ALERT_STREAM)
  const episodes = episodesOf([...before.events, ...after.events, ...(now?.events ?? [])])
  const live = (now?.alerts ?? []).filter(({ firedAt }) => firedAt !== null && firedAt <= to)
  // It no longer fires, and all changes since were read: its end was lost.
  const hasNow = now !== null && after.since === null && to + ENDED_WITHIN_MS >= now.at
  const items = [...groupBy(episodes, ({ alert }) => alert).values()].flatMap((own) => {
    return own.flatMap((one, index) => {
      const next = own[index + 1]?.firedAt ?? null
      if (!overlaps(one, next, time)) return []
      const isKnown = one.endedAt !== null || one.heardAt > to || live.some((alert) => isOf(alert, one))
      const isLost = hasNow || next !== null || losses.some((gap) => gap.to > one.heardAt && gap.from <= to)
      return [pastAlertOf(one, to, isKnown || !isLost)]
    })
  })
  const known = new Set(items.map(({ id }) => id))
  const unknown = live.filter(({ id }) => !known.has(id)).map(liveAlertOf)
  const all = [...items, ...unknown].filter(isMeant).sort(byNeed)
  return { items: all.slice(0, MAX_LISTED), since: before.since ?? earliest, isCut: all.length > MAX_LISTED }
}

/** @param next when the same alert fired again; an end that is not known was before */
function overlaps({ firedAt, endedAt }: Episode, next: number | null, { from, to }: TimeWindow): boolean {
  const end = endedAt ?? next ?? Number.POSITIVE_INFINITY
  return firedAt <= to && end > from
}

function isOf({ id, firedAt }: Alert, one: Episode): boolean {
  return id === one.alert && firedAt === one.firedAt
}

function pastAlertOf({ events, alert: id, firedAt, endedAt }: Episode, at: number, isSure: boolean): PastAlert {
  const heard = events.filter((event) => event.at <= at)
  const { rule, ruleName, severity, subject, text } = (heard.at(-1) ?? events[0]) as AlertEvent
  const acknowledgedBy = heard.findLast(({ change }) => change === 'acknowledged')?.by ?? null
  return { id, rule, ruleName, severity, subject, text, firedAt, endedAt, acknowledgedBy, isSure }
}

function liveAlertOf({ id, rule, ruleName, severity, subject, text, since, firedAt, acknowledged }: Alert): PastAlert {
  const acknowledgedBy = acknowledged?.by ?? null
  return {
    ...{ id, rule, ruleName, severity, subject, text },
    ...{ firedAt: firedAt ?? since, endedAt: null, acknowledgedBy, isSure: true },
  }
}

/** The severe before the mild, the newest first. */
function byNeed(a: PastAlert, b: PastAlert): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.firedAt - a.firedAt
}

/** @returns since: the oldest that was read, if there are older ones */
async function changesIn(
  archive: Pick<Archive, 'records'>,
  time: TimeWindow,
  order: 'newest' | 'oldest',
  most: number,
): Promise<{ readonly events: readonly AlertEvent[]; readonly since: number | null }> {
  const records: ArchivedRecord[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<Archive['records']>> = await archive.records({
      ...{ kind: 'alert', ...time, order, limit: PAGE, after },
    })
    records.push(...page.items)
    after = page.next
  } while (after !== null && records.length < most)
  const events: AlertEvent[] = []
  await inSlices(records, SLICE, ({ body }) => events.push(JSON.parse(body) as AlertEvent))
  return { events, since: after === null ? null : (records.at(-1)?.at ?? null) }
}
