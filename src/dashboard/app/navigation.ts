import type { Session } from '../../api/session.js'
import { can, useSession } from '../api/session.js'
import type { PageName, Route, Target } from '../routing/pages.js'

type MainPage = Exclude<
  PageName,
  'service' | 'process' | 'route' | 'queue' | 'job' | 'archived-job' | 'account' | 'unknown'
>

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

const FOR_ALL = PAGE_LIST.filter(({ page }) => page !== 'people')

/** The pages that are offered to the reader. The same list as long as it is the same pages. */
export function pagesFor(session: Session | null): readonly MainEntry[] {
  return session?.people && can(session, 'people.edit') ? PAGE_LIST : FOR_ALL
}

export function usePages(): readonly MainEntry[] {
  return pagesFor(useSession())
}

/** What a page starts with: the filter stays, but from one service one comes back to all of them. */
export function pageTarget(from: Route, page: MainPage): Target {
  const isOfOne = from.page === 'service' || from.page === 'process' || from.page === 'route'
  const leavesService = isOfOne && (page === 'pulse' || page === 'services' || page === 'routes')
  return leavesService ? { page, service: '' } : { page }
}

/** The page of the list that a page belongs to. */
export function sectionOf(page: PageName): MainPage | 'account' | 'unknown' {
  if (page === 'service' || page === 'process') return 'services'
  if (page === 'route') return 'routes'
  if (page === 'archived-job') return 'jobs'
  return page === 'queue' || page === 'job' ? 'queues' : page
}
