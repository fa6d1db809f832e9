import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { duration } from '../../ui/format.js'

/**
 * What the process did while something slow ran, in words; what was not measured is not told. Shares under a tenth of
 * the duration explain nothing and are left out.
 */
export function meanwhile({ durationMs, meta }: SlowEntry): string[] {
  const explains = (ms: number | null): ms is number => ms !== null && ms >= Math.max(10, durationMs / 10)
  const told: string[] = []
  if (explains(meta.loopBlockedMs)) told.push(`the loop was blocked for ${duration(meta.loopBlockedMs)}`)
  if (explains(meta.gcMs)) told.push(`GC took ${duration(meta.gcMs)}`)
  if (meta.cpuThrottledMs !== null && meta.cpuThrottledMs > 0)
    told.push(`CPU was throttled for ${duration(meta.cpuThrottledMs)}`)
  if (meta.inFlight !== null && meta.inFlight > 0)
    told.push(meta.inFlight === 1 ? '1 other request in flight' : `${meta.inFlight} other requests in flight`)
  if (explains(meta.waitMs)) told.push(`waited ${duration(meta.waitMs)} in its queue before`)
  if (meta.attempt !== null && meta.attempt > 1) told.push(`attempt ${meta.attempt}`)
  if (meta.aborted) told.push('the client aborted')
  return told
}
