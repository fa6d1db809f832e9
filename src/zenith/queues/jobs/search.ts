import { performance } from 'node:perf_hooks'
import type { JobSearch, JobState } from '../../../protocol/index.js'
import type { ConnectedQueue } from '../directory.js'
import { askSource } from '../read-source.js'
import { type SeenJob, summaryViews } from './job-view.js'

/** Limits of one search. */
export interface SearchBounds {
  readonly maxMatches: number
  readonly maxScanned: number
  readonly maxMs: number
}

/** Limits of a search in one queue. */
const BOUNDS: SearchBounds = { maxMatches: 100, maxScanned: 10_000, maxMs: 5_000 }
const PAGE = 100

/** A search request. */
export interface Wanted {
  readonly state: JobState
  readonly text: string
  /** Where to start. */
  readonly offset: number
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal
  /** @default 100 matches, 10,000 jobs, 5 s */
  readonly bounds?: SearchBounds
}

/** Searches the masked ids, names, errors and payloads. */
export function searchAll(
  { address, source }: ConnectedQueue,
  { bounds = BOUNDS, ...wanted }: Wanted,
): Promise<JobSearch> {
  return askSource(() => source.search?.(address, { ...wanted, ...bounds }))
}

/** Like {@link searchAll} without payloads, for users that may not see them: matches would reveal their contents. */
export async function searchSummaries(
  { address, source }: ConnectedQueue,
  { state, text, offset, signal, bounds = BOUNDS }: Wanted,
): Promise<JobSearch> {
  const wanted = text.toLowerCase()
  const { maxMatches, maxScanned, maxMs } = bounds
  const until = performance.now() + maxMs
  const jobs: SeenJob[] = []
  let scanned = offset
  for (;;) {
    const limit = Math.min(PAGE, maxScanned - (scanned - offset))
    const query = { state, offset: scanned, limit, order: 'newest' } as const
    const page = await askSource(() => source.jobs?.(address, query))
    const looked = page.jobs.length + page.missing
    const found = (await summaryViews(page.jobs)).filter((job) => hasText(job, wanted))
    const shared = { total: page.total, skipped: 0, ...(page.partial && { partial: page.partial }) }
    // Matches that no longer fit are found again by the next request: the matches of one page always fit.
    if (jobs.length + found.length > maxMatches) return { jobs, scanned, ...shared, stopped: 'matches', next: scanned }
    jobs.push(...found)
    scanned += looked
    const isEnd = looked === 0 || scanned >= page.total
    const isLate = signal.aborted || performance.now() > until
    const stopped = isEnd ? null : stopOf(bounds, jobs.length, scanned - offset, isLate)
    if (isEnd && !page.partial) return { jobs, scanned, ...shared, stopped: null }
    if (isEnd || stopped) return { jobs, scanned, ...shared, stopped: stopped ?? 'scanned', next: scanned }
  }
}

function stopOf(
  { maxMatches, maxScanned }: SearchBounds,
  matches: number,
  scanned: number,
  isLate: boolean,
): JobSearch['stopped'] {
  if (matches >= maxMatches) return 'matches'
  if (scanned >= maxScanned) return 'scanned'
  return isLate ? 'time' : null
}

function hasText({ id, name, error }: SeenJob, wanted: string): boolean {
  return [id, name, error].some((text) => text?.toLowerCase().includes(wanted))
}
