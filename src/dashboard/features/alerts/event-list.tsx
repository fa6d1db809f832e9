import type { UseQueryResult } from '@tanstack/react-query'
import type { AlertEvent } from '../../../api/alerts.js'
import { Ago } from '../../ui/ago.js'
import { duration } from '../../ui/format.js'
import { QueryNote } from '../../ui/query-note.js'
import { CHANGED, subjectText } from './words.js'

const MOST = 12

interface EventListProps {
  title: string
  query: UseQueryResult<unknown>
  /** Newest first; undefined as long as they are not known. */
  events: readonly AlertEvent[] | undefined
  /** Whether each tells what it was about. */
  hasSubjects?: boolean
}

/** What alerts did, the newest first. */
export function EventList({ title, query, events, hasSubjects = false }: EventListProps) {
  return (
    <div className="min-w-0">
      <p className="mb-1 text-xs font-medium">{title}</p>
      <QueryNote query={query} instead="There is no history to show." />
      {events?.length === 0 && <p className="label">Nothing yet</p>}
      <ul className="flex flex-col gap-1 text-xs">
        {(events ?? []).slice(0, MOST).map((event) => (
          <li key={`${event.at} ${event.change} ${event.alert}`} className="flex min-w-0 gap-3">
            <span className="w-20 shrink-0 text-soft">
              <Ago at={event.at} />
            </span>
            <span className="min-w-0 break-words">
              <span className={DOT[event.change] ?? 'font-medium'}>{CHANGED[event.change]}</span>
              {hasSubjects && ` · ${subjectText(event.subject)}`}
              {event.by && ` by ${event.by}`}
              {lasted(event)}
              {event.change === 'firing' && <span className="text-soft"> · {event.text}</span>}
            </span>
          </li>
        ))}
      </ul>
      {(events?.length ?? 0) > MOST && <p className="label mt-1">and {(events?.length ?? 0) - MOST} older ones</p>}
    </div>
  )
}

const DOT: Readonly<Record<string, string>> = {
  firing: 'font-medium text-bad',
  resolved: 'font-medium text-ok',
}

function lasted({ change, at, firedAt }: AlertEvent): string {
  const isOver = change === 'resolved' || change === 'ended'
  return isOver && firedAt !== null ? ` after ${duration(at - firedAt)}` : ''
}
