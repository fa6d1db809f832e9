import { useAlertHistory } from '../../api/alerts-api.js'
import { Loading } from '../../ui/loading.js'
import { EventList } from './event-list.js'
import { SubjectLink } from './marks.js'

/** An alert that a link leads to, and that is over. */
export function EndedAlert({ id }: { id: string }) {
  const query = useAlertHistory({ alert: id })
  const [last] = query.data?.items ?? []
  if (query.isPending) return <Loading what="the alert" />
  return (
    <section aria-label="The alert of the link" className="panel flex flex-col gap-3 p-4">
      {last ? (
        <p className="flex flex-wrap gap-x-2">
          <b className="font-semibold">{last.ruleName}</b>
          <SubjectLink subject={last.subject} />
          <span className="text-soft">is over: {last.text}</span>
        </p>
      ) : (
        <p>The alert of this link is over, and too old to be remembered.</p>
      )}
      {last && (
        <EventList
          title="History of this alert"
          query={query}
          listing={query.data}
          all={{ page: 'alerts', tab: 'history', alert: id, kept: 'all' }}
        />
      )}
    </section>
  )
}
