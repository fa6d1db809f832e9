import { NO_QUEUE } from '../../view/url-state.js'
import { EmptyState } from '../empty-state.js'
import { PageLink } from '../page-link.js'

export function UnknownQueue() {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="No queue of this name is known">
        Nobody reports it any more, or it is on a server that was started again.{' '}
        <PageLink to={NO_QUEUE} className="font-medium text-accent hover:underline">
          See all queues
        </PageLink>
      </EmptyState>
    </div>
  )
}
