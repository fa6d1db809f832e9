import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import { STATE_NAMES } from '../../../api/words.js'
import type { JobAddress, JobPlace } from '../../../protocol/jobs.js'
import type { JobState, QueueDriver, QueueMetrics } from '../../../protocol/queues.js'
import { type Filter, textTest } from '../../api/filter.js'
import { byName } from '../../ui/groups.js'

export interface DriverWords {
  name: string
  /** Whether Gravito itself runs such queues; all others are looked at from outside. */
  isGravito: boolean
}

const DRIVERS: Readonly<Record<QueueDriver, DriverWords>> = {
  'gravito-stream': { name: 'Gravito Stream', isGravito: true },
  'laravel-horizon': { name: 'Laravel Horizon', isGravito: false },
  laravel: { name: 'Laravel', isGravito: false },
  bullmq: { name: 'BullMQ', isGravito: false },
  bull: { name: 'Bull', isGravito: false },
  sqs: { name: 'SQS', isGravito: false },
  'redis-list': { name: 'Redis list', isGravito: false },
  celery: { name: 'Celery', isGravito: false },
  rq: { name: 'RQ', isGravito: false },
  sidekiq: { name: 'Sidekiq', isGravito: false },
  other: { name: 'other', isGravito: false },
}

/** An unknown one may come from a newer server. */
export function driverWords(driver: QueueDriver): DriverWords {
  return DRIVERS[driver] ?? { name: driver, isGravito: false }
}

export const JOB_STATE_LIST = Object.keys(STATE_NAMES) as readonly JobState[]

/**
 * The queue of another job of a flow. A flow's jobs are on one server: by the name of the queue under one prefix, by the
 * whole of its key under another. Undefined when this page does not know it.
 */
export function queueOfJob(
  queues: readonly QueueView[],
  from: QueueView,
  { queue, isElsewhere }: JobAddress,
): QueueView | undefined {
  if (!isElsewhere && queue === from.name) return from
  const [host, prefix] = partsOf(from.place)
  const key = isElsewhere ? queue : `${prefix}:${queue}`
  return queues.find((one) => {
    const [otherHost, otherPrefix] = partsOf(one.place)
    const isThere = otherHost === host && one.server === from.server && one.driver === from.driver
    return isThere && `${otherPrefix}:${one.name}` === key
  })
}

/** `127.0.0.1:6379/0 bull` */
function partsOf(place: string | null): [host: string, prefix: string] {
  const space = place?.indexOf(' ') ?? -1
  return place === null || space < 0 ? [place ?? '', ''] : [place.slice(0, space), place.slice(space + 1)]
}

/** Of a state within a sentence: `118 failed jobs`. */
export function stateWord(state: JobPlace): string {
  return state === 'waitingChildren' ? 'blocked' : state
}

/** Jobs that could start now: waiting and prioritized; null when neither is known. */
export function backlog({ waiting, prioritized }: QueueMetrics): number | null {
  return waiting === null && prioritized === null ? null : (waiting ?? 0) + (prioritized ?? 0)
}

/** Those that are asked for: a queue belongs to the services that report it. */
export function filterQueues(overview: Overview, { q, service, env, version }: Filter): readonly QueueView[] {
  if (!q.trim() && !service && !env && !version) return overview.queues
  const matches = textTest(q)
  const isMeant = serviceTest(overview, { service, env, version })
  return overview.queues.filter((queue) => isMeant(queue.services) && matches(textsOf(queue)))
}

/** Whether what belongs to a queue is asked for, by the queue's key. */
export function keysMeant(overview: Overview, filter: Omit<Filter, 'q'>): (key: string) => boolean {
  const { service, env, version } = filter
  if (!service && !env && !version) return () => true
  const keys = new Set(filterQueues(overview, { q: '', service, env, version }).map(({ key }) => key))
  return (key) => keys.has(key)
}

function serviceTest(
  overview: Overview,
  { service, env, version }: Omit<Filter, 'q'>,
): (services: readonly string[]) => boolean {
  if (!service && !env && !version) return () => true
  const inEnv = new Set(overview.services.flatMap((view) => (view.environments.includes(env) ? view.service : [])))
  const inVersion = new Set(
    overview.nodes.flatMap((node) => (node.heartbeat?.appVersion === version ? node.service : [])),
  )
  return (services) =>
    services.some(
      (name) => (!service || name === service) && (!env || inEnv.has(name)) && (!version || inVersion.has(name)),
    )
}

function textsOf({ name, driver, place, services, attention, paused }: QueueView) {
  const words = driverWords(driver).name
  return [name, driver, words, place, ...services, ...attention.map(({ text }) => text), paused ? 'paused' : null]
}

const TROUBLE_RANK = ['error', 'unpolled', 'paused', 'growing', 'old', 'silent']

/** Those that need a look, the worst first; the others by name, so that nothing moves while one reads. */
export function byNeed(queues: readonly QueueView[]): {
  attention: readonly QueueView[]
  healthy: readonly QueueView[]
} {
  const rank = ({ attention: [first] }: QueueView) => (first ? TROUBLE_RANK.indexOf(first.kind) : 0)
  return {
    attention: queues
      .filter(({ attention }) => attention.length > 0)
      .sort((a, b) => rank(a) - rank(b) || (backlog(b.metrics) ?? 0) - (backlog(a.metrics) ?? 0) || compareNames(a, b)),
    healthy: queues.filter(({ attention }) => attention.length === 0).sort(compareNames),
  }
}

function compareNames(a: QueueView, b: QueueView): number {
  return byName(a.name, b.name) || byName(a.key, b.key)
}

/** A few to look at: those that need it, then those with most to do. */
export function worst(queues: readonly QueueView[], amount: number): readonly QueueView[] {
  const { attention, healthy } = byNeed(queues)
  const busy = [...healthy].sort(
    (a, b) => (backlog(b.metrics) ?? -1) - (backlog(a.metrics) ?? -1) || compareNames(a, b),
  )
  return [...attention, ...busy].slice(0, amount)
}

/** The name of a queue's group, in the words of the grouping that was chosen. @param by `service` or a delimiter */
export function groupOf({ name, services }: QueueView, by: string): string {
  if (by === 'service') return services.length > 0 ? services.join(', ') : 'not reported by a service'
  const end = name.indexOf(by)
  return end > 0 ? name.slice(0, end + by.length) : `without ${by}`
}

/** The list that is opened first: what failed, else what is there. */
export function firstState({ states, metrics }: QueueView): JobState {
  const some = (state: JobState) => states.includes(state) && (metrics[state] ?? 0) > 0
  return (
    (['failed', 'waiting', 'active', 'prioritized', 'delayed', 'completed'] as const).find(some) ??
    states[0] ??
    'waiting'
  )
}
