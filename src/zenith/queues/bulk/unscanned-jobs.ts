import { performance } from 'node:perf_hooks'
import type { BulkReason } from '../../../api/bulk.js'
import { withTimeout } from '../../../lib/async.js'
import type { JobState, JobSummary } from '../../../protocol/index.js'
import type { ConnectedQueue } from '../directory.js'

/** How many of the newest jobs are read to find out why jobs were not scanned. */
const MAX_NEWEST = 100
const ANSWER_WITHIN_MS = 10_000
/** Smaller differences between clocks are normal, ms. */
const TOLERANCE_MS = 2_000

/** What a dry run scanned in one queue. */
export interface Scanned {
  readonly state: JobState
  /** Unix ms. */
  readonly asOf: number
  /** `performance.now()` at that moment. */
  readonly since: number
  readonly looked: number
  /** Whether it reached the end of the state's jobs. */
  readonly isWhole: boolean
}

/**
 * How many jobs a queue has in a state, and why a dry run that reached the end did not scan all of them. Never rejects; null if unknown.
 */
export async function unscannedJobs(
  queue: ConnectedQueue,
  scanned: Scanned,
): Promise<{ readonly total: number | null; readonly reason: BulkReason | null }> {
  const listing = await newestOf(queue, scanned.state).catch(() => null)
  if (!listing) return { total: null, reason: null }
  const { total, jobs, missing } = listing
  const count = total - scanned.looked
  const reason = count > 0 && scanned.isWhole ? reasonFor(scanned, jobs, missing) : null
  return { total, reason: reason === null ? null : { reason, count } }
}

async function newestOf({ address, source }: ConnectedQueue, state: JobState) {
  const query = { state, offset: 0, limit: MAX_NEWEST, order: 'newest' } as const
  const asked = source.jobs?.(address, query)
  return asked ? await withTimeout(asked, ANSWER_WITHIN_MS) : null
}

function reasonFor({ asOf, since, looked }: Scanned, newest: readonly JobSummary[], missing: number): string | null {
  const last = Math.max(...newest.map((job) => cameAt(job) ?? 0))
  const ahead = last - (asOf + performance.now() - since)
  if (ahead > TOLERANCE_MS)
    return `It came to its state in the future: the clock of its worker is ${inWords(ahead)} ahead of the one that the dry run goes by.`
  if (last > asOf) return 'It came to its state after the dry run had begun.'
  if (missing > 0) return 'Its id is listed, and the job itself is gone.'
  return looked === 0 ? 'It could not be listed; its system does not say why.' : null
}

function cameAt({ state, finishedAt, addedAt }: JobSummary): number | null {
  return state === 'failed' || state === 'completed' ? finishedAt : addedAt
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
