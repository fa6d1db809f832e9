/** Rounds to three decimals, which is µs for ms: full doubles would double the size of a heartbeat. Null unless the value is finite. */
export function round(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : null
}

/** Like {@link round}; passes null through. */
export function roundKnown(value: number | null): number | null {
  return value === null ? null : round(value)
}

/** Converts a share to a percentage of 0–100; null unless it is finite. */
export function percent(share: number): number | null {
  return round(Math.min(100, Math.max(0, share * 100)))
}

/** Rounds to four digits. Sketches and rates are no more accurate, and more digits make events longer. */
export function roundToFourDigits(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(4))
}
