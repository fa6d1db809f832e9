import { type Fields, readNumber } from './read.js'

/** Two clocks that differ by less are taken for one: an answer may have been under way for so long, ms. */
export const CLOCK_TOLERANCE_MS = 2_000

/** From here on a clock that is off is a fault to tell of in the health, ms: figures of a minute would be those of another one. */
export const CLOCK_HARMFUL_MS = 30_000

/**
 * The field `clockAhead` of a record: by how much the clock of the node that wrote it is ahead of Redis', ms, negative when it is
 * behind. With it the record's times are by Redis' clock already; null: they are by the node's own.
 */
export function readClockAhead(fields: Fields): number | null {
  const ahead = readNumber(fields, 'clockAhead')
  return ahead !== null && Math.abs(ahead) <= MAX_AHEAD_MS ? ahead : null
}

/** More than all that a calendar has. */
const MAX_AHEAD_MS = 2 * 8.64e15

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365.25 * DAY_MS

/** How far a clock is off, in words: `1 h ahead`, `61 s behind`. @param ahead ms */
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

/** A zone's error is an hour or two, and is told as that. */
function wholeHours(ms: number): string | null {
  const hours = Math.round(ms / HOUR_MS)
  return hours > 0 && Math.abs(ms - hours * HOUR_MS) < MINUTE_MS / 2 ? `${hours} h` : null
}

/** Half an hour is a zone's error, too. */
function oneDigit(value: number): string {
  return String(Number(value.toFixed(1)))
}
