import type { Severity } from '../../api/alerts.js'
import type { Notification, NotifiedAlert } from '../notification.js'
import { cleanLine, cleanText, clip } from './text.js'
import { durationText, utc, utcSpan } from './times.js'

/** What every receiver of texts renders: all of it is plain text, cleaned and cut, and nothing of it is escaped. */
export interface Message {
  readonly event: Notification['event']
  readonly severity: Severity
  /** One line: `[Critical] shop: 2 of 5 nodes vanished`. */
  readonly headline: string
  /** The line under it; null if the alerts need none. */
  readonly intro: string | null
  readonly alerts: readonly MessageAlert[]
  /** Alerts that are not in the list. */
  readonly more: number
  readonly alsoFiring: readonly string[]
  readonly alsoFiringMore: number
  /** What to do: several lines, or empty. */
  readonly note: string
  /** Short facts of the whole: `Critical`, `Rule: Lost nodes`, `2026-11-30 06:31 UTC`. */
  readonly facts: readonly string[]
  readonly url: string | null
}

export interface MessageAlert {
  readonly subject: string
  /** What is or was wrong, since when, how often: a line each. */
  readonly lines: readonly string[]
  readonly details: readonly string[]
  readonly url: string | null
}

const MAX_TITLE = 250
const MAX_SUBJECT = 200
const MAX_LINE = 400
const MAX_DETAIL = 300
const MAX_NOTE = 2_000
const MAX_URL = 1_500

const SEVERITY_NAMES: Readonly<Record<Severity, string>> = { critical: 'Critical', warning: 'Warning', info: 'Info' }

/** @param receiver its name, for a test */
export function messageOf(notification: Notification, receiver: string): Message {
  const { event, severity, alsoFiring, alsoFiringMore, more } = notification
  return {
    event,
    severity,
    headline: clip(`[${badgeOf(notification)}] ${cleanLine(notification.title)}`, MAX_TITLE),
    intro: introOf(notification, receiver),
    alerts: notification.alerts.map((alert) => alertOf(alert, notification)),
    more,
    alsoFiring: alsoFiring.map((line) => clip(cleanLine(line), MAX_DETAIL)),
    alsoFiringMore,
    note: clip(cleanText(notification.note), MAX_NOTE),
    facts: factsOf(notification),
    url: webUrl(notification.url),
  }
}

/** The same with fewer alerts in the list: the others are counted. */
export function withAlerts(message: Message, count: number): Message {
  const left = Math.max(0, message.alerts.length - count)
  return { ...message, alerts: message.alerts.slice(0, count), more: message.more + left }
}

/** The same without the details of its alerts. */
export function withoutDetails(message: Message): Message {
  return { ...message, alerts: message.alerts.map((alert) => ({ ...alert, details: [] })) }
}

/**
 * The largest form of a message that a receiver takes: with details, else without them, else with fewer alerts.
 *
 * @param fits whether the rendered message is within the receiver's limits
 */
export function largest<T>(message: Message, render: (message: Message) => T, fits: (rendered: T) => boolean): T {
  let rendered = render(message)
  let smaller = withoutDetails(message)
  while (!fits(rendered)) {
    rendered = render(smaller)
    if (smaller.alerts.length === 0) break
    smaller = withAlerts(smaller, smaller.alerts.length - 1)
  }
  return rendered
}

/** `and 4 more alerts`; null if all are in the list. */
export function moreText({ alerts, more }: Message): string | null {
  if (more <= 0) return null
  const noun = more === 1 ? 'alert' : 'alerts'
  return alerts.length > 0 ? `… and ${more} more ${noun}` : `${more} ${noun}`
}

/** The other alerts, a line each, with the number of those that are not listed. */
export function alsoFiringLines({ alsoFiring, alsoFiringMore }: Message): readonly string[] {
  if (alsoFiringMore <= 0) return alsoFiring
  return [...alsoFiring, alsoFiring.length > 0 ? `… and ${alsoFiringMore} more` : `${alsoFiringMore} alerts`]
}

function badgeOf({ event, severity }: Notification): string {
  if (event === 'firing') return SEVERITY_NAMES[severity]
  return { reminder: `Still ${severity}`, resolved: 'Resolved', test: 'Test' }[event]
}

function introOf({ event }: Notification, receiver: string): string | null {
  if (event === 'test') return `This is a test of the receiver “${clip(cleanLine(receiver), 100)}”. Nothing is wrong.`
  return event === 'reminder' ? 'This is a reminder: nobody has acknowledged it yet.' : null
}

function factsOf({ event, severity, rule, at }: Notification): readonly string[] {
  const named = rule ? [`Rule: ${clip(cleanLine(rule.name), MAX_SUBJECT)}`] : []
  return event === 'test' ? ['Test', utc(at)] : [SEVERITY_NAMES[severity], ...named, utc(at)]
}

function alertOf(alert: NotifiedAlert, notification: Notification): MessageAlert {
  const line = (text: string) => clip(cleanLine(text), MAX_LINE)
  return {
    subject: clip(cleanLine(alert.subject), MAX_SUBJECT),
    lines: [line(whatText(alert)), whenText(alert, notification), ...timesText(alert)],
    details: alert.details.map((detail) => clip(cleanLine(detail), MAX_DETAIL)),
    url: webUrl(alert.url),
  }
}

function whatText({ text, endedAt }: NotifiedAlert): string {
  return endedAt === null ? text : `What was wrong: ${text}`
}

function whenText({ since, endedAt }: NotifiedAlert, { event, at }: Notification): string {
  if (endedAt !== null) return `Lasted ${durationText(endedAt - since)}: ${utcSpan(since, endedAt)}`
  const lasting = durationText(at - since)
  return event === 'reminder' ? `Firing for ${lasting}, since ${utc(since)}` : `Since ${utc(since)}, for ${lasting}`
}

function timesText({ times }: NotifiedAlert): readonly string[] {
  return times > 1 ? [`Fired ${times} times since the last message`] : []
}

/** Only what a browser opens as a page, without credentials, and without a character that ends a link in markup. */
function webUrl(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null
  const { protocol, origin, pathname, search, hash } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') return null
  const safe = origin + `${pathname}${search}${hash}`.replace(/[<>"'|\\^`{}()[\]*\s]/g, percent)
  return safe.length <= MAX_URL ? safe : null
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
