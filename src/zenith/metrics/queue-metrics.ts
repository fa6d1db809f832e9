import type { QueueView, SourceView } from '../../api/queues.js'
import { JOB_STATES } from '../../protocol/index.js'
import type { Family, Labels } from './exposition.js'

/** Queues that services report, or that this Zenith itself reads. */
export function queueFamilies(queues: readonly QueueView[]): Family[] {
  const live = unique(queues.filter(({ attention }) => attention[0]?.kind !== 'silent'))
  const gauge = (name: string, help: string, read: (queue: QueueView) => number | null): Family => {
    const samples = live.map(({ labels, queue }) => ({ labels, value: read(queue) }))
    return { name, type: 'gauge', help, samples }
  }
  const jobs = live.flatMap(({ labels, queue }) =>
    JOB_STATES.map((state) => ({ labels: { ...labels, state }, value: queue.metrics[state] })),
  )
  return [
    { name: 'quasar_queue_jobs', type: 'gauge', help: 'Jobs by state.', samples: jobs },
    gauge('quasar_queue_oldest_seconds', 'Age of the job that has waited longest.', ({ oldestMs }) => {
      return oldestMs === null ? null : oldestMs / 1_000
    }),
    gauge('quasar_queue_workers', 'Connected workers.', ({ workers }) => workers),
    gauge('quasar_queue_paused', 'Whether nothing is started.', ({ paused }) =>
      paused === null ? null : Number(paused),
    ),
  ]
}

/** Queue sources, with or without queues. */
export function sourceFamilies(sources: readonly SourceView[]): Family[] {
  const known = new Map(sources.filter(({ isRead }) => isRead).map((source) => [labelsText(source), source]))
  const all = [...known.values()].map(({ driver, place, error }) => ({ labels: { driver, place }, error }))
  const failing = all.filter(({ error }) => error !== null)
  return [
    {
      name: 'quasar_queue_source_up',
      type: 'gauge',
      help: 'Whether a way to queues can be read.',
      samples: all.map(({ labels, error }) => ({ labels, value: Number(error === null) })),
    },
    {
      name: 'quasar_queue_source_error',
      type: 'gauge',
      help: 'Why a way to queues can not be read.',
      samples: failing.map(({ labels, error }) => ({ labels: { ...labels, reason: error }, value: 1 })),
    },
  ]
}

function labelsText({ driver, place }: SourceView): string {
  return JSON.stringify([driver, place])
}

/** Prometheus rejects two samples with the same labels. */
function unique(queues: readonly QueueView[]): { labels: Labels; queue: QueueView }[] {
  const found = new Map<string, { labels: Labels; queue: QueueView }>()
  for (const queue of queues) {
    const labels = { queue: queue.name, driver: queue.driver, place: queue.place }
    const identity = JSON.stringify(labels)
    if (!found.has(identity)) found.set(identity, { labels, queue })
  }
  return [...found.values()]
}
