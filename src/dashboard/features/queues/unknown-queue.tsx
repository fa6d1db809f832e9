import { EmptyState } from '../../ui/empty-state.js'
import { PageLink } from '../../ui/page-link.js'

export function UnknownQueue() {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="Zenith knows no queue of this name">
        No app reports it any more, or its server was restarted.{' '}
        <PageLink to={{ page: 'queues' }} className="font-medium text-accent hover:underline">
          See all queues
        </PageLink>
      </EmptyState>
    </div>
  )
}
