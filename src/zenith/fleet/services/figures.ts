import { roundToFourDigits } from '../../../lib/round.js'
import type { Sketch } from '../../../protocol/index.js'

/** 0–100, or null when there was nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? roundToFourDigits(Math.min(100, (part * 100) / whole)) : null
}

export function percentilesOf(sketch: Sketch): { p50: number | null; p95: number | null; p99: number | null } {
  return {
    p50: roundOrNull(sketch.quantile(0.5)),
    p95: roundOrNull(sketch.quantile(0.95)),
    p99: roundOrNull(sketch.quantile(0.99)),
  }
}

/** The longest duration and the sum of all. */
export function extentOf(sketch: Sketch): { max: number | null; totalMs: number | null } {
  return { max: roundOrNull(sketch.quantile(1)), totalMs: sketch.count > 0 ? roundToFourDigits(sketch.sum()) : null }
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : roundToFourDigits(value)
}
