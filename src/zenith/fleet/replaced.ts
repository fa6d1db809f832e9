import { byText } from '../../lib/compare.js'
import { CLOCK_TOLERANCE_MS } from '../../protocol/index.js'

const MINUTE_MS = 60_000
/** The number of live nodes is compared with the highest of this long before a node vanished, ms. */
const BEFORE_MS = 15 * MINUTE_MS
/** A rolling deploy starts new nodes before it ends the old ones: so long they don't count as nodes side by side, ms. */
const HANDOVER_MS = 2 * MINUTE_MS
/** The same as a share of a node's life: two nodes that started together ran side by side, however soon one vanished. */
const HANDOVER_SHARE = 1 / 4

/** When and where a node ran; times in Unix ms by the store's clock. */
export interface Life {
  readonly key: string
  readonly state: 'live' | 'lost' | 'replaced'
  /** Null if unknown. */
  readonly host: string | null
  /** Null for the only one of its host, undefined if unknown. */
  readonly instance: string | null | undefined
  /** Null if unknown. */
  readonly startedAt: number | null
  readonly lastSeen: number
}

/**
 * Finds the lost nodes of one service that are replaced, by one of two rules:
 *
 * - A node that started after the last beat of the lost one took its place: it has the same host and instance. Each node takes one place.
 * - The service has as many live nodes as it had before. Of those that vanished, only the missing number is lost: the last ones.
 *
 * @returns keys
 */
export function replacedOf(lives: readonly Life[]): ReadonlySet<string> {
  const vanished = lives.filter(({ state }) => state !== 'live').sort(byLastSeen)
  const followed = withSuccessor(vanished, lives)
  const replaced = new Set<string>()
  const live = lives.length - vanished.length
  const most = new Peaks(lives)
  let lost = 0
  for (const life of vanished.toReversed()) {
    if (life.state === 'replaced') continue
    if (followed.has(life) || live + lost >= most.before(life)) replaced.add(life.key)
    else lost += 1
  }
  return replaced
}

/** The same in each look. */
function byLastSeen(a: Life, b: Life): number {
  return a.lastSeen - b.lastSeen || byText(a.key, b.key)
}

function withSuccessor(vanished: readonly Life[], lives: readonly Life[]): ReadonlySet<Life> {
  const free = byHost(lives)
  const followed = new Set<Life>()
  for (const life of vanished) {
    const rest = free.get(life.host ?? '') ?? []
    const since = life.lastSeen - CLOCK_TOLERANCE_MS
    // One that started before this is too old for those that vanished later, too.
    while (rest[0] && rest[0].startedAt < since) rest.shift()
    const index = rest.findIndex((other) => takesPlace(other, life))
    if (index < 0) continue
    rest.splice(index, 1)
    followed.add(life)
  }
  return followed
}

type Started = Life & { readonly startedAt: number }

/** In the order of their starts. */
function byHost(lives: readonly Life[]): Map<string, Started[]> {
  const hosts = new Map<string, Started[]>()
  for (const life of lives) {
    if (life.host === null || !isStarted(life)) continue
    const group = hosts.get(life.host)
    if (group) group.push(life)
    else hosts.set(life.host, [life])
  }
  for (const group of hosts.values()) group.sort((a, b) => a.startedAt - b.startedAt)
  return hosts
}

function isStarted(life: Life): life is Started {
  return life.startedAt !== null
}

function takesPlace(other: Started, { key, instance, startedAt }: Life): boolean {
  if (other.key === key) return false
  if (other.instance !== undefined && instance !== undefined && other.instance !== instance) return false
  return startedAt === null || other.startedAt > startedAt
}

/** How many nodes ran at the same time. */
class Peaks {
  /** The number of nodes from each moment at which one started or ended, in their order. */
  readonly #levels: readonly { readonly at: number; readonly count: number }[]

  constructor(lives: readonly Life[]) {
    const moments = lives.flatMap((life) => [
      { at: startOf(life), by: 1 },
      { at: endOf(life), by: -1 },
    ])
    // One that starts when another one ends overlaps with it; so one of no length counts, too.
    moments.sort((a, b) => a.at - b.at || b.by - a.by)
    let count = 0
    this.#levels = moments.map(({ at, by }) => {
      count += by
      return { at, count }
    })
  }

  /** The most in the time before a node vanished, itself included. */
  before(life: Life): number {
    const until = endOf(life)
    let most = 1
    // The level of the moment before the time is that of its begin.
    for (let index = this.#lastAt(until - BEFORE_MS); index < this.#levels.length; index++) {
      const level = this.#levels[index]
      if (!level || level.at > until) break
      most = Math.max(most, level.count)
    }
    return most
  }

  /** Index of the last level at or before a time; 0 if there is none. */
  #lastAt(time: number): number {
    let [low, high] = [0, this.#levels.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#levels[middle]?.at ?? 0) <= time) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}

function startOf({ state, startedAt, lastSeen }: Life): number {
  if (state === 'live') return startedAt ?? Number.NEGATIVE_INFINITY
  return Math.min(startedAt ?? lastSeen, lastSeen)
}

/** Of one that vanished: without the time in which others may have been started in its stead. */
function endOf(life: Life): number {
  if (life.state === 'live') return Number.POSITIVE_INFINITY
  return life.lastSeen - Math.min(HANDOVER_MS, (life.lastSeen - startOf(life)) * HANDOVER_SHARE)
}
