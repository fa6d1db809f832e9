import type { Completeness, QueueCompleteness } from '../../api/archived-jobs.js'
import type { QueueView } from '../../api/queues.js'
import type { TimeWindow } from '../../api/time-window.js'
import { bucketStart, FINEST_STEP } from '../../archiver/figures/levels.js'
import { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import { readUnopened } from '../../archiver/prepare/unopened.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive, FigureBucket } from '../../ports/index.js'
import { archivedSpanOf } from './archived-span.js'

const MAX_QUEUES = 1_000

/**
 * Compares attempts in the archive with those that workers counted, in whole steps of the figures.
 *
 * @param known queues that are shown now: of those whose jobs this Zenith can't list, the archive may have nothing
 */
export async function completenessOf(
  archive: Archive,
  window: TimeWindow,
  now: number,
  known: readonly Pick<QueueView, 'name' | 'services' | 'actions'>[],
): Promise<Completeness> {
  const { from, to, step } = archivedSpanOf({ period: '1h', window }, now) ?? wholeMinutes(window)
  const queues = new QueueCounts()
  for (const { queueName, service, attempts } of await archive.counts({ from, to }))
    queues.add(queueName, service, { archived: attempts, counted: null })
  for (const service of await archive.scopes({ kind: 'traffic', from, to })) {
    const buckets = await archive.figures({ kind: 'traffic', scope: service, step, from, to })
    for await (const { queue, count } of jobsIn(buckets))
      if (queue !== null) queues.add(queue, service, { archived: 0, counted: count })
  }
  for (const { name, services } of known.filter(({ actions }) => !actions.includes('list'))) {
    const [only = null] = services.length === 1 ? services : []
    if (!queues.has(name)) queues.add(name, only, { archived: 0, counted: null })
  }
  const unopened = (await readUnopened(archive, { from, to })).map(({ service }) => service)
  return {
    from,
    to,
    queues: withUnknown(queues.byName()).slice(0, MAX_QUEUES),
    unopened: unopened.slice(0, MAX_QUEUES),
  }
}

function wholeMinutes({ from, to }: TimeWindow): TimeWindow & { readonly step: number } {
  return { from: bucketStart(from, FINEST_STEP), to: bucketStart(to - 1, FINEST_STEP) + FINEST_STEP, step: FINEST_STEP }
}

/** Attempts whose service the archive does not know are of the service that counted a queue of that name, if it is the only one. */
function withUnknown(queues: readonly QueueCompleteness[]): QueueCompleteness[] {
  const only = new Map<string, QueueCompleteness | null>()
  for (const queue of queues) {
    const { queueName, service, counted } = queue
    if (service !== null && counted !== null) only.set(queueName, only.has(queueName) ? null : queue)
  }
  const unknown = new Map(queues.filter(({ service }) => service === null).map((one) => [one.queueName, one.archived]))
  return queues.flatMap((queue) => {
    const counting = only.get(queue.queueName)
    if (queue.service === null && counting) return []
    return queue === counting ? { ...queue, archived: queue.archived + (unknown.get(queue.queueName) ?? 0) } : queue
  })
}

async function* jobsIn(buckets: readonly FigureBucket[]) {
  for (const { body } of buckets) {
    await nextTurn()
    yield* TrafficBucket.decode(body)?.jobs.values() ?? []
  }
}

class QueueCounts {
  readonly #queues = new Map<string, QueueCompleteness>()
  readonly #names = new Set<string>()

  has(queueName: string): boolean {
    return this.#names.has(queueName)
  }

  add(queueName: string, service: string | null, more: Pick<QueueCompleteness, 'archived' | 'counted'>): void {
    const id = JSON.stringify([queueName, service])
    const { archived = 0, counted = null } = this.#queues.get(id) ?? {}
    const sum = more.counted === null ? counted : (counted ?? 0) + more.counted
    this.#queues.set(id, { queueName, service, archived: archived + more.archived, counted: sum })
    this.#names.add(queueName)
  }

  byName(): readonly QueueCompleteness[] {
    return [...this.#queues.values()].sort((one, other) => (one.queueName < other.queueName ? -1 : 1))
  }
}
