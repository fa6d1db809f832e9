import { ChevronRight } from 'lucide-react'
import type { QueueView } from '../../../api/queues.js'
import { usePage } from '../../routing/route.js'
import { PageLink } from '../../ui/page-link.js'

/** The way up: from a job to its queue, and from there to all queues. */
export function Crumbs({ queue }: { queue?: Pick<QueueView, 'key' | 'name'> | undefined }) {
  const route = usePage('job')
  return (
    <nav aria-label="Breadcrumb" className="label flex min-w-0 items-center gap-1">
      <PageLink to={{ page: 'queues' }} className="rounded-sm hover:text-text hover:underline">
        Queues
      </PageLink>
      <ChevronRight className="size-3.5 shrink-0" aria-hidden="true" />
      {queue && (
        <>
          <PageLink
            to={{ ...route, page: 'queue' }}
            className="min-w-0 truncate rounded-sm hover:text-text hover:underline"
          >
            {queue.name}
          </PageLink>
          <ChevronRight className="size-3.5 shrink-0" aria-hidden="true" />
        </>
      )}
    </nav>
  )
}
