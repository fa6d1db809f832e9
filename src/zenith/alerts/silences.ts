import type { Track } from '../../alerts/engine/track.js'
import type { Silence, WeeklyTime } from '../../api/alerts.js'
import { WEEKDAYS } from '../../api/alerts.js'
import { globOf } from '../../lib/glob.js'

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60

/** The id of the first silence that mutes an alert at a time; null: none does. */
export function silenceOf(track: Track, silences: readonly Silence[], now: number): string | null {
  return silences.find((silence) => isActive(silence, now) && matches(silence, track))?.id ?? null
}

/** Whether a silence mutes at a time, Unix ms. */
export function isActive({ until, weekly }: Pick<Silence, 'until' | 'weekly'>, now: number): boolean {
  return (until === null || now < until) && (weekly === null || isWithin(weekly, now))
}

/** By the clock of its time zone; a time that begins before midnight may last into the next days. */
export function isWithin({ days, from, minutes, timeZone }: WeeklyTime, now: number): boolean {
  const { day, minute } = localTime(now, timeZone)
  const [hours = 0, rest = 0] = from.split(':').map(Number)
  const start = hours * 60 + rest
  return days.some((name) => {
    const since = (day - WEEKDAYS.indexOf(name)) * DAY_MINUTES + minute - start
    return (since + 7 * DAY_MINUTES) % (7 * DAY_MINUTES) < minutes
  })
}

/** @returns the day of the week, 0 for Monday, and the minute of the day */
function localTime(now: number, timeZone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'short', hour: 'numeric', minute: 'numeric' },
  }).formatToParts(Math.floor(now / MINUTE_MS) * MINUTE_MS)
  const find = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  const day = (WEEKDAYS as readonly string[]).indexOf(find('weekday').toLowerCase())
  return { day, minute: Number(find('hour')) * 60 + Number(find('minute')) }
}

/** Each list that is not empty has to match. */
function matches(silence: Silence, { rule, subject }: Track): boolean {
  const { kind, key, name } = subject
  const services = subject.service === null ? subject.services : [subject.service]
  return (
    matchesAny(silence.rules, [rule]) &&
    matchesEach(silence.services, services) &&
    matchesAny(silence.hosts, kind === 'host' ? [name] : [subject.host ?? '']) &&
    matchesAny(silence.nodes, kind === 'node' ? [name] : []) &&
    matchesAny(silence.queues, kind === 'queue' ? [name, key] : [])
  )
}

/** What several services share is muted only with all of them. */
function matchesEach(patterns: readonly string[], names: readonly string[]): boolean {
  return patterns.length === 0 || (names.length > 0 && names.every((name) => matchesAny(patterns, [name])))
}

function matchesAny(patterns: readonly string[], names: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => names.some(globOf(pattern)))
}
