import { useMemo, useState } from 'react'
import type { Alert } from '../../../api/alerts.js'
import { useAlerts } from '../../api/alerts-now.js'
import { isNarrow, textTest } from '../../api/filter.js'
import type { Scope } from '../../routing/pages.js'
import { usePage } from '../../routing/route.js'
import { Ago } from '../../ui/ago.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Loading } from '../../ui/loading.js'
import { MoreButton } from '../../ui/more-button.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { QueryNote } from '../../ui/query-note.js'
import type { AlertPartProps } from './alert-part.js'
import { AlertRow } from './alert-row.js'
import { EndedAlert } from './ended-alert.js'
import { subjectText } from './words.js'

const FIRST = 50

/** What is not ok now, the worst first. */
export function Firing({ say }: AlertPartProps) {
  const route = usePage('alerts')
  const query = useAlerts()
  const [most, setMost] = useState(FIRST)
  const all = query.data?.items
  const shown = useMemo(() => narrowed(all ?? [], route), [all, route])
  const open = all?.find(({ id }) => id === route.alert)
  // One that is meant by the URL is shown, whatever narrows the page.
  const items = open && !shown.includes(open) ? [open, ...shown] : shown
  const end = Math.max(most, items.findIndex(({ id }) => id === route.alert) + 1)
  const names = useMemo(() => new Map((all ?? []).map((alert) => [alert.id, nameOf(alert)])), [all])
  return (
    <div className="flex flex-col gap-3">
      <QueryNote query={query} instead="There is no alert to show." />
      {query.isPending && <Loading what="the alerts" />}
      {query.data && route.alert && !open && <EndedAlert id={route.alert} />}
      {items.length > 0 && (
        <ul className="panel overflow-hidden" aria-label="Alerts">
          {items.slice(0, end).map((alert) => (
            <AlertRow
              key={alert.id}
              alert={alert}
              isOpen={alert.id === route.alert}
              causeName={alert.cause === null ? null : (names.get(alert.cause) ?? null)}
              say={say}
            />
          ))}
        </ul>
      )}
      <MoreButton
        rest={items.length - end}
        step={FIRST}
        what="alert"
        many="alerts"
        onMore={() => setMost(end + FIRST)}
      />
      {query.data && items.length === 0 && (
        <Nothing isFiltered={isNarrow(route) && query.data.total > 0} isEvaluated={query.data.evaluatedAt !== null} />
      )}
      {query.data && (
        <p className="label">
          {query.data.evaluatedAt === null ? (
            'Rules have not been evaluated yet.'
          ) : (
            <Ago at={query.data.evaluatedAt} before="Rules were evaluated " />
          )}
        </p>
      )}
    </div>
  )
}

function nameOf({ ruleName, subject }: Alert): string {
  return `${ruleName}, ${subjectText(subject)}`
}

function Nothing({ isFiltered, isEvaluated }: { isFiltered: boolean; isEvaluated: boolean }) {
  if (isFiltered) return <NothingMatches />
  return (
    <div className="panel px-4 py-12">
      {isEvaluated ? (
        <EmptyState title="No alert">No rule has found anything wrong.</EmptyState>
      ) : (
        <EmptyState title="No alert is known yet">Zenith evaluates the rules from 10 s after its start on.</EmptyState>
      )}
    </div>
  )
}

function narrowed(items: readonly Alert[], { q, service, env }: Scope): readonly Alert[] {
  const matches = textTest(q)
  return items.filter(
    ({ ruleName, severity, state, subject, text }) =>
      (service === '' || subject.service === service || subject.services.includes(service)) &&
      (env === '' || subject.environment === env) &&
      matches([ruleName, severity, state, subject.name, subject.service, subject.host, text]),
  )
}
