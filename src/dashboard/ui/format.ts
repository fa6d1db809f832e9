/** How figures are written. `null` is unknown and shown as a dash, never as 0. */

export const UNKNOWN = '–'

/** Made once: `toLocaleString` makes one for every figure. */
const WHOLE = new Intl.NumberFormat('en-US')
const EXACT_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** @param ms `<0.1 ms`, `0.4 ms`, `4.3 ms`, `480 ms`, `1.2 s`, `12 s`, `3 min 20 s`, `5 h 2 min`, `2 d 4 h` */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN
  if (ms <= 0) return '0 ms'
  if (ms < 0.05) return '<0.1 ms'
  if (ms < 9.95) return `${trimmed(ms)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${trimmed(ms / SECOND)} s`
  return span(ms)
}

/** @param ms whole seconds and up, in at most two units */
export function span(ms: number): string {
  const rounded = Math.max(0, Math.round(ms / SECOND) * SECOND)
  if (rounded < MINUTE) return `${rounded / SECOND} s`
  if (rounded < HOUR) return pair(rounded, MINUTE, 'min', SECOND, 's')
  if (rounded < DAY) return pair(rounded, HOUR, 'h', MINUTE, 'min')
  return pair(rounded, DAY, 'd', HOUR, 'h')
}

function pair(ms: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % big) / small)
  const whole = `${Math.floor(ms / big)} ${bigUnit}`
  return rest === 0 ? whole : `${whole} ${rest} ${smallUnit}`
}

/** @param seconds of `runtime.uptime` */
export function uptime(seconds: number | null | undefined): string {
  return seconds === null || seconds === undefined ? UNKNOWN : span(seconds * SECOND)
}

/** How long ago, in one unit: `now`, `40 s ago`, `3 min ago`. @param ms since then */
export function ago(ms: number): string {
  if (ms < 1_500) return 'now'
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`
  return `${Math.floor(ms / DAY)} d ago`
}

/** How long until then, in one unit: `now`, `in 40 s`, `in 3 min`. @param ms until then */
export function until(ms: number): string {
  return ms < 1_500 ? 'now' : `in ${ago(ms).replace(/ ago$/, '')}`
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const

/** Powers of 1,024, as container limits and heap sizes are given: 512 MiB is `512 MB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  let amount = Math.max(0, value)
  let unit = 0
  while (amount >= 999.5 && unit < BYTE_UNITS.length - 1) {
    amount /= 1_024
    unit += 1
  }
  return `${unit > 0 && amount < 9.95 ? trimmed(amount) : Math.round(amount)} ${BYTE_UNITS[unit]}`
}

/** `64/259 MB`, or with both units where they differ: `96 MB/4 GB`. */
export function bytesOf(part: number | null | undefined, whole: number | null | undefined): string {
  const [amount, unit] = bytes(part).split(' ')
  const total = bytes(whole)
  return unit && total.endsWith(` ${unit}`) ? `${amount}/${total}` : `${bytes(part)}/${total}`
}

/** @param value 0–100 */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  if (value > 0 && value < 0.1) return '<0.1 %'
  return `${value < 9.95 ? trimmed(value) : Math.round(value)} %`
}

/** @param perSecond under one in ten seconds it is told per minute */
export function rate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return UNKNOWN
  if (perSecond <= 0) return '0/s'
  if (perSecond * 60 < 1) return '<1/min'
  if (perSecond < 0.1) return `${trimmed(perSecond * 60)}/min`
  if (perSecond < 9.95) return `${trimmed(perSecond)}/s`
  return `${count(Math.round(perSecond))}/s`
}

/** What writes the rates of one column: in one unit, so that they compare at a glance. @param rates per second, of the whole column */
export function rateWriter(rates: readonly (number | null | undefined)[]): (perSecond: number) => string {
  const highest = rates.reduce<number>((most, one) => Math.max(most, one ?? 0), 0)
  return highest < 0.1 ? ofMinutes : ofSeconds
}

function ofMinutes(perSecond: number): string {
  return perMinute(perSecond * 60)
}

/** As `rate` from a tenth on: `0/s`, `<0.01/s`, `0.06/s`, `4.2/s`, `1,204/s` */
function ofSeconds(perSecond: number): string {
  if (perSecond <= 0 || perSecond >= 0.1) return rate(perSecond)
  return perSecond < 0.005 ? '<0.01/s' : `${Number(perSecond.toFixed(2))}/s`
}

/** The time of day to the second, as the axes of charts write it: `14:03:20`. @param ts Unix ms */
export function timeOfDay(ts: number): string {
  return new Date(ts).toLocaleTimeString(undefined, { hourCycle: 'h23' })
}

/** `812`, `9,640`, `12.3k`, `4.1M` */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  if (value < 10_000) return WHOLE.format(value)
  if (value < 999_500) return `${trimmed(value / 1_000)}k`
  return `${trimmed(value / 1_000_000)}M`
}

/** `10,150`: where two numbers are compared, rounded ones would say nothing. */
export function exact(value: number): string {
  return WHOLE.format(value)
}

/** `10k of 12.4k`, and exact where both would be rounded to the same: `10,150 of 10,200`. */
export function compared(part: number, whole: number): string {
  const [one, other] = [count(part), count(whole)]
  return one === other ? `${exact(part)} of ${exact(whole)}` : `${one} of ${other}`
}

/** @param perMinute `0/min`, `<1/min`, `4.2/min`, `1,204/min` */
export function perMinute(perMinute: number | null | undefined): string {
  if (perMinute === null || perMinute === undefined) return UNKNOWN
  if (perMinute > 0 && perMinute < 0.1) return '<0.1/min'
  return `${perMinute < 9.95 ? trimmed(perMinute) : count(Math.round(perMinute))}/min`
}

/** With `~` before what is the system's own estimate. */
export function roughly(text: string, isApproximate: boolean): string {
  return isApproximate && text !== UNKNOWN ? `~${text}` : text
}

/** How many times over its threshold: `1.8×`. */
export function times(durationMs: number, thresholdMs: number | null): string {
  if (thresholdMs === null || thresholdMs <= 0) return UNKNOWN
  const factor = durationMs / thresholdMs
  return `${factor < 9.95 ? factor.toFixed(1) : count(Math.round(factor))}×`
}

/** Usable cores: a container's quota may be a fraction. */
export function cores(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  return `${Number(value.toFixed(2))} ${value === 1 ? 'core' : 'cores'}`
}

/** The exact time in the reader's own zone, for titles. @param ts Unix ms */
export function exactTime(ts: number): string {
  const date = new Date(ts)
  return Number.isNaN(date.getTime()) ? String(date) : EXACT_TIME.format(date)
}

/** `1 server`, `3 servers` */
export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`
}

/** Begins with a capital letter, unless it begins with a name (`web-1 uses …`) or a symbol (`p95 is …`). */
export function sentence(text: string): string {
  return text.replace(/^the\b/, () => 'The')
}

/** The first letter as it stands at the beginning of a line. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** One decimal, none when it is a zero. */
function trimmed(value: number): string {
  return String(Number(value.toFixed(1)))
}
