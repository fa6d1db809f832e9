/** What a metric is for one subject at one look. */
export interface Reading {
  /** Null: unknown. */
  readonly value: number | null
  /** For a share, the number of failures; null if it is no share. */
  readonly count: number | null
  readonly details: readonly string[]
}

const NONE: readonly string[] = []

export const UNKNOWN: Reading = { value: null, count: null, details: NONE }

export function figure(value: number | null | undefined): Reading {
  return value === null || value === undefined ? UNKNOWN : { value, count: null, details: NONE }
}

/** A percentage of failures. Nothing failed where nothing was tried, so that an alert ends when its traffic does. */
export function share(failures: number, of: number): Reading {
  return { value: of > 0 ? Math.min(100, (failures * 100) / of) : 0, count: failures, details: NONE }
}

/** 0–100; null if either is unknown. */
export function percentOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole <= 0 ? null : Math.min(100, (part * 100) / whole)
}

/** The highest of those that are known; null if none is. */
export function highest(values: readonly (number | null)[]): number | null {
  return values.reduce((most, value) => (most === null || (value !== null && value > most) ? value : most), null)
}
