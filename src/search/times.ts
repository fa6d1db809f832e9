/** Units of durations, ms. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/
const TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/i

/** `1.5s` → 1500; null if it is no duration. ms, perhaps with a fraction. */
export function durationOf(text: string): number | null {
  const [, amount, unit = ''] = DURATION.exec(text.toLowerCase()) ?? []
  return amount === undefined ? null : Number(amount) * (UNITS[unit] as number)
}

/**
 * The time of a day (its beginning in UTC), of a day and time (UTC without an offset), or of an age: `2h` ago. Unix ms, at least 0; null if it is
 * none of them, or no such day.
 */
export function timeOf(text: string, now: number): number | null {
  const age = durationOf(text)
  if (age !== null) return Math.max(0, now - Math.round(age))
  const [, date = '', time = '00:00', offset = 'Z'] = TIME.exec(text) ?? []
  const day = Date.parse(`${date}T00:00Z`)
  // 30 February is 2 March for `Date`.
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return null
  const at = Date.parse(`${date}T${time}${offset.toUpperCase()}`)
  return Number.isNaN(at) ? null : Math.max(0, at)
}

/** A time as the language has it: `2026-11-20`, or `2026-11-20T14:00:00Z`. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace(/T00:00:00\.000Z$|\.000(?=Z$)/, '')
}
