import type { BulkOperation, BulkReason } from '../../../api/bulk.js'
import type { KeptOperation } from './kept-operation.js'
import { UNKNOWN } from './work-list.js'

const ENDED = 'The Zenith that ran it ended before it was done.'
const NOT_DONE = 'Not done: the Zenith that ran it ended.'

/**
 * An operation that nobody goes on with, as far as its Zenith told: what it was about to do may be done or not, and of what an
 * earlier version did not tell nothing is known at all.
 */
export function interrupted({ operation, going, at, blocks }: KeptOperation): BulkOperation {
  const { eligible, succeeded, skipped } = operation
  const rest = Math.max(0, eligible - succeeded - skipped.reduce((sum, { count }) => sum + count, 0))
  const unknown = Math.min(going ?? rest, rest)
  return {
    ...operation,
    phase: 'interrupted',
    endedAt: at,
    error: ENDED,
    skipped: withMore(withMore(skipped, UNKNOWN, unknown), NOT_DONE, rest - unknown),
    unknown: operation.unknown + unknown,
    resumable: blocks > 0,
  }
}

function withMore(reasons: readonly BulkReason[], reason: string, count: number): BulkReason[] {
  const known = reasons.find((one) => one.reason === reason)?.count ?? 0
  const others = reasons.filter((one) => one.reason !== reason)
  const all = known + count > 0 ? [...others, { reason, count: known + count }] : others
  return all.sort((a, b) => b.count - a.count)
}
