import type { QueueView } from '../../api/queues.js'
import type { TimeRange } from '../../api/time-window.js'
import { bucketStart, LEVELS } from '../../archiver/figures/levels.js'
import { QueueBucket, type StoredQueue } from '../../archiver/figures/queue-bucket.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive } from '../../ports/index.js'
import { type ArchivedSpan, spanOf } from './archived-span.js'
import { pastViewOf } from './past-queue-view.js'
import type { LastReading, QueuePastSum } from './queue-past-sum.js'
import { QueuePasts } from './queue-pasts.js'

/** Steps that are read for a list, as long as the archive has coarser ones. */
const MAX_STEPS = 60
/** Samples of a queue: as many as a line of a table has room for. */
const MAX_SAMPLES = 30
/** Queues of a list, those that were read last. */
const MAX_QUEUES = 2_000
/** Steps of all scopes that are in memory at once. */
const CHUNK = 64
/** Readings of queues to add up before yielding to the event loop. */
const SLICE = 500
/** The finest steps at the end of the time that are read for its last figures. */
const LAST_STEPS = 5

/** What is asked for besides the time. */
export interface PastQueueFilter {
  readonly isMeant: (queue: Pick<StoredQueue, 'name' | 'driver' | 'place'>) => boolean
  /** Null for all. */
  readonly service: string | null
}

/** The queues of a time that the archive has, those with the highest backlog first. */
export interface ArchivedQueues {
  readonly total: number
  readonly isPartial: boolean
  /** A part of them. @param knownAs the queue as it is now; null if it is not known any more */
  readonly views: (
    offset: number,
    limit: number,
    knownAs: (queue: StoredQueue) => QueueView | null,
  ) => readonly QueueView[]
}

type Figures = Pick<Archive, 'figures' | 'scopes'>

/** Every queue over a time that only the archive has. @param now Unix ms */
export async function archivedQueues(
  archive: Figures,
  range: TimeRange,
  now: number,
  { isMeant, service }: PastQueueFilter,
): Promise<ArchivedQueues> {
  const span = spanOf(range, now, MAX_STEPS)
  const { from, to, step } = span
  const sample = step * Math.ceil((to - from) / step / MAX_SAMPLES)
  const pasts = new QueuePasts(MAX_QUEUES, { from, to, step, sample })
  const scopes = await archive.scopes({ kind: 'queues', from, to })
  for (let end = to; end > from; end -= CHUNK * step) {
    const part = { ...span, from: Math.max(from, end - CHUNK * step), to: end }
    for await (const [at, readings] of stepsOf(archive, scopes, part, isMeant)) pasts.add(at, readings)
  }
  const last = await lastOf(archive, scopes, span, pasts, isMeant)
  const found = pasts.all.filter(({ services }) => service === null || services.has(service)).sort(busiestFirst)
  return {
    total: found.length,
    isPartial: pasts.isPartial,
    views: (offset, limit, knownAs) =>
      found.slice(offset, offset + limit).map((sum) => pastViewOf(sum, last.get(sum), span, knownAs(sum.last))),
  }
}

function busiestFirst(a: QueuePastSum, b: QueuePastSum): number {
  return (b.backlogMax ?? -1) - (a.backlogMax ?? -1) || (a.last.name < b.last.name ? -1 : 1)
}

interface Reading {
  readonly queue: StoredQueue
  readonly scope: string
}

/** What all scopes read in each step, the newest step first. */
async function* stepsOf(
  archive: Figures,
  scopes: readonly string[],
  time: Pick<ArchivedSpan, 'from' | 'to' | 'step'>,
  isMeant: PastQueueFilter['isMeant'],
): AsyncGenerator<readonly [from: number, readings: readonly Reading[]]> {
  let read = 0
  for (const [from, bodies] of await bodiesOf(archive, scopes, time)) {
    const readings: Reading[] = []
    for (const { scope, body } of bodies) {
      for (const queue of QueueBucket.queuesOf(body)) if (isMeant(queue)) readings.push({ queue, scope })
    }
    read += readings.length
    if (read >= SLICE) await nextTurn()
    read %= SLICE
    yield [from, readings]
  }
}

/** Encoded buckets of all scopes by their start, the newest first. */
async function bodiesOf(
  archive: Figures,
  scopes: readonly string[],
  { from, to, step }: Pick<ArchivedSpan, 'from' | 'to' | 'step'>,
): Promise<readonly (readonly [from: number, bodies: readonly { scope: string; body: Uint8Array }[]])[]> {
  const bodies = new Map<number, { scope: string; body: Uint8Array }[]>()
  for (const scope of scopes) {
    for (const { from: start, body } of await archive.figures({ kind: 'queues', scope, step, from, to })) {
      const known = bodies.get(start)
      if (known) known.push({ scope, body })
      else bodies.set(start, [{ scope, body }])
    }
  }
  return [...bodies].sort(([a], [b]) => b - a)
}

/** The last figures of each queue in the finest steps that the archive still has of the end of the time. */
async function lastOf(
  archive: Figures,
  scopes: readonly string[],
  { to, step, now }: ArchivedSpan,
  pasts: QueuePasts,
  isMeant: PastQueueFilter['isMeant'],
): Promise<ReadonlyMap<QueuePastSum, LastReading>> {
  const last = new Map<QueuePastSum, LastReading>()
  const end = Math.min(to, now)
  const finest = LEVELS.find(({ keepMs, step }) => end - LAST_STEPS * step >= now - keepMs)?.step ?? step
  if (finest >= step) return last
  const until = bucketStart(end - 1, finest) + finest
  const time = { from: until - LAST_STEPS * finest, to: until, step: finest }
  for await (const [from, readings] of stepsOf(archive, scopes, time, isMeant)) {
    for (const { queue } of readings) {
      const sum = pasts.of(queue)
      const known = sum && last.get(sum)
      const at = from + finest
      if (sum && (!known || (known.at === at && known.queue.ms < queue.ms))) last.set(sum, { queue, at })
    }
  }
  return last
}
