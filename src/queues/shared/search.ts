import { performance } from 'node:perf_hooks'
import { nextTurn } from '../../lib/async.js'
import type { JobSearchQuery } from '../../ports/index.js'
import type { JobSearch, JobSummary } from '../../protocol/index.js'
import { type SearchedJob, seenTexts } from '../../redaction/job.js'
import { searchable } from './texts.js'

/** How many jobs are looked at between two looks at the clock. */
const PAGE = 100
/** So long jobs are masked until the app that this is part of has its turn, ms. */
const SLICE_MS = 10

/** The most that is looked into of one payload, characters. */
export const MAX_SEARCHED_CHARS = 262_144

/**
 * Looks through jobs, page by page, within the bounds of the query. The text is looked for in what is seen of a job, and each
 * job is masked for it: a quicker look at what is stored would tell by its answer, or by its time, what is masked.
 *
 * @param total how many there are in the state
 * @param page a part of them; shorter than asked at the end, or where ids had no jobs
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
    // A page that was looked at in part is looked at again, unless all that was found is in it.
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

/** @returns whether it came to the end of the page */
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

/** As people would type it: PHP escapes slashes, and a payload may be text in text. */
function readable(json: string): string {
  return json.replace(/\\([\\/"])/g, '$1')
}
