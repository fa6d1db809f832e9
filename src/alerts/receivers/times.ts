const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `2026-11-30 06:31 UTC`. @param at Unix ms */
export function utc(at: number): string {
  return `${minuteOf(at)} UTC`
}

/** `2026-11-30 06:31 to 06:43 UTC`. The date is written twice if it differs. */
export function utcSpan(from: number, to: number): string {
  const start = minuteOf(from)
  const end = minuteOf(to)
  const [day = ''] = start.split(' ')
  return `${start} to ${end.startsWith(day) ? end.slice(day.length + 1) : end} UTC`
}

/** Two units at most: `45 s`, `12 min`, `3 h 20 min`, `2 days 4 h`. @param ms below 0 counts as 0 */
export function durationText(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return two(ms, HOUR, 'h', MINUTE, 'min')
  return two(ms, DAY, ms < 2 * DAY ? 'day' : 'days', HOUR, 'h')
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`
}

/** A time that no date can be is written as it is. */
function minuteOf(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString().slice(0, 16).replace('T', ' ')
}
