import { NO_FILTER } from '../api/filter.js'
import type { PageName, Route, Target } from './pages.js'

/** A page that the header leads to. */
export type MainPage = Exclude<
  PageName,
  'service' | 'process' | 'route' | 'queue' | 'job' | 'archived-job' | 'account' | 'unknown'
>

/** The page of the list that a page belongs to. */
export function sectionOf(page: PageName): MainPage | 'account' | 'unknown' {
  if (page === 'service' || page === 'process') return 'services'
  if (page === 'route') return 'routes'
  if (page === 'archived-job') return 'jobs'
  return page === 'queue' || page === 'job' ? 'queues' : page
}

/** What stands for no cluster where there are several. */
export const ALL_CLUSTERS = 'All clusters'

/**
 * The same page in another cluster, or the list that it belongs to, at the same time: names are those of one cluster.
 *
 * @param cluster its id; empty for all clusters
 */
export function clusterTarget(from: Route, cluster: string): Target {
  const section = sectionOf(from.page)
  const isForAll = section === 'people' || section === 'account'
  const page = section === 'unknown' || (cluster === '' && !isForAll) ? 'pulse' : section
  return {
    ...(from.page === 'alerts' && page === 'alerts' && { tab: from.tab }),
    ...(from.page === 'people' && page === 'people' && { part: from.part }),
    ...(from.page === 'time-travel' && page === 'time-travel' && { t: from.t, span: from.span }),
    ...NO_FILTER,
    ...{ page, cluster },
  } as Target
}
