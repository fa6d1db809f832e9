import type { Sketch } from '../../../protocol/index.js'

/** 0–100, or null when there was nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? round(Math.min(100, (part * 100) / whole)) : null
}

export function percentilesOf(sketch: Sketch): { p50: number | null; p95: number | null; p99: number | null } {
  return {
    p50: roundOrNull(sketch.quantile(0.5)),
    p95: roundOrNull(sketch.quantile(0.95)),
    p99: roundOrNull(sketch.quantile(0.99)),
  }
}

/** Four digits are more than the sketch's accuracy; the rest would only make events longer. */
export function round(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(4))
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : round(value)
}
