import { performance } from 'node:perf_hooks'
import type { JobSearchQuery } from '../../ports.js'
import type { JobSearch, JobSummary } from '../../protocol/index.js'
import { searchable } from './texts.js'

/** A job that is looked into. */
export interface Searchable {
  readonly summary: JobSummary
  /** What else is looked into: the payload, the whole error. Null when it is too large for that. */
  readonly text: string | null
}

/** How many jobs are looked at between two looks at the clock. */
const PAGE = 100

/** The most that is looked into of one payload, characters. */
export const MAX_SEARCHED_CHARS = 262_144

/**
 * Looks through jobs, page by page, within the bounds of the query.
 *
 * @param total how many there are in the state
 * @param page a part of them; shorter than asked at the end, or where ids had no jobs
 */
export async function searchWithin(
  query: JobSearchQuery,
  total: number,
  page: (offset: number, limit: number) => Promise<readonly Searchable[]>,
): Promise<JobSearch> {
  const ends = performance.now() + query.maxMs
  const found: Found = { jobs: [], skipped: 0 }
  for (let scanned = 0; ; ) {
    const stopped = whyStop(query, found, scanned, ends)
    if (scanned >= total || stopped) return { ...found, scanned, total, stopped: scanned >= total ? null : stopped }
    const limit = Math.min(PAGE, query.maxScanned - scanned, total - scanned)
    collect(found, await page(scanned, limit), query)
    scanned += limit
    if (found.jobs.length >= query.maxMatches) return { ...found, scanned, total, stopped: 'matches' }
  }
}

interface Found {
  readonly jobs: JobSummary[]
  skipped: number
}

function whyStop(query: JobSearchQuery, found: Found, scanned: number, ends: number): JobSearch['stopped'] {
  if (found.jobs.length >= query.maxMatches) return 'matches'
  if (scanned >= query.maxScanned) return 'scanned'
  return performance.now() >= ends ? 'time' : null
}

function collect(found: Found, page: readonly Searchable[], { text, maxMatches }: JobSearchQuery): void {
  const wanted = searchable(text)
  for (const job of page) {
    if (found.jobs.length >= maxMatches) return
    if (matches(job, wanted)) found.jobs.push(job.summary)
    else if (job.text === null) found.skipped++
  }
}

function matches({ summary, text }: Searchable, wanted: string): boolean {
  return [summary.id, summary.name, summary.error ?? '', text ?? ''].some((one) => searchable(one).includes(wanted))
}
