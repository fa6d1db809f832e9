import type { VersionMark } from '../../../api/history.js'
import type { RouteView } from '../../../api/routes.js'
import { MIN_COUNTED } from '../../../api/services.js'
import type { TimeWindow } from '../../../api/time-window.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Steps of the archive by the age up to which it has them, ms. An hour less than it keeps them: the time before a deployment is older. */
const STEPS: readonly (readonly [age: number, step: number])[] = [
  [2 * DAY_MS - HOUR_MS, MINUTE_MS],
  [14 * DAY_MS - HOUR_MS, 10 * MINUTE_MS],
  [90 * DAY_MS - HOUR_MS, HOUR_MS],
]
const COARSEST_MS = 6 * HOUR_MS

/** As much before as after a deployment. */
export interface AroundDeployment {
  readonly before: TimeWindow
  readonly after: TimeWindow
  /** How long each is, ms. */
  readonly ms: number
}

/**
 * The times to compare: an hour, or less up to the neighbouring deployments of the service, or now. In whole steps of the archive, without
 * the step in which the deployment was.
 *
 * @param all deployments
 * @param now Unix ms
 * @returns null if there is no whole step between them
 */
export function around(mark: VersionMark, all: readonly VersionMark[], now: number): AroundDeployment | null {
  const step = STEPS.find(([age]) => now - mark.at <= age)?.[1] ?? COARSEST_MS
  const others = all.filter(({ service, at }) => service === mark.service && at !== mark.at).map(({ at }) => at)
  const end = Math.floor(mark.at / step) * step
  const start = Math.ceil(mark.at / step) * step
  const last = Math.max(Number.NEGATIVE_INFINITY, ...others.filter((at) => at < mark.at))
  const next = Math.min(now, ...others.filter((at) => at > mark.at))
  const free = Math.min(Math.max(HOUR_MS, step), end - last, next - start)
  const ms = Math.floor(free / step) * step
  if (ms < step) return null
  return { ms, before: { from: end - ms, to: end }, after: { from: start, to: start + ms } }
}

/** What a route did before and after; null: no request. */
export interface RouteChange {
  readonly service: string
  readonly key: string
  readonly before: RouteView | null
  readonly after: RouteView | null
  /** Which of the figures changed most. */
  readonly most: 'rate' | 'errors' | 'p95'
  /** How much, to compare: 1 is twice or half of a rate or p95, or 5 % more or fewer errors. */
  readonly size: number
}

/** So many points of an error rate weigh as much as twice the duration. */
const ERROR_POINTS = 5

/** Every route that had requests before or after, the largest change first; those of too few requests come last. */
export function changesOf(before: readonly RouteView[], after: readonly RouteView[]): readonly RouteChange[] {
  const pairs = new Map<string, { before: RouteView | null; after: RouteView | null }>()
  for (const one of before) pairs.set(idOf(one), { before: one, after: null })
  for (const one of after) pairs.set(idOf(one), { before: pairs.get(idOf(one))?.before ?? null, after: one })
  return [...pairs.values()].map(changeOf).sort((a, b) => rankOf(b) - rankOf(a) || (a.key < b.key ? -1 : 1))
}

function idOf({ service, key }: RouteView): string {
  return JSON.stringify([service, key])
}

function changeOf({ before, after }: Pick<RouteChange, 'before' | 'after'>): RouteChange {
  const sizes = [
    ['p95', doublings(before?.p95 ?? null, after?.p95 ?? null)],
    ['errors', Math.abs((after?.errorRate ?? 0) - (before?.errorRate ?? 0)) / ERROR_POINTS],
    ['rate', doublings(before?.rate ?? 0, after?.rate ?? 0)],
  ] as const
  const [most, size] = sizes.reduce((largest, one) => (one[1] > largest[1] ? one : largest))
  const { service, key } = (after ?? before) as RouteView
  return { service, key, before, after, most, size }
}

/** So much a change from or to nothing counts at the most. */
const MOST_DOUBLINGS = 10

function doublings(one: number | null, other: number | null): number {
  if (one === null || other === null || one === other) return 0
  if (one <= 0 || other <= 0) return MOST_DOUBLINGS
  return Math.min(MOST_DOUBLINGS, Math.abs(Math.log2(other / one)))
}

/** What changes sort by: those of too few requests are below all others. */
export function rankOf(change: RouteChange): number {
  return isRare(change) ? change.size - 2 * MOST_DOUBLINGS - 100 / ERROR_POINTS : change.size
}

/** Below it a change is none: 7 % of a rate or duration. */
const NONE_BELOW = 0.1

/** `p95 3.2×`, `errors +4.1 points`, `new`, `no requests any more`, `none` */
export function changeInWords({ before, after, most, size }: RouteChange): string {
  if (!before) return 'new'
  if (!after) return 'no requests any more'
  if (size < NONE_BELOW) return 'none'
  if (most === 'errors') {
    const points = (after.errorRate ?? 0) - (before.errorRate ?? 0)
    return `errors ${points > 0 ? '+' : '−'}${Number(Math.abs(points).toFixed(1))} points`
  }
  const [one, other] = [before[most] ?? 0, after[most] ?? 0]
  if (one <= 0) return `${most} from 0`
  const factor = other / one
  return `${most} ${Number(factor.toFixed(factor < 0.95 ? 2 : 1))}×`
}

function isRare({ before, after }: RouteChange): boolean {
  return Math.max(before?.count ?? 0, after?.count ?? 0) < MIN_COUNTED
}
