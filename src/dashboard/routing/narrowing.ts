import type { PageName, Route, Target } from './pages.js'

/** A parameter that narrows a page. */
export interface Narrowing {
  /** Its name in the route. */
  readonly key: string
  /** `Service` */
  readonly label: string
  readonly value: string
  /** The same page without it. */
  readonly without: Target
}

const EVERYWHERE = ['service', 'env', 'version', 'q']

/**
 * What narrows each page. A page about one thing is not narrowed by that thing: `service` on a service's page. A queue's state is chosen in
 * tabs, and a route on a service's page beside the lists that it narrows.
 */
export const NARROWED_BY: Readonly<Record<PageName, readonly string[]>> = {
  pulse: EVERYWHERE,
  services: EVERYWHERE,
  service: ['env', 'version', 'q'],
  process: [],
  queues: [...EVERYWHERE, 'find'],
  queue: ['find'],
  job: [],
  jobs: ['service'],
  'archived-job': [],
  'time-travel': [],
  routes: ['service', 'env', 'q'],
  route: ['env', 'version', 'q'],
  failures: [...EVERYWHERE, 'fingerprint'],
  schedulers: EVERYWHERE,
  slow: [...EVERYWHERE, 'series', 'trace'],
  exceptions: [...EVERYWHERE, 'series', 'fingerprint', 'trace'],
  activity: [...EVERYWHERE, 'user', 'action', 'ofQueue', 'via', 'address'],
  alerts: ['service', 'env', 'q'],
  people: [],
  account: [],
  unknown: [],
}

const LABELS: Readonly<Record<string, string>> = {
  service: 'Service',
  env: 'Environment',
  version: 'Version',
  q: 'Text',
  series: 'Route or job',
  find: 'Search',
  fingerprint: 'Fingerprint',
  trace: 'Trace',
  user: 'User',
  action: 'Action',
  ofQueue: 'Queue',
  via: 'Way in',
  address: 'Address',
}

/** What narrows the page at a route, in the order of the URL. */
export function narrowingsOf(route: Route): readonly Narrowing[] {
  const values = route as unknown as Readonly<Record<string, string | number>>
  return NARROWED_BY[route.page].flatMap((key) => {
    const value = String(values[key] ?? '').trim()
    return value === '' ? [] : [{ key, label: LABELS[key] ?? key, value, without: without(route, key) }]
  })
}

/** A route or job belongs to its service, and a position to its list: they go with it. */
function without(route: Route, key: string): Target {
  const also = { ...(key === 'service' && 'series' in route && { series: '' }), ...(key === 'find' && { offset: 0 }) }
  return { ...route, [key]: '', ...also } as Target
}
