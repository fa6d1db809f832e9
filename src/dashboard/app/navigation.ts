import type { Session } from '../../api/session.js'
import { useIsOfAll } from '../api/place.js'
import { can, useSession } from '../api/session.js'
import type { Route, Target } from '../routing/pages.js'
import type { MainPage } from '../routing/sections.js'

interface MainEntry {
  readonly page: MainPage
  readonly title: string
  /** Follows a `g`. */
  readonly key: string
}

export const ACCOUNT = { page: 'account' } as const satisfies Target

/** All pages in their order. */
export const PAGE_LIST: readonly MainEntry[] = [
  { page: 'pulse', title: 'Pulse', key: 'p' },
  { page: 'services', title: 'Services', key: 'v' },
  { page: 'routes', title: 'Routes', key: 'r' },
  { page: 'queues', title: 'Queues', key: 'q' },
  { page: 'jobs', title: 'Jobs', key: 'j' },
  { page: 'failures', title: 'Failures', key: 'f' },
  { page: 'schedulers', title: 'Schedulers', key: 'c' },
  { page: 'slow', title: 'Slow', key: 's' },
  { page: 'exceptions', title: 'Exceptions', key: 'x' },
  { page: 'alerts', title: 'Alerts', key: 'l' },
  { page: 'activity', title: 'Activity', key: 'a' },
  { page: 'time-travel', title: 'Time Travel', key: 't' },
  { page: 'people', title: 'People', key: 'u' },
]

const PEOPLE = PAGE_LIST.filter(({ page }) => page === 'people')
const FOR_ALL = PAGE_LIST.filter(({ page }) => page !== 'people')

const NONE: readonly MainEntry[] = []

/** The pages that are offered to the reader. The same list as long as it is the same pages. @param isOfAll whether no cluster is shown */
export function pagesFor(session: Session | null, isOfAll: boolean): readonly MainEntry[] {
  const hasPeople = session?.people && can(session, 'people.edit')
  if (isOfAll) return hasPeople ? PEOPLE : NONE
  return hasPeople ? PAGE_LIST : FOR_ALL
}

export function usePages(): readonly MainEntry[] {
  return pagesFor(useSession(), useIsOfAll())
}

/** What a page starts with: the filter stays, but from one service one comes back to all of them. */
export function pageTarget(from: Route, page: MainPage): Target {
  const isOfOne = from.page === 'service' || from.page === 'process' || from.page === 'route'
  const leavesService = isOfOne && (page === 'pulse' || page === 'services' || page === 'routes')
  return leavesService ? { page, service: '' } : { page }
}
