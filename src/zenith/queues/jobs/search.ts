import { performance } from 'node:perf_hooks'
import type { JobSearch, JobState } from '../../../protocol/index.js'
import type { ConnectedQueue } from '../directory.js'
import { askSource } from '../read-source.js'
import { type SeenJob, summaryViews } from './job-view.js'

const MAX_MATCHES = 100
const MAX_SCANNED = 10_000
const MAX_MS = 5_000
const PAGE = 100

/** What is looked for. */
export interface Wanted {
  readonly state: JobState
  readonly text: string
  /** Where to begin. */
  readonly offset: number
  /** Whoever asked went away. */
  readonly signal: AbortSignal
}

/** Looks for a text in ids, names, errors and payloads as they are seen. */
export function searchAll({ address, source }: ConnectedQueue, wanted: Wanted): Promise<JobSearch> {
  const bounds = { maxMatches: MAX_MATCHES, maxScanned: MAX_SCANNED, maxMs: MAX_MS }
  return askSource(() => source.search?.(address, { ...wanted, ...bounds }))
}

/**
 * The same but in payloads, for those who may not see them: whether something is found would tell what is in them.
 */
export async function searchSummaries(
  { address, source }: ConnectedQueue,
  { state, text, offset, signal }: Wanted,
): Promise<JobSearch> {
  const wanted = text.toLowerCase()
  const until = performance.now() + MAX_MS
  const jobs: SeenJob[] = []
  let scanned = offset
  for (;;) {
    const query = { state, offset: scanned, limit: PAGE, order: 'newest' } as const
    const page = await askSource(() => source.jobs?.(address, query))
    const looked = page.jobs.length + page.missing
    const found = (await summaryViews(page.jobs)).filter((job) => hasText(job, wanted))
    const shared = { total: page.total, skipped: 0, ...(page.partial && { partial: page.partial }) }
    // What does not fit any more is found again by the one that goes on: a page fits alone.
    if (jobs.length + found.length > MAX_MATCHES) return { jobs, scanned, ...shared, stopped: 'matches', next: scanned }
    jobs.push(...found)
    scanned += looked
    const isEnd = looked === 0 || scanned >= page.total
    const stopped = isEnd ? null : stopOf(jobs.length, scanned - offset, signal.aborted || performance.now() > until)
    if (isEnd && !page.partial) return { jobs, scanned, ...shared, stopped: null }
    if (isEnd || stopped) return { jobs, scanned, ...shared, stopped: stopped ?? 'scanned', next: scanned }
  }
}

function stopOf(matches: number, scanned: number, isLate: boolean): JobSearch['stopped'] {
  if (matches >= MAX_MATCHES) return 'matches'
  if (scanned >= MAX_SCANNED) return 'scanned'
  return isLate ? 'time' : null
}

function hasText({ id, name, error }: SeenJob, wanted: string): boolean {
  return [id, name, error].some((text) => text?.toLowerCase().includes(wanted))
}
