/** Values of two parts of a bucket together. A value that one part does not know is that of the other; null if neither does. */

interface Part {
  readonly value: number | null
  /** How long it was, ms. */
  readonly ms: number
}

export function meanByTime(one: Part, other: Part): number | null {
  if (one.value === null || other.value === null) return one.value ?? other.value
  const ms = one.ms + other.ms
  return ms === 0 ? one.value : (one.value * one.ms + other.value * other.ms) / ms
}

export function highest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

export function lowest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

export function sumOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b
}

export function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000
}
