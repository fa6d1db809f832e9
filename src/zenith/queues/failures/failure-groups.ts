import type { FailureGroup } from '../../../api/failures.js'
import { templateOf } from '../../../lib/message-template.js'
import type { ConnectedQueue } from '../directory.js'
import type { Failure } from './known-failures.js'

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

/** Most groups to return: those with the newest failures. */
const MAX_GROUPS = 1_000

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface Growing extends Mutable<Omit<FailureGroup, 'queues'>> {
  readonly queues: Map<string, { key: string; name: string; count: number }>
}

/** Groups failed jobs by error and name, across all queues. */
export class FailureGroups {
  readonly #groups = new Map<string, Growing>()
  readonly #now: number

  /** @param now Unix ms */
  constructor(now: number) {
    this.#now = now
  }

  add(queue: Pick<ConnectedQueue, 'key' | 'name'>, failure: Failure): void {
    const { fingerprint, name } = failure.kind
    const key = `${fingerprint} ${name}`
    const group = this.#groups.get(key) ?? emptyGroup(queue, failure)
    this.#groups.set(key, group)
    countIn(group, queue)
    if (failure.at === null) return
    const age = this.#now - failure.at
    if (age < HOUR_MS) group.hour += 1
    if (age < DAY_MS) group.day += 1
    if (age < WEEK_MS) group.week += 1
    group.first = Math.min(group.first ?? failure.at, failure.at)
    if (group.last === null || failure.at >= group.last) showAsNewest(group, queue, failure, failure.at)
  }

  /** Number of groups beyond the limit. */
  get left(): number {
    return Math.max(0, this.#groups.size - MAX_GROUPS)
  }

  /** The group with the newest failure first. */
  get newestFirst(): FailureGroup[] {
    const groups = [...this.#groups.values()].sort((a, b) => (b.last ?? 0) - (a.last ?? 0))
    return groups.slice(0, MAX_GROUPS).map(({ queues, ...group }) => ({
      ...group,
      queues: [...queues.values()].sort((a, b) => b.count - a.count),
    }))
  }
}

function emptyGroup({ key }: Pick<ConnectedQueue, 'key'>, { id, kind }: Failure): Growing {
  const { fingerprint, name, error } = kind
  const sample = { queue: key, id }
  const title = templateOf(error)
  return {
    fingerprint,
    name,
    title,
    error,
    queues: new Map(),
    hour: 0,
    day: 0,
    week: 0,
    first: null,
    last: null,
    sample,
  }
}

function countIn(group: Growing, { key, name }: Pick<ConnectedQueue, 'key' | 'name'>): void {
  const counted = group.queues.get(key) ?? { key, name, count: 0 }
  counted.count += 1
  group.queues.set(key, counted)
}

function showAsNewest(group: Growing, { key }: Pick<ConnectedQueue, 'key'>, { id, kind }: Failure, at: number): void {
  group.last = at
  group.error = kind.error
  group.sample = { queue: key, id }
}
