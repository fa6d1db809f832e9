import { byText } from '../../lib/compare.js'
import { isAmount, isText, type Row, rowsOf, rowsWithin } from './remembered.js'
import type { ServiceItem } from './services.js'

const WINDOW_MS = 5 * 60_000
const DAY_MS = 24 * 60 * 60_000
/** A job that runs once a month is still known when it is due. */
const JOB_KEPT_MS = 40 * DAY_MS
const ROUTE_KEPT_MS = 60 * 60_000
const MAX_JOBS = 2_000
const MAX_ROUTES = 5_000
/** Of JSON. */
const MAX_BYTES = 90_000

interface Seen {
  readonly service: string
  readonly name: string
  readonly since: number
  /** Newest look in which it had an attempt or a request. */
  last: number
  /** When an attempt succeeded last; null: never yet. */
  success: number | null
  /** How many had succeeded in the five minutes before the last look. */
  successes: number
}

/** Routes and jobs that were seen, so that one which does nothing any more can be told of. */
export class SeenSeries {
  readonly #jobs = new Map<string, Seen>()
  readonly #routes = new Map<string, Seen>()
  #since: number | null = null
  #at = 0

  jobs(): Iterable<Pick<Seen, 'service' | 'name'>> {
    return this.#jobs.values()
  }

  routes(): Iterable<Pick<Seen, 'service' | 'name'>> {
    return this.#routes.values()
  }

  /** ms; of a job that was never seen, since Zenith first looked. */
  sinceSuccess(service: string, name: string): number {
    const job = this.#jobs.get(keyOf(service, name))
    return Math.max(0, this.#at - (job ? (job.success ?? job.since) : (this.#since ?? this.#at)))
  }

  /** Services that ran jobs. */
  services(): ReadonlySet<string> {
    return new Set([...this.#jobs.values()].map(({ service }) => service))
  }

  /** When Zenith first looked, Unix ms; null before that. */
  get since(): number | null {
    return this.#since
  }

  /** In a step for each service. */
  *noting(items: readonly ServiceItem[], at: number): Generator<void, void> {
    this.#at = at
    this.#since = Math.min(this.#since ?? at, at)
    const news: { jobs: Seen[]; routes: Seen[] } = { jobs: [], routes: [] }
    for (const { view, jobs, routes } of items) {
      for (const [name, { count, successes }] of byName(jobs))
        noteOne(this.#jobs, news.jobs, view.service, name, count, successes, at)
      for (const { key, count } of routes) noteOne(this.#routes, news.routes, view.service, key, count, count, at)
      yield
    }
    take(this.#jobs, news.jobs, MAX_JOBS, at - JOB_KEPT_MS)
    yield
    take(this.#routes, news.routes, MAX_ROUTES, at - ROUTE_KEPT_MS)
  }

  /** The newest first. */
  rows(): Row[] {
    const jobs = [...this.#jobs.values()].sort((a, b) => b.last - a.last || byText(a.name, b.name))
    const rows = jobs.map(({ service, name, since, last, success, successes }) => {
      return [service, name, since, last, success, successes]
    })
    return rowsWithin(rows, MAX_BYTES)
  }

  restore(memory: unknown): void {
    for (const [service, name, since, last, success, successes] of rowsOf(memory, 'jobs').toReversed()) {
      if (!isText(service) || !isText(name) || !isAmount(since) || !isAmount(last) || !isAmount(successes)) continue
      if (success !== null && !isAmount(success)) continue
      this.#jobs.set(keyOf(service, name), { service, name, since, last, success, successes })
    }
    const [[since] = []] = rowsOf(memory, 'since')
    if (isAmount(since)) this.#since = Math.min(this.#since ?? since, since)
  }
}

/** Unique among the series of a kind. */
export function keyOf(service: string, name: string): string {
  return `${service}\n${name}`
}

/** A job's name may be in several queues. */
function byName(jobs: ServiceItem['jobs']): Map<string, { count: number; successes: number }> {
  const names = new Map<string, { count: number; successes: number }>()
  for (const { key, count, errors } of jobs) {
    const sum = names.get(key) ?? { count: 0, successes: 0 }
    names.set(key, { count: sum.count + count, successes: sum.successes + Math.max(0, count - errors) })
  }
  return names
}

/** @param news takes what was not seen before */
function noteOne(
  seen: ReadonlyMap<string, Seen>,
  news: Seen[],
  service: string,
  name: string,
  count: number,
  successes: number,
  at: number,
): void {
  if (count === 0) return
  const known = seen.get(keyOf(service, name))
  if (!known) {
    news.push({ service, name, since: at, last: at, success: successes > 0 ? at : null, successes })
    return
  }
  known.success = successOf(known, successes, at)
  known.successes = successes
  known.last = at
}

/** More than before: one is new. As many or fewer: some of them were in the last five minutes, and nobody knows when. */
function successOf({ success, successes: before, last }: Seen, successes: number, at: number): number | null {
  if (successes === 0) return success
  // Those of before have left the five minutes, or it has not been seen for long.
  if (successes > before || at - last >= WINDOW_MS) return at
  return Math.max(success ?? 0, at - WINDOW_MS)
}

/** Forgets what was not seen for so long. For what is new, too many make room that were not in this look: the oldest first. */
function take(seen: Map<string, Seen>, news: readonly Seen[], most: number, oldest: number): void {
  for (const [key, { last }] of seen) if (last < oldest) seen.delete(key)
  const missing = Math.min(news.length, most) + seen.size - most
  if (missing > 0) makeRoom(seen, missing, news[0]?.last ?? oldest)
  for (const one of news) {
    if (seen.size >= most) return
    seen.set(keyOf(one.service, one.name), one)
  }
}

function makeRoom(seen: Map<string, Seen>, count: number, now: number): void {
  const quiet = [...seen].filter(([, { last }]) => last < now).sort(([, a], [, b]) => a.last - b.last)
  for (const [key] of quiet.slice(0, count)) seen.delete(key)
}
