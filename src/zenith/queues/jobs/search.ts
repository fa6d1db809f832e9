import { performance } from 'node:perf_hooks'
import type { JobSearch, JobState } from '../../../protocol/index.js'
import type { ConnectedQueue } from '../directory.js'
import { askSource } from '../read-source.js'
import { type SeenJob, summaryViews } from './job-view.js'

const MAX_MATCHES = 100
const MAX_SCANNED = 10_000
const MAX_MS = 5_000
const PAGE = 100

/** A search request. */
export interface Wanted {
  readonly state: JobState
  readonly text: string
  /** Where to start. */
  readonly offset: number
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal
}

/** Searches the masked ids, names, errors and payloads. */
export function searchAll({ address, source }: ConnectedQueue, wanted: Wanted): Promise<JobSearch> {
  const bounds = { maxMatches: MAX_MATCHES, maxScanned: MAX_SCANNED, maxMs: MAX_MS }
  return askSource(() => source.search?.(address, { ...wanted, ...bounds }))
}

/** Like {@link searchAll} without payloads, for users that may not see them: matches would reveal their contents. */
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
    // Matches that no longer fit are found again by the next request: the matches of one page always fit.
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
