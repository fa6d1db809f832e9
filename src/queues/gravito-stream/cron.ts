/** One field of a cron expression: the numbers that it allows; null: all of them. */
type Allowed = ReadonlySet<number> | null

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Where `*` ends, when that is another. */
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
const SHORT: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
}
/** A leap day comes at the latest after so many years. */
const MAX_YEARS = 9

/**
 * When a schedule is due next, by the clock of this process: the framework reckons each later run by that of its own.
 *
 * @param cron five fields, or six with seconds in front; `@daily` and its like
 * @param after Unix ms
 * @returns Unix ms
 * @throws when it is no cron expression, or when there is no such time
 */
export function nextRun(cron: string, after: number): number {
  const parts = (SHORT[cron.trim().toLowerCase()] ?? cron).trim().split(/\s+/)
  const whole = parts.length === 5 ? ['0', ...parts] : parts
  if (whole.length !== 6) throw new Error('A cron expression has five fields, or six with seconds in front')
  const [seconds, minutes, hours, dates, months, days] = FIELDS.map((field, index) =>
    allowed(whole[index] ?? '', field),
  )
  const isDay = (time: Date) => matchesDay(time, dates ?? null, days ?? null)
  const time = new Date(after)
  time.setMilliseconds(0)
  time.setSeconds(time.getSeconds() + 1)
  const last = time.getFullYear() + MAX_YEARS
  while (time.getFullYear() <= last) {
    if (!has(months, time.getMonth() + 1)) startOf(time, time.getMonth() + 1, 1)
    else if (!isDay(time)) startOf(time, time.getMonth(), time.getDate() + 1)
    else if (!has(hours, time.getHours())) time.setHours(time.getHours() + 1, 0, 0)
    else if (!has(minutes, time.getMinutes())) time.setMinutes(time.getMinutes() + 1, 0)
    else if (!has(seconds, time.getSeconds())) time.setSeconds(time.getSeconds() + 1)
    else return time.getTime()
  }
  throw new Error('This cron expression is never due')
}

function startOf(time: Date, month: number, date: number): void {
  time.setMonth(month, date)
  time.setHours(0, 0, 0)
}

function has(numbers: Allowed | undefined, number: number): boolean {
  return !numbers || numbers.has(number)
}

/** When both kinds of days are given, one of them is enough. */
function matchesDay(time: Date, dates: Allowed, days: Allowed): boolean {
  const isDate = has(dates, time.getDate())
  const isWeekday = has(days, time.getDay())
  return dates && days ? isDate || isWeekday : isDate && isWeekday
}

function allowed(text: string, field: Field): Allowed {
  if (text === '*' || text === '?') return null
  const numbers = text.split(',').flatMap((part) => range(part, field))
  const set = new Set(numbers.map((number) => (field.max === 7 ? number % 7 : number)))
  // The framework's parser refuses them, after it has pushed a job: it would push one at every look.
  if (set.size < numbers.length) throw new Error(`A ${field.name} of a cron expression is named twice`)
  return set
}

/** `5`, `1-5`, `mon-fri`, and each with a step: `0-30/10`. */
function range(part: string, field: Field): number[] {
  const [, from = '', to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? []
  const isAll = from === '*'
  const first = isAll ? field.min : numberOf(from, field)
  const alone = step === undefined && !isAll ? first : (field.end ?? field.max)
  const last = to === undefined ? alone : numberOf(to, field)
  const by = step === undefined ? 1 : Number(step)
  const isSound = first >= field.min && last <= field.max && first <= last && by > 0
  if (!isSound) throw new Error(`"${part.slice(0, 50)}" is no ${field.name} of a cron expression`)
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by)
}

/** NaN when it is none, which no comparison lets pass. */
function numberOf(text: string, { words = [], min }: Field): number {
  const place = words.indexOf(text.toLowerCase())
  if (place >= 0) return place + min
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}
