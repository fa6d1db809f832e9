import { createHash, randomUUID } from 'node:crypto'
import type { AlertRule } from '../../api/alerts.js'
import type { Notification, NotifiedAlert } from '../notification.js'
import { isOfStore } from '../rules.js'
import { conditionInWords, subjectInWords } from '../words.js'
import type { Track } from './track.js'

const MAX_ALERTS = 20
const MAX_ALSO = 10
const MAX_DETAILS = 10

/** A message, and the receivers that get it. */
export interface Addressed {
  readonly notification: Notification
  readonly receivers: readonly string[]
}

export interface MessageContext {
  /** Unix ms by the store's clock. */
  readonly now: number
  /** All that fire, for "also firing". */
  readonly firing: readonly Track[]
  /** Absolute URL of the page, without a slash at its end; null if it is unknown. */
  readonly url: string | null
  /** Other Zeniths may write the same message. */
  readonly isAlone: boolean
}

/** What a message needs of a rule; without times of one that was removed. */
type MessageRule = Pick<AlertRule, 'id' | 'name' | 'severity' | 'note'> &
  Partial<Pick<AlertRule, 'cooldownMs' | 'remindMs'>>

/**
 * One message for alerts of one rule that begin, are reminded of or end together.
 *
 * @param why `ended`: texts of alerts whose subject is gone, by id
 */
export function messageOf(
  event: Notification['event'],
  rule: MessageRule,
  tracks: readonly Track[],
  context: MessageContext,
): Notification {
  const { now, url } = context
  const also = alsoFiring(tracks, context.firing)
  return {
    id: idOf(event, rule, tracks, context),
    event,
    at: now,
    title: titleOf(rule, tracks),
    severity: rule.severity,
    rule: { id: rule.id, name: rule.name },
    alerts: tracks.slice(0, MAX_ALERTS).map((track) => notified(track, event, context)),
    more: Math.max(0, tracks.length - MAX_ALERTS),
    alsoFiring: also.slice(0, MAX_ALSO).map(lineOf),
    alsoFiringMore: Math.max(0, also.length - MAX_ALSO),
    url: url === null ? null : `${url}/?page=alerts`,
    note: rule.note,
  }
}

/**
 * Unique; of a message that other Zeniths may write, too, the same for all of them: of the same event of the same alerts, within a time in
 * which no Zenith writes it twice. The URL of the page tells it from messages about another Redis.
 */
function idOf(
  event: Notification['event'],
  rule: MessageRule,
  tracks: readonly Track[],
  context: MessageContext,
): string {
  const { url, isAlone, now } = context
  const isShared = url !== null && (isAlone || tracks.every(({ condition }) => isOfStore(condition)))
  if (!isShared) return randomUUID()
  const { cooldownMs = 0, remindMs } = rule
  const sentAt = Math.max(...tracks.map((track) => track.sentAt ?? now))
  const [at, every] = event === 'reminder' ? [now, remindMs ?? 0] : [event === 'resolved' ? sentAt : now, cooldownMs]
  const about = [url, event, rule.id, Math.floor(at / Math.max(1, every)), ...tracks.map(({ id }) => id).sort()]
  return createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 32)
}

/** Of one alert, what it is about; of several, how many, and of what. */
function titleOf(rule: Pick<AlertRule, 'name'>, tracks: readonly Track[]): string {
  const [first] = tracks
  if (first && tracks.length === 1) return lineOf(first)
  const kinds = new Set(tracks.map(({ subject }) => subject.kind))
  const [kind] = kinds
  const what = kinds.size === 1 && kind ? `${kind}s` : 'alerts'
  const names = tracks.slice(0, 3).map(({ subject }) => subject.name)
  const rest = tracks.length > names.length ? ` and ${tracks.length - names.length} more` : ''
  return `${rule.name}: ${tracks.length} ${what} (${names.join(', ')}${rest})`
}

/** What is about the fleet needs no subject. */
function lineOf(track: Track): string {
  const { subject } = track
  return subject.kind === 'fleet' ? textOf(track) : `${subjectInWords(subject)}: ${textOf(track)}`
}

/** What is wrong, or was. */
function textOf({ condition, metValue }: Track): string {
  return conditionInWords(condition, metValue)
}

function notified(track: Track, event: Notification['event'], { now, url }: MessageContext): NotifiedAlert {
  return {
    id: track.id,
    subject: subjectInWords(track.subject),
    text: textOf(track),
    since: track.since,
    endedAt: event === 'resolved' ? now : null,
    times: track.times,
    url: url === null ? null : `${url}${momentOf(track)}`,
    details: track.details.slice(0, MAX_DETAILS),
  }
}

/** The page of the subject, at the time of the alert. */
function momentOf({ id }: Track): string {
  return `/?page=alerts&alert=${encodeURIComponent(id)}`
}

/** Not those of the message, nor those that they explain: these are told as details. */
function alsoFiring(tracks: readonly Track[], firing: readonly Track[]): readonly Track[] {
  const own = new Set(tracks.map(({ id }) => id))
  return firing.filter(({ id }) => !own.has(id))
}

/** A message to try a receiver with. */
export function testMessage(now: number, url: string | null): Notification {
  return {
    ...{ id: randomUUID(), event: 'test', at: now, severity: 'info', rule: null },
    title: 'Test of Quasar: this receiver works',
    ...{ alerts: [], more: 0, alsoFiring: [], alsoFiringMore: 0, note: '' },
    url: url === null ? null : `${url}/?page=alerts`,
  }
}
