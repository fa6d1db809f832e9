import type { Completeness, QueueCompleteness } from '../../api/archived-jobs.js'
import type { TimeWindow } from '../../api/time-window.js'
import { bucketStart, FINEST_STEP } from '../../archiver/figures/levels.js'
import { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive } from '../../ports/index.js'
import { archivedSpanOf } from './archived-span.js'

const MAX_QUEUES = 1_000

/** Compares attempts in the archive with those that workers counted, in whole steps of the figures. */
export async function completenessOf(archive: Archive, window: TimeWindow, now: number): Promise<Completeness> {
  const { from, to, step } = archivedSpanOf({ period: '1h', window }, now) ?? wholeMinutes(window)
  const queues = new Map<string, QueueCompleteness>()
  const entryOf = (queueName: string, service: string | null): QueueCompleteness => {
    return queues.get(idOf(queueName, service)) ?? { queueName, service, archived: 0, counted: null }
  }
  for (const { queueName, service, attempts } of await archive.counts({ from, to })) {
    const entry = entryOf(queueName, service)
    queues.set(idOf(queueName, service), { ...entry, archived: entry.archived + attempts })
  }
  for (const service of await archive.scopes({ kind: 'traffic', from, to })) {
    for (const { body } of await archive.figures({ kind: 'traffic', scope: service, step, from, to })) {
      await nextTurn()
      for (const { queue, count } of TrafficBucket.decode(body)?.jobs.values() ?? []) {
        if (queue === null) continue
        const entry = entryOf(queue, service)
        queues.set(idOf(queue, service), { ...entry, counted: (entry.counted ?? 0) + count })
      }
    }
  }
  const sorted = withUnknown([...queues.values()]).sort((a, b) => (a.queueName < b.queueName ? -1 : 1))
  return { from, to, queues: sorted.slice(0, MAX_QUEUES) }
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

function idOf(queueName: string, service: string | null): string {
  return JSON.stringify([queueName, service])
}
