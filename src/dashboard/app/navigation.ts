import type { PageName, Route, Target } from '../routing/pages.js'

type MainPage = Exclude<PageName, 'service' | 'process' | 'route' | 'queue' | 'job' | 'archived-job' | 'unknown'>

/** The pages in their order; the key follows a `g`. */
export const PAGE_LIST: readonly { page: MainPage; title: string; key: string }[] = [
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
]

/** What a page starts with: the filter stays, but from one service one comes back to all of them. */
export function pageTarget(from: Route, page: MainPage): Target {
  const isOfOne = from.page === 'service' || from.page === 'process' || from.page === 'route'
  const leavesService = isOfOne && (page === 'pulse' || page === 'services' || page === 'routes')
  return leavesService ? { page, service: '' } : { page }
}

/** The page of the list that a page belongs to. */
export function sectionOf(page: PageName): MainPage | 'unknown' {
  if (page === 'service' || page === 'process') return 'services'
  if (page === 'route') return 'routes'
  if (page === 'archived-job') return 'jobs'
  return page === 'queue' || page === 'job' ? 'queues' : page
}
