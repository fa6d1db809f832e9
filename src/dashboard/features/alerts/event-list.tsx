import type { UseQueryResult } from '@tanstack/react-query'
import type { AlertEvent, AlertEventListing } from '../../../api/alerts.js'
import type { Target } from '../../routing/pages.js'
import { Ago } from '../../ui/ago.js'
import { duration } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { QueryNote } from '../../ui/query-note.js'
import { CHANGED, subjectText } from './words.js'

interface EventListProps {
  title: string
  query: UseQueryResult<unknown>
  /** The newest changes; undefined as long as they are not known. */
  listing: AlertEventListing | undefined
  /** Where all of them are. */
  all: Target
  /** Whether each tells what it was about. */
  hasSubjects?: boolean
}

/** What alerts did, the newest first. */
export function EventList({ title, query, listing, all, hasSubjects = false }: EventListProps) {
  const events = listing?.items
  return (
    <div className="min-w-0">
      <p className="mb-1 text-xs font-medium">{title}</p>
      <QueryNote query={query} instead="There is no history to show." />
      {events?.length === 0 && <p className="label">Nothing yet</p>}
      <ul className="flex flex-col gap-1 text-xs">
        {(events ?? []).map((event) => (
          <li key={`${event.at} ${event.change} ${event.alert}`} className="flex min-w-0 gap-3">
            <span className="w-20 shrink-0 text-soft">
              <Ago at={event.at} />
            </span>
            <span className="min-w-0 break-words">
              <span className={CHANGE_LOOK[event.change] ?? 'font-medium'}>{CHANGED[event.change]}</span>
              {hasSubjects && ` · ${subjectText(event.subject)}`}
              {event.by && ` by ${event.by}`}
              {lasted(event)}
              {event.change === 'firing' && <span className="text-soft"> · {event.text}</span>}
            </span>
          </li>
        ))}
      </ul>
      {listing && listing.next !== null && (
        <PageLink to={all} className="mt-1 inline-block rounded-sm text-xs text-accent hover:underline">
          Older changes
        </PageLink>
      )}
    </div>
  )
}

/** How the word for a change looks. */
export const CHANGE_LOOK: Readonly<Record<string, string>> = {
  firing: 'font-medium text-bad',
  resolved: 'font-medium text-ok',
}

/** ` after 5 min`, where a change ends an alert. */
export function lasted({ change, at, firedAt }: AlertEvent): string {
  const isOver = change === 'resolved' || change === 'ended'
  return isOver && firedAt !== null ? ` after ${duration(at - firedAt)}` : ''
}
