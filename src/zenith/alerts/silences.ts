import type { Track } from '../../alerts/engine/track.js'
import type { Silence, WeeklyTime } from '../../api/alerts.js'
import { WEEKDAYS } from '../../api/alerts.js'
import { BoundedMap } from '../../lib/bounded-map.js'
import { globOf } from '../../lib/glob.js'

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
/** Time zones whose clocks are kept: to make one takes long. */
const MAX_CLOCKS = 100

/** Says of alerts, at a time, the id of the first silence that mutes them; null: none does. What all of them share is done once. */
export function silencerOf(silences: readonly Silence[], now: number): (track: Track) => string | null {
  const active = silences
    .filter((silence) => isActive(silence, now))
    .map((silence) => ({ id: silence.id, matches: matcherOf(silence) }))
  return (track) => active.find(({ matches }) => matches(track))?.id ?? null
}

/** Whether a silence mutes at a time, Unix ms. */
export function isActive({ until, weekly }: Pick<Silence, 'until' | 'weekly'>, now: number): boolean {
  return (until === null || now < until) && (weekly === null || isWithin(weekly, now))
}

/** By the clock of its time zone; a time that begins before midnight may last into the next days. Never in a zone that nobody knows. */
export function isWithin({ days, from, minutes, timeZone }: WeeklyTime, now: number): boolean {
  const local = localTime(now, timeZone)
  if (!local) return false
  const { day, minute } = local
  const [hours = 0, rest = 0] = from.split(':').map(Number)
  const start = hours * 60 + rest
  return days.some((name) => {
    const since = (day - WEEKDAYS.indexOf(name)) * DAY_MINUTES + minute - start
    return (since + 7 * DAY_MINUTES) % (7 * DAY_MINUTES) < minutes
  })
}

const clocks = new BoundedMap<string, Intl.DateTimeFormat | null>(MAX_CLOCKS)

/** Null if this runtime does not know the time zone: which ones there are depends on its version. */
function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  const known = clocks.get(timeZone)
  if (known !== undefined) return known
  const clock = createClock(timeZone)
  clocks.set(timeZone, clock)
  return clock
}

function createClock(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', weekday: 'short', hour: 'numeric', minute: 'numeric' },
    })
  } catch {
    return null
  }
}

/** @returns the day of the week, 0 for Monday, and the minute of the day */
function localTime(now: number, timeZone: string): { day: number; minute: number } | null {
  const parts = clockOf(timeZone)?.formatToParts(Math.floor(now / MINUTE_MS) * MINUTE_MS)
  if (!parts) return null
  const find = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  const day = (WEEKDAYS as readonly string[]).indexOf(find('weekday').toLowerCase())
  return { day, minute: Number(find('hour')) * 60 + Number(find('minute')) }
}

/** Each list that is not empty has to match. */
function matcherOf(silence: Silence): (track: Track) => boolean {
  const rules = anyOf(silence.rules)
  const services = eachOf(silence.services)
  const [hosts, nodes, queues] = [anyOf(silence.hosts), anyOf(silence.nodes), anyOf(silence.queues)]
  return ({ rule, subject }) => {
    const { kind, key, name, service, host } = subject
    return (
      rules([rule]) &&
      services(service === null ? subject.services : [service]) &&
      hosts(kind === 'host' ? [name] : host === null ? [] : [host]) &&
      nodes(kind === 'node' ? [name] : []) &&
      queues(kind === 'queue' ? [name, key] : [])
    )
  }
}

/** What several services share is muted only with all of them. */
function eachOf(patterns: readonly string[]): (names: readonly string[]) => boolean {
  const matches = anyOf(patterns)
  return (names) => patterns.length === 0 || (names.length > 0 && names.every((name) => matches([name])))
}

function anyOf(patterns: readonly string[]): (names: readonly string[]) => boolean {
  const globs = patterns.map(globOf)
  return (names) => globs.length === 0 || globs.some((matches) => names.some(matches))
}
