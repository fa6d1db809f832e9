import { notPossible } from '../shared/conditions.js'

/** One field of a cron expression: the numbers that it allows; null: all. */
type Allowed = ReadonlySet<number> | null

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Where `*` ends, if elsewhere. */
  readonly end?: number
  readonly words?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: readonly Field[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'day of the week', min: 0, max: 7, end: 6, words: DAYS },
]
/** As in the framework's parser: in lower case, with nothing around them. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['@secondly', '* * * * * *'],
  ['@minutely', '* * * * *'],
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@weekdays', '0 0 * * 1-5'],
  ['@weekends', '0 0 * * 0,6'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
])
const HOURS_OF_DAY = 24
const HOUR_MIN = 60
const HOUR_MS = HOUR_MIN * 60_000
/** A leap day comes within this many years. */
const MAX_YEARS = 9

/**
 * When a schedule is due next, by this process's clock, as the framework computes later runs by the clock of its own process.
 *
 * Implemented here because other parsers accept other expressions than the framework's, and differ at clock changes. The framework's own,
 * cron-parser, has 340 KB with its dependencies.
 *
 * @param cron five fields, or six with seconds in front; `@daily` and the like
 * @param after Unix ms
 * @returns Unix ms
 * @throws if the cron expression is invalid, or there is no such time
 */
export function nextRun(cron: string, after: number): number {
  const parts = (SHORT.get(cron) ?? cron).trim().split(/\s+/)
  const whole = parts.length === 5 ? ['0', ...parts] : parts
  if (whole.length !== 6) throw notPossible('A cron expression has five fields, or six with seconds in front')
  const [seconds, minutes, hours, dates, months, days] = FIELDS.map((field, index) =>
    allowed(whole[index] ?? '', field),
  )
  const isDay = (time: Date) => matchesDay(time, dates, days)
  const time = new Date(Math.floor(after / 1_000) * 1_000 + 1_000)
  const last = time.getFullYear() + MAX_YEARS
  while (time.getFullYear() <= last) {
    if (!has(months, time.getMonth() + 1)) startOf(time, time.getMonth() + 1, 1)
    else if (!isDay(time)) startOf(time, time.getMonth(), time.getDate() + 1)
    else if (!isHour(time, hours, after)) forward(time, 3_600 - time.getMinutes() * 60 - time.getSeconds())
    else if (!has(minutes, time.getMinutes())) forward(time, 60 - time.getSeconds())
    else if (!has(seconds, time.getSeconds())) forward(time, 1)
    else return time.getTime()
  }
  throw notPossible('This cron expression is never due')
}

function startOf(time: Date, month: number, date: number): void {
  time.setMonth(month, date)
  time.setHours(0, 0, 0)
}

/**
 * Adds elapsed time. Setting the clock's fields instead would, for a time that the clock shows twice, return the first one, which may be
 * over.
 */
function forward(time: Date, seconds: number): void {
  time.setTime(time.getTime() + seconds * 1_000)
}

/**
 * After a clock change within the last hour it acts as the framework does: runs in a skipped hour take place an hour later, and a repeated
 * hour counts twice only for hourly schedules.
 */
function isHour(time: Date, hours: Allowed | undefined, after: number): boolean {
  if (!hours || hours.size === HOURS_OF_DAY) return true
  const hour = time.getHours()
  const earlier = new Date(Math.max(after, time.getTime() - HOUR_MS))
  const leftOut = earlier.getTimezoneOffset() - time.getTimezoneOffset()
  if (leftOut < 0 && earlier.getHours() === hour) return false
  return hours.has(hour) || (leftOut >= HOUR_MIN && hours.has((hour || HOURS_OF_DAY) - 1))
}

function has(numbers: Allowed | undefined, number: number): boolean {
  return !numbers || numbers.has(number)
}

/** If both kinds of days are given, one match suffices. */
function matchesDay(time: Date, dates: Allowed | undefined, days: Allowed | undefined): boolean {
  const isDate = has(dates, time.getDate())
  const isWeekday = has(days, time.getDay())
  return dates && days ? isDate || isWeekday : isDate && isWeekday
}

function allowed(text: string, field: Field): Allowed {
  if (text === '*' || text === '?') return null
  const numbers = text.split(',').flatMap((part) => [...range(part, field)])
  const set = new Set(numbers)
  // The framework's parser rejects them, but only after it has pushed a job: it would push one at every check.
  if (set.size < numbers.length) throw notPossible(`A ${field.name} of a cron expression is named twice`)
  return set
}

/** `5`, `1-5`, `mon-fri`, and each with a step: `0-30/10`. As days, 0 and 7 are equal. */
function range(part: string, field: Field): ReadonlySet<number> {
  const [, span = '', step] = /^(\*|\w+(?:-\w+)?)(?:\/(\d+))?$/.exec(part) ?? []
  const [from = '', to = step === undefined ? from : `${field.max}`] = span.split('-')
  const isAll = span === '*'
  const first = isAll ? field.min : numberOf(from, field)
  const last = isAll ? (field.end ?? field.max) : numberOf(to, field)
  const by = step === undefined ? 1 : Number(step)
  const isSound = first >= field.min && last <= field.max && first <= last && by > 0
  if (!isSound) throw notPossible(`"${part.slice(0, 50)}" is no ${field.name} of a cron expression`)
  const numbers = Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by)
  return new Set(numbers.map((number) => (field.max === 7 ? number % 7 : number)))
}

/** NaN if it is no number; then all comparisons are false. */
function numberOf(text: string, { words = [], min }: Field): number {
  const place = words.indexOf(text.toLowerCase())
  if (place >= 0) return place + min
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}
