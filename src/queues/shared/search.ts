import { performance } from 'node:perf_hooks'
import { nextTurn } from '../../lib/async.js'
import type { JobSearchQuery } from '../../ports/index.js'
import type { JobSearch, JobSummary } from '../../protocol/index.js'
import { type SearchedJob, seenTexts } from '../../redaction/job.js'
import { searchable } from './texts.js'

/** Jobs to search between two checks of the clock. */
const PAGE = 100
/** Jobs are masked for this long before yielding to the app that Zenith may be mounted in, ms. */
const SLICE_MS = 10

/** Most characters to search in one payload. */
export const MAX_SEARCHED_CHARS = 262_144

/**
 * Searches jobs page by page, within the bounds of the query. It searches the masked text of each job: searching the stored text would be
 * faster, but its matches, or its timing, would reveal what is masked.
 *
 * @param total number of jobs in the state
 * @param page returns a part of them; shorter than requested at the end, or if ids have no jobs
 */
export async function searchWithin(
  query: JobSearchQuery,
  total: number,
  page: (offset: number, limit: number) => Promise<readonly SearchedJob[]>,
): Promise<JobSearch> {
  const ends = performance.now() + query.maxMs
  const found: Found = { jobs: [], skipped: 0 }
  const from = Math.min(query.offset ?? 0, total)
  for (let scanned = from; ; ) {
    const stopped = whyStop(query, found, scanned - from, ends)
    if (scanned >= total) return { ...found, scanned, total, stopped: null }
    if (stopped) return { ...found, scanned, total, stopped, next: scanned }
    const limit = Math.min(PAGE, query.maxScanned - (scanned - from), total - scanned)
    const isWhole = await collect(found, await page(scanned, limit), query)
    scanned += limit
    if (found.jobs.length < query.maxMatches || (isWhole && scanned >= total)) continue
    // A page that was searched in part is searched again, unless all matches were in it.
    const next = isWhole || scanned - limit === from ? scanned : scanned - limit
    return { ...found, scanned, total, stopped: 'matches', next }
  }
}

interface Found {
  readonly jobs: JobSummary[]
  skipped: number
}

function whyStop(query: JobSearchQuery, found: Found, scanned: number, ends: number): JobSearch['stopped'] {
  if (found.jobs.length >= query.maxMatches) return 'matches'
  if (scanned >= query.maxScanned) return 'scanned'
  return query.signal?.aborted || performance.now() >= ends ? 'time' : null
}

/** @returns whether the end of the page was reached */
async function collect(
  found: Found,
  page: readonly SearchedJob[],
  { text, maxMatches, signal }: JobSearchQuery,
): Promise<boolean> {
  const wanted = searchable(text)
  let until = performance.now() + SLICE_MS
  for (const job of page) {
    if (found.jobs.length >= maxMatches || signal?.aborted) return false
    if (matches(job, wanted)) found.jobs.push(job.summary)
    else if (job.payload === null) found.skipped++
    if (performance.now() < until) continue
    await nextTurn()
    until = performance.now() + SLICE_MS
  }
  return true
}

function matches(job: SearchedJob, wanted: string): boolean {
  return seenTexts(job).some((text) => {
    const shown = searchable(text)
    return shown.includes(wanted) || readable(shown).includes(wanted)
  })
}

/** Text as users would type it: PHP escapes slashes, and a payload may contain JSON as a string. */
function readable(json: string): string {
  return json.replace(/\\([\\/"])/g, '$1')
}
