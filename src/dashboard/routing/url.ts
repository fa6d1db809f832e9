import { PAGE_NAMES, type PageName, paramsOf, type Route, type RouteOf, type Target } from './pages.js'

/** In the URL a page of one thing has the name of the page that lists them. */
const LISTED_BY: Partial<Record<PageName, string>> = { services: 'service', queue: 'queues', job: 'queues' }
/** All parameters in the order in which they are written. */
const ORDER = [
  ...['page', 'service', 'route', 'env', 'version', 'q', 'period'],
  ...['queue', 'job', 'state', 'offset', 'order', 'find', 'group', 'bulk'],
]
/** What waits in the URL until the reader is back on its page. */
const WAITING: ReadonlySet<string> = new Set(['group'])
/** A change of these is a step that the back button undoes; the others only narrow what is shown. */
const STEPS = ['page', 'service', 'route', 'queue', 'job']

/** A URL's query, and what it says. */
export interface PageUrl {
  /** With its question mark; empty for nothing. */
  readonly query: string
  readonly route: Route
}

/** @param query with or without its question mark */
export function parseUrl(query: string): PageUrl {
  return { query, route: parsePage(pageOf(new URLSearchParams(query)), query) as Route }
}

/** What a page would show at a URL, whichever page that names. */
export function parsePage<P extends PageName>(page: P, query: string | URLSearchParams): RouteOf<P> {
  const params = new URLSearchParams(query)
  const values = paramsOf(page).map(([key, param]) => [key, param.parse(params.get(param.name) ?? '')])
  return { page, ...Object.fromEntries(values) }
}

/** The query that leads to a target, with its question mark; empty for nothing. Parameters that are not ours stay. */
export function writeUrl(from: PageUrl, target: Target): string {
  const route = complete(from, target)
  const written = new Map(paramsOf(route.page).map(([key, param]) => [param.name, param.write(route[key])]))
  written.set('page', route.page === 'pulse' ? '' : (LISTED_BY[route.page] ?? route.page))
  const query = new URLSearchParams(from.query)
  for (const name of ORDER) {
    const value = written.get(name) ?? (WAITING.has(name) ? query.get(name) : null)
    query.delete(name)
    if (value) query.append(name, value)
  }
  const all = query.toString()
  return all && `?${all}`
}

/** Whether the back button undoes the way from one query to another. */
export function isStep(from: string, to: string): boolean {
  const [before, after] = [new URLSearchParams(from), new URLSearchParams(to)]
  return STEPS.some((name) => (before.get(name) ?? '') !== (after.get(name) ?? ''))
}

function pageOf(params: URLSearchParams): PageName {
  const page = params.get('page')
  if (page === 'service') return params.get('service') ? 'service' : 'services'
  if (page === 'queues' && params.get('queue')) return params.get('job') ? 'job' : 'queue'
  return PAGE_NAMES.find((known) => known === page && !(known in LISTED_BY)) ?? 'pulse'
}

function complete({ query, route }: PageUrl, target: Target): Record<string, unknown> & { page: PageName } {
  const { service, env, version, q, period } = route
  const waiting = [...new URLSearchParams(query)].filter(([name]) => WAITING.has(name))
  const isSameQueue = target.page === 'job' && 'queue' in route && route.queue === target.queue
  return {
    ...parsePage(target.page, new URLSearchParams(waiting)),
    ...{ service, env, version, q, period },
    ...(isSameQueue && { state: route.state, offset: route.offset, order: route.order, find: route.find }),
    ...target,
  }
}
