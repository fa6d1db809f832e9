import { type Fields, readNumber } from './read.js'

/** A smaller difference between two clocks is ignored: it may be the time of an answer, ms. */
export const CLOCK_TOLERANCE_MS = 2_000

/** From this error on, a clock is reported in the health, ms: figures would be assigned to another minute. */
export const CLOCK_HARMFUL_MS = 30_000

/**
 * The field `clockAhead` of a record: how far the clock of the writing node is ahead of Redis', ms, negative when it is behind. If present,
 * the record's times are already by Redis' clock; null: they are by the node's own.
 */
export function readClockAhead(fields: Fields): number | null {
  const ahead = readNumber(fields, 'clockAhead')
  return ahead !== null && Math.abs(ahead) <= MAX_AHEAD_MS ? ahead : null
}

/** More than the range of a calendar. */
const MAX_AHEAD_MS = 2 * 8.64e15

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365.25 * DAY_MS

/** A readable clock error: `1 h ahead`, `61 s behind`. @param ahead ms */
export function clockInWords(ahead: number): string {
  return `${sizeInWords(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'}`
}

function sizeInWords(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / 1_000)} s`
  if (ms < 2 * HOUR_MS) return wholeHours(ms) ?? `${Math.round(ms / MINUTE_MS)} min`
  if (ms < 2 * DAY_MS) return `${oneDigit(ms / HOUR_MS)} h`
  if (ms < 2 * YEAR_MS) return `${Math.round(ms / DAY_MS)} days`
  return `${Math.round(ms / YEAR_MS)} years`
}

/** An error of whole hours is probably a wrong time zone, and is reported in hours. */
function wholeHours(ms: number): string | null {
  const hours = Math.round(ms / HOUR_MS)
  return hours > 0 && Math.abs(ms - hours * HOUR_MS) < MINUTE_MS / 2 ? `${hours} h` : null
}

/** Time zones may also be off by half an hour. */
function oneDigit(value: number): string {
  return String(Number(value.toFixed(1)))
}
