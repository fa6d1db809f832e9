import type { ReactNode } from 'react'
import { ALERT_CHANGES, type AlertEvent, type AlertEventListing, SEVERITIES } from '../../../api/alerts.js'
import { type ChangesAsked, changesQuery, useAlertChanges, useAlertRules } from '../../api/alerts-api.js'
import { isNarrow } from '../../api/filter.js'
import { usePathOf } from '../../api/place.js'
import { useHasArchive } from '../../api/session.js'
import { changePage, usePage, useTimeRange } from '../../routing/route.js'
import { timeTravelTarget } from '../../routing/time-travel-target.js'
import { Button } from '../../ui/button.js'
import { Chip } from '../../ui/chip.js'
import { EmptyState } from '../../ui/empty-state.js'
import { exactTime, plural } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { Loading } from '../../ui/loading.js'
import { Moment } from '../../ui/moment.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { Select } from '../../ui/select.js'
import { CHANGE_LOOK, lasted } from './event-list.js'
import { SeverityMark, SubjectLink } from './marks.js'
import { CHANGED } from './words.js'

/** What alerts did, over any time that is known. */
export function AlertHistory() {
  const { rule, alert, service, severity, change, q, kept, env } = usePage('alerts')
  const chosen = useTimeRange()
  const range = kept === 'all' && !chosen.window ? null : chosen
  const asked = { rule, alert, service, severity, change, q, range }
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useAlertChanges(asked)
  const all = data?.pages.flatMap(({ items }) => items) ?? []
  const events = all.filter(({ subject }) => env === '' || subject.environment === env)
  const isNarrowed = isNarrow({ q, service, env, version: '' }) || [rule, alert, severity, change].some(Boolean)
  return (
    <div className="flex flex-col gap-3">
      <Narrowing asked={asked} amount={data && events.length} />
      <Problem error={error} before={data ? 'The page shows the last answer.' : ''} />
      {isPending && !error && <Loading what="the history" />}
      {events.length > 0 && (
        <ul className="panel long overflow-hidden" aria-label="Changes of alerts">
          {events.map((event) => (
            <ChangeRow key={`${event.at} ${event.change} ${event.alert}`} event={event} />
          ))}
        </ul>
      )}
      {data && events.length === 0 && !hasNextPage && <Nothing isNarrowed={isNarrowed} isAll={range === null} />}
      {hasNextPage && (
        <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? 'Loading…' : 'Load more'}
        </Button>
      )}
      <Bounds listing={data?.pages[0]} />
    </div>
  )
}

function Narrowing({ asked, amount }: { asked: ChangesAsked; amount: number | undefined }) {
  const { rule, alert, severity, change } = asked
  const pathOf = usePathOf()
  const name = useAlertRules().data?.items.find((one) => one.rule.id === rule)?.rule.name ?? rule
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        label="Severity"
        all="All severities"
        options={SEVERITIES}
        value={severity}
        onChoose={(value) => changePage('alerts', { severity: value as typeof severity & '' })}
      />
      <Select
        label="Change"
        all="All changes"
        options={ALERT_CHANGES}
        value={change}
        onChoose={(value) => changePage('alerts', { change: value as typeof change & '' })}
      />
      {rule && <Chip label="Rule" value={name} onRemove={() => changePage('alerts', { rule: '' })} />}
      {alert && <Chip label="Alert" value={alert} onRemove={() => changePage('alerts', { alert: '' })} />}
      <p role="status" className="label ml-auto">
        {amount !== undefined && `${plural(amount, 'change')} shown`}
      </p>
      {amount !== undefined && amount > 0 && (
        <a
          className={LINK_BUTTON}
          href={pathOf(`api/alerts/history${changesQuery(asked, { format: 'csv', limit: '1000' })}`)}
        >
          CSV of the newest 1,000
        </a>
      )}
    </div>
  )
}

function ChangeRow({ event }: { event: AlertEvent }) {
  const { at, change, severity, rule, ruleName, subject, text, by } = event
  const hasArchive = useHasArchive()
  return (
    <li className="row-idle flex flex-wrap items-start justify-between gap-x-6 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-[1_1_20rem]">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <span className={CHANGE_LOOK[change] ?? 'font-medium'}>{CHANGED[change]}</span>
          <SeverityMark severity={severity} isQuiet={change !== 'firing'} />
          <PageLink to={{ page: 'alerts', tab: 'history', rule }} className="font-semibold hover:text-accent">
            {ruleName}
          </PageLink>
          <SubjectLink subject={subject} />
        </p>
        <p className="label min-w-0 break-words">
          {text}
          {by && ` · by ${by}`}
          {lasted(event)}
        </p>
      </div>
      <div className="flex shrink-0 flex-wrap items-center gap-2">
        <span className="label" title={exactTime(at)}>
          <Moment at={at} />
        </span>
        {hasArchive && (
          <PageLink to={timeTravelTarget(at)} className={LINK_BUTTON} title={`The fleet at ${exactTime(at)}`}>
            Fleet then
          </PageLink>
        )}
      </div>
    </li>
  )
}

/** How far back it goes, and what is missing. */
function Bounds({ listing }: { listing: AlertEventListing | undefined }) {
  if (!listing) return null
  const { since, gaps } = listing
  return (
    <>
      {since !== null && (
        <p className="label">
          Without an archive Zenith knows the newest changes only: those since {exactTime(since)}.
        </p>
      )}
      {gaps.map(({ from, to }) => (
        <p key={from} className="label">
          Changes between {exactTime(from)} and {exactTime(to)} may be missing: no Zenith archived them in time.
        </p>
      ))}
    </>
  )
}

function Nothing({ isNarrowed, isAll }: { isNarrowed: boolean; isAll: boolean }): ReactNode {
  if (isNarrowed) return <NothingMatches />
  return (
    <div className="panel px-4 py-12">
      <EmptyState title={isAll ? 'No alert fired yet' : 'No alert changed in this time'}>
        What alerts do appears here: when they fire, are acknowledged, and are over.
      </EmptyState>
    </div>
  )
}
