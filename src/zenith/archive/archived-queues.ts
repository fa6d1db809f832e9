import type { QueueHistoryView, QueueMinute } from '../../api/queue-history.js'
import { QueueBucket, type QueueFigure, type QueueFigures } from '../../archiver/figures/queue-bucket.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive } from '../../ports/index.js'
import { JOB_STATES, type QueueMetrics } from '../../protocol/index.js'
import { namesOf } from '../queues/monitor/identity.js'
import type { ArchivedSpan } from './archived-span.js'

const SLICE = 8

/** The services that reported a queue, and the names by which it is found in what they reported. */
export interface QueueWhere {
  readonly services: readonly string[]
  readonly names: ReadonlySet<string>
}

/** A queue over a time that only the archive has: the mean of each step. */
export async function archivedQueue(
  archive: Pick<Archive, 'figures'>,
  key: string,
  where: QueueWhere,
  span: ArchivedSpan,
): Promise<QueueHistoryView> {
  const points = (await archivedQueues(archive, new Map([[key, where]]), span)).get(key) ?? []
  return { key, period: span.period, step: span.step, points }
}

/** The points of queues, by their keys: each bucket is read once. @param asked by key */
export async function archivedQueues(
  archive: Pick<Archive, 'figures'>,
  asked: ReadonlyMap<string, QueueWhere>,
  span: ArchivedSpan,
): Promise<ReadonlyMap<string, readonly QueueMinute[]>> {
  const seen = new Map([...asked.keys()].map((key): [string, Map<number, QueueFigures>] => [key, new Map()]))
  const services = new Set([...asked.values()].flatMap((where) => where.services))
  for (const scope of [...services, '']) {
    const here = [...asked].filter(([, where]) => scope === '' || where.services.includes(scope))
    for await (const { from, bucket } of bucketsOf(archive, scope, span)) {
      const named = [...bucket.queues.values()].map((queue) => ({ queue, ...namesOf(queue) }))
      for (const [key, { names }] of here) {
        const queue = named.find(({ byServer, byPlace }) => isNamed(byServer, byPlace, names))?.queue
        const steps = seen.get(key)
        if (queue && steps && (steps.get(from)?.ms ?? 0) < queue.ms) steps.set(from, queue)
      }
    }
  }
  return new Map([...seen].map(([key, steps]) => [key, pointsOf(steps, span)]))
}

function pointsOf(steps: ReadonlyMap<number, QueueFigures>, { from, to, step }: ArchivedSpan): readonly QueueMinute[] {
  const starts = Array.from({ length: Math.round((to - from) / step) }, (_, index) => from + index * step)
  return starts.map((start) => minuteOf(start + step, steps.get(start)))
}

async function* bucketsOf(archive: Pick<Archive, 'figures'>, scope: string, { from, to, step }: ArchivedSpan) {
  const buckets = await archive.figures({ kind: 'queues', scope, step, from, to })
  for (const [index, { from: start, body }] of buckets.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn()
    const bucket = QueueBucket.decode(body)
    if (bucket) yield { from: start, bucket }
  }
}

function isNamed(byServer: string | null, byPlace: string, names: ReadonlySet<string>): boolean {
  return (byServer !== null && names.has(byServer)) || names.has(byPlace)
}

function minuteOf(at: number, queue: QueueFigures | undefined): QueueMinute {
  const mean = (figure: QueueFigure) => queue?.figures[figure]?.mean ?? null
  const metrics = Object.fromEntries(JOB_STATES.map((state) => [state, roundedUp(mean(state))]))
  return {
    at,
    ...(metrics as unknown as QueueMetrics),
    oldestMs: queue?.figures.oldestMs?.max ?? null,
    in: mean('in'),
    out: mean('out'),
  }
}

/** A mean of 0.2 jobs is not none. */
function roundedUp(value: number | null): number | null {
  return value === null ? null : Math.ceil(value)
}
