import { performance } from 'node:perf_hooks'
import type { JobSearch, JobState, JobSummary } from '../../protocol/index.js'
import type { ConnectedQueue } from './directory.js'
import { askSource } from './read-source.js'

const MAX_MATCHES = 100
const MAX_SCANNED = 10_000
const MAX_MS = 5_000
const PAGE = 500

/** Looks for a text in ids, names, errors and payloads. */
export function searchAll({ address, source }: ConnectedQueue, state: JobState, text: string): Promise<JobSearch> {
  const bounds = { maxMatches: MAX_MATCHES, maxScanned: MAX_SCANNED, maxMs: MAX_MS }
  return askSource(() => source.search?.(address, { state, text, ...bounds }))
}

/**
 * The same but in payloads, for those who may not see them: whether something is found would tell what is in them.
 */
export async function searchSummaries(queue: ConnectedQueue, state: JobState, text: string): Promise<JobSearch> {
  const { address, source } = queue
  const wanted = text.toLowerCase()
  const until = performance.now() + MAX_MS
  const jobs: JobSummary[] = []
  let scanned = 0
  for (;;) {
    const query = { state, offset: scanned, limit: PAGE, order: 'newest' } as const
    const page = await askSource(() => source.jobs?.(address, query))
    const looked = page.jobs.length + page.missing
    jobs.push(...page.jobs.filter((job) => hasText(job, wanted)))
    scanned += looked
    const isEnd = looked === 0 || scanned >= page.total
    const stopped = isEnd ? null : stopOf(jobs.length, scanned, performance.now() > until)
    if (!isEnd && stopped === null) continue
    return { jobs: jobs.slice(0, MAX_MATCHES), scanned, total: page.total, skipped: 0, stopped }
  }
}

function stopOf(matches: number, scanned: number, isLate: boolean): JobSearch['stopped'] {
  if (matches >= MAX_MATCHES) return 'matches'
  if (scanned >= MAX_SCANNED) return 'scanned'
  return isLate ? 'time' : null
}

function hasText({ id, name, error }: JobSummary, wanted: string): boolean {
  return [id, name, error].some((text) => text?.toLowerCase().includes(wanted))
}
