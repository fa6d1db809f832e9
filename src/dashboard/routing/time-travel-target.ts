import type { SpanName, Target } from './pages.js'

/** Where "See the fleet at this moment" leads. @param at Unix ms */
export function timeTravelTarget(at: number, span: SpanName = '24h'): Target {
  return { page: 'time-travel', t: Math.round(at), span, from: 0, to: 0 }
}
