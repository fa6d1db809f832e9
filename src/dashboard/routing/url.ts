import { isTimeWindow } from '../../api/time-window.js'
import { LIVE_PERIODS, PERIODS } from '../../api/words.js'
import { PAGE_NAMES, type PageName, paramsOf, type Route, type RouteOf, type Target } from './pages.js'

/** In the URL a page of one thing has the name of the page that lists them. */
const LISTED_BY: Partial<Record<PageName, string>> = {
  services: 'service',
  queue: 'queues',
  job: 'queues',
  route: 'routes',
  process: 'service',
}
/** All parameters in the order in which they are written. */
const ORDER = [
  ...[
    'cluster',
    'page',
    'service',
    'node',
    'route',
    'env',
    'version',
    'q',
    'period',
    'from',
    'to',
    'ghost',
    'deploy',
    'kept',
  ],
  ...[
    'queue',
    'job',
    'state',
    'offset',
    'order',
    'find',
    'group',
    'fingerprint',
    'trace',
    'bulk',
    'tab',
    'alert',
    'rule',
    'severity',
    'change',
    'user',
    'action',
    'of',
    'via',
    'address',
    'ok',
    't',
    'span',
  ],
]
/** What waits in the URL until the reader is back on its page. */
const WAITING: ReadonlySet<string> = new Set(['group'])
/** A change of these is a step that the back button undoes; the others only narrow what is shown. */
const STEPS = ['cluster', 'page', 'service', 'node', 'route', 'queue', 'job', 'from', 'to', 'tab']

const ARCHIVED_PERIODS = PERIODS.slice(LIVE_PERIODS.length)

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
  const route = { page, ...Object.fromEntries(values) }
  return isTimeWindow(route) ? route : { ...route, from: 0, to: 0 }
}

/** The query that leads to a target, with its question mark; empty for nothing. Parameters that are not ours stay. */
export function writeUrl(from: PageUrl, target: Target): string {
  const route = complete(from, target)
  const written = new Map(paramsOf(route.page).map(([key, param]) => [param.name, param.write(route[key])]))
  if (route.page !== 'unknown') written.set('page', route.page === 'pulse' ? '' : (LISTED_BY[route.page] ?? route.page))
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

/** What a URL asks for that there is not, and what it takes, as sentences. */
export function problemsOf(query: string): readonly string[] {
  const params = new URLSearchParams(query)
  const { period, from, to } = parsePage('pulse', params)
  const asked = params.get('period') ?? ''
  const problems: string[] = []
  if (asked && asked !== period)
    problems.push(
      `The URL asks for the period “${asked.slice(0, 50)}”. A period is ${inWords(LIVE_PERIODS)}, with an archive also ${inWords(ARCHIVED_PERIODS)}.`,
    )
  if ((params.has('from') || params.has('to')) && from + to === 0)
    problems.push(
      'The URL asks for a window that is none: from and to are Unix ms, to is after from, at most 400 days later.',
    )
  return problems
}

function inWords(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function pageOf(params: URLSearchParams): PageName {
  const page = params.get('page')
  if (page === 'service' && params.get('service') && params.get('node')) return 'process'
  if (page === 'service') return params.get('service') ? 'service' : 'services'
  if (page === 'routes' && params.get('service') && params.get('route')) return 'route'
  if (page === 'queues' && params.get('queue')) return params.get('job') ? 'job' : 'queue'
  if (!page) return 'pulse'
  return PAGE_NAMES.find((known) => known === page && !(known in LISTED_BY)) ?? 'unknown'
}

function complete({ query, route }: PageUrl, target: Target): Record<string, unknown> & { page: PageName } {
  const { cluster, service, env, version, q, period, from, to, ghost } = route
  const waiting = [...new URLSearchParams(query)].filter(([name]) => WAITING.has(name))
  const isSameQueue = target.page === 'job' && 'offset' in route && route.queue === target.queue
  return {
    ...parsePage(target.page, new URLSearchParams(waiting)),
    ...{ cluster, service, env, version, q, period, from, to, ghost },
    ...(isSameQueue && { state: route.state, offset: route.offset, order: route.order, find: route.find }),
    ...target,
  }
}
