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

  note(items: readonly ServiceItem[], at: number): void {
    this.#at = at
    this.#since = Math.min(this.#since ?? at, at)
    for (const { view, jobs, routes } of items) {
      for (const [name, { count, successes }] of byName(jobs))
        noteOne(this.#jobs, view.service, name, count, successes, at)
      for (const { key, count } of routes) noteOne(this.#routes, view.service, key, count, count, at)
    }
    trim(this.#jobs, MAX_JOBS, at - JOB_KEPT_MS)
    trim(this.#routes, MAX_ROUTES, at - ROUTE_KEPT_MS)
  }

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

function noteOne(seen: Map<string, Seen>, service: string, name: string, count: number, successes: number, at: number) {
  if (count === 0) return
  const key = keyOf(service, name)
  const known = seen.get(key)
  if (!known) {
    seen.set(key, { service, name, since: at, last: at, success: successes > 0 ? at : null, successes })
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

/** Forgets what was not seen for so long; of too many, the oldest. */
function trim(seen: Map<string, Seen>, most: number, oldest: number): void {
  for (const [key, { last }] of seen) if (last < oldest) seen.delete(key)
  if (seen.size <= most) return
  const byAge = [...seen].sort(([, a], [, b]) => a.last - b.last)
  for (const [key] of byAge.slice(0, seen.size - most)) seen.delete(key)
}
