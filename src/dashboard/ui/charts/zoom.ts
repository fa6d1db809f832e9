import { MAX_WINDOW_MS } from '../../../api/time-window.js'
import { changeScope } from '../../routing/route.js'

/** The shortest window that a drag makes, in ms: below it there is hardly a point. */
const MIN_WINDOW_MS = 60_000
const SECOND_MS = 1_000

/** Shows the time between two moments, in any order, on all charts and lists. Unix ms */
export function zoomTo(one: number, other: number): void {
  changeScope(windowBetween(one, other))
}

/** In whole seconds, and as long as a window may be. */
export function windowBetween(one: number, other: number): { from: number; to: number } {
  const length = Math.min(MAX_WINDOW_MS, Math.max(MIN_WINDOW_MS, Math.abs(other - one)))
  const from = Math.max(SECOND_MS, Math.round(((one + other) / 2 - length / 2) / SECOND_MS) * SECOND_MS)
  return { from, to: from + Math.round(length / SECOND_MS) * SECOND_MS }
}
