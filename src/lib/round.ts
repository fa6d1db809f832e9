/** Rounds to three decimals, which is µs for ms: a heartbeat of full doubles is twice as long. Null for what is no finite number. */
export function round(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : null
}

/** As {@link round}, for what may be unknown already. */
export function roundKnown(value: number | null): number | null {
  return value === null ? null : round(value)
}

/** A share as a percentage of 0–100; null when it is no finite number. */
export function percent(share: number): number | null {
  return round(Math.min(100, Math.max(0, share * 100)))
}

/** Rounds to four digits. Sketches and rates are no more accurate, and more digits make events longer. */
export function roundToFourDigits(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(4))
}
