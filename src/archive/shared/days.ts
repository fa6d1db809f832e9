export const DAY_MS = 86_400_000

/** The start of the UTC day of a time. */
export function dayStart(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS
}

/** `2026-11-30`: the UTC day of a time. */
export function dayName(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** Whether it is a time after 1970 that has a day with four digits of the year. */
export function isTime(at: number): boolean {
  return at >= 0 && at < Date.UTC(10_000, 0, 1)
}
