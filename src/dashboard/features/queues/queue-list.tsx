import { memo } from 'react'
import type { QueueView } from '../../../api/queues.js'
import { pastOf } from '../../ui/charts/gaps.js'
import { Sparkline } from '../../ui/charts/sparkline.js'
import { count, duration, perMinute, plural, roughly } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { Section } from '../../ui/section.js'
import { DriverBadge } from './driver-badge.js'
import { QueueMarks } from './queue-marks.js'
import { backlog, worst } from './queues.js'
import { ReasonLine } from './reasons.js'

interface QueueListProps {
  queues: readonly QueueView[]
  /** How many are shown; the page of queues has them all. */
  most?: number
}

/** The queues that need a look, or have most to do, beside what else there is; nothing where there are none. */
export const QueueList = memo(function QueueList({ queues, most = 6 }: QueueListProps) {
  if (queues.length === 0) return null
  const troubled = queues.filter(({ attention }) => attention.length > 0).length
  return (
    <Section
      title="Queues"
      aside={`${plural(queues.length, 'queue')} · ${troubled === 0 ? 'all well' : `${count(troubled)} ${troubled === 1 ? 'needs' : 'need'} attention`}`}
      more={<PageLink to={{ page: 'queues' }}>All queues</PageLink>}
    >
      <ul className="panel grid grid-cols-1 gap-px overflow-hidden bg-line lg:grid-cols-2">
        {worst(queues, most).map((queue) => (
          <QueueItem key={queue.key} queue={queue} />
        ))}
        {/* An odd one leaves no hole. */}
        <li className="hidden bg-panel last:even:block" aria-hidden="true" />
      </ul>
    </Section>
  )
})

const QueueItem = memo(function QueueItem({ queue }: { queue: QueueView }) {
  const { key, name, driver, metrics, samples, attention, approximate } = queue
  return (
    <li className="flex min-w-0 items-center gap-4 bg-panel px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-2">
          <PageLink to={{ page: 'queue', queue: key }} data-row="" title={name} className="row-link font-medium">
            {name}
          </PageLink>
          <DriverBadge driver={driver} />
          <QueueMarks queue={queue} />
        </p>
        <p className="mt-0.5 flex min-h-4.5 min-w-0 items-center text-xs text-soft">
          {attention.length > 0 ? <ReasonLine attention={attention} /> : <Flow queue={queue} />}
        </p>
      </div>
      <span className="hidden w-20 shrink-0 sm:block">
        <Sparkline values={pastOf(samples, (sample) => sample.backlog)} atLeast={5} />
      </span>
      <p className="w-16 shrink-0 text-right">
        <b className="block font-semibold">{roughly(count(backlog(metrics)), approximate)}</b>
        <span className="label">backlog</span>
      </p>
    </li>
  )
})

function Flow({ queue: { throughput, oldestMs } }: { queue: QueueView }) {
  const words = [
    throughput && `in ${perMinute(throughput.in)}, out ${perMinute(throughput.out)}`,
    oldestMs !== null && `oldest ${duration(oldestMs)}`,
  ]
  return <span className="truncate">{words.filter(Boolean).join(' · ') || 'no throughput figures'}</span>
}
