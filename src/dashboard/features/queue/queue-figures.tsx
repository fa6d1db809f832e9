import type { QueueView } from '../../../api/queues.js'
import { count, duration, perMinute, roughly } from '../../ui/format.js'
import { backlog } from '../queues/queues.js'

/** A queue's figures in one line. */
export function QueueFigures({ queue }: { queue: QueueView }) {
  const { metrics, approximate, oldestMs, overdueMs, throughput, workers, paused } = queue
  const amount = (value: number | null) => roughly(count(value), approximate)
  return (
    <dl className="panel grid grid-cols-2 gap-px overflow-hidden bg-line sm:grid-cols-4 xl:grid-cols-8">
      <Figure name="Backlog" value={amount(backlog(metrics))} />
      <Figure name="Oldest waits" value={duration(oldestMs)} />
      <Figure name="In" value={perMinute(throughput?.in)} />
      <Figure name="Out" value={perMinute(throughput?.out)} />
      <Figure name="Active" value={amount(metrics.active)} />
      <Figure
        name="Delayed"
        value={amount(metrics.delayed)}
        note={overdueMs ? `due since ${duration(overdueMs)}` : ''}
      />
      <Figure name="Failed" value={amount(metrics.failed)} isBad={(metrics.failed ?? 0) > 0} />
      <Figure name="Workers" value={count(workers)} note={paused ? 'paused' : ''} />
    </dl>
  )
}

function Figure({
  name,
  value,
  note = '',
  isBad = false,
}: {
  name: string
  value: string
  note?: string
  isBad?: boolean
}) {
  return (
    <div className="min-w-0 bg-panel px-4 py-3">
      <dt className="label">{name}</dt>
      <dd className="mt-0.5">
        <span className={`text-lg font-semibold tracking-tight ${isBad ? 'text-bad' : ''}`}>{value}</span>
        {note && <span className="label block truncate text-warn">{note}</span>}
      </dd>
    </div>
  )
}
