import type { QueueView } from '../../../api/queues.js'
import { STATE_NAMES } from '../../../api/words.js'
import type { JobState } from '../../../protocol/queues.js'
import { count, roughly } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { useInSight } from '../../ui/use-in-sight.js'

/** The states that jobs of such a queue can be in, with how many are. */
export function StateTabs({ queue, chosen }: { queue: QueueView; chosen: JobState }) {
  const { states, metrics, approximate } = queue
  const tabs = useInSight(chosen)
  return (
    <nav ref={tabs} aria-label="States" className="-mx-1 flex min-w-0 gap-1 overflow-x-auto px-1 py-1">
      {states.map((state) => (
        <PageLink
          key={state}
          to={{ page: 'queue', queue: queue.key, state }}
          aria-current={state === chosen ? 'true' : undefined}
          className="group/tab inline-flex items-center gap-2 rounded-lg border border-transparent px-2.5 py-1.5 font-medium whitespace-nowrap text-soft hover:bg-raised hover:text-text aria-[current=true]:border-line aria-[current=true]:bg-panel aria-[current=true]:text-text"
        >
          {STATE_NAMES[state]}
          <span
            className={`rounded-full bg-track px-1.5 text-xs font-semibold ${state === 'failed' && (metrics.failed ?? 0) > 0 ? 'text-bad' : 'text-text'}`}
          >
            {roughly(count(metrics[state]), approximate)}
          </span>
        </PageLink>
      ))}
    </nav>
  )
}
