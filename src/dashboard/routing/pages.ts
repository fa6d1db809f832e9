import { ALERT_CHANGES, PERIODS, SEVERITIES } from '../../api/words.js'
import { MAX_TIME } from '../../protocol/limits.js'
import { JOB_STATES } from '../../protocol/queues.js'

/** A parameter of the URL's query. */
export interface Param<T> {
  /** What it is called in the URL. */
  readonly name: string
  /** An unknown value counts as none. @param text empty when the URL has none */
  parse(text: string): T
  /** Empty for the value that a URL without it stands for. */
  write(value: T): string
}

/** Empty when the URL has none. */
function text(name: string): Param<string> {
  return { name, parse: (value) => value, write: (value) => value }
}

/** One of a few words. @param fallback not written */
function oneOf<T extends string>(name: string, known: readonly T[], fallback: NoInfer<T>): Param<T> {
  return {
    name,
    parse: (value) => known.find((one) => one === value) ?? fallback,
    write: (value) => (value === fallback ? '' : value),
  }
}

/** A whole number from 0. */
function amount(name: string): Param<number> {
  return {
    name,
    parse: (value) => {
      const number = Math.floor(Number(value))
      return Number.isSafeInteger(number) && number > 0 ? number : 0
    },
    write: (value) => (value > 0 ? String(value) : ''),
  }
}

/** A time in Unix ms; 0 for none. */
function time(name: string): Param<number> {
  return {
    name,
    parse: (value) => (/^\d{1,16}$/.test(value) && Number(value) <= MAX_TIME ? Number(value) : 0),
    write: (value) => (value > 0 ? String(value) : ''),
  }
}

/** The cluster, what narrows every page, and how far back its figures go. It stays when the page changes; empty texts stand for all. */
const SCOPE = {
  /** Id of the cluster; empty for all of them, and for the only one. */
  cluster: text('cluster'),
  service: text('service'),
  env: text('env'),
  /** Version of the app. */
  version: text('version'),
  /** Text filter. */
  q: text('q'),
  period: oneOf('period', PERIODS, '15m'),
  /** A window that replaces the period until it is taken back; both or neither. */
  from: time('from'),
  to: time('to'),
  /** What charts show beside their time: the week before. */
  ghost: oneOf('ghost', ['', 'week'], ''),
}

/** The time of the deployment whose before and after is shown; 0 for none. */
const DEPLOY = { deploy: time('deploy') }

/** A route or job to which a page is narrowed, by name; empty for all. */
const SERIES = { series: text('route') }

/** The group to which a page is narrowed; empty for all. */
const FINGERPRINT = { fingerprint: text('fingerprint') }

/** The trace to which a page is narrowed, by its id; empty for all. */
const TRACE = { trace: text('trace') }

/** Whether all that is stored is listed, whenever it was. */
const KEPT = { kept: oneOf('kept', ['', 'all'], '') }

/** The same where all is what a URL without it stands for. */
const KEPT_AT_FIRST: { readonly kept: Param<'' | 'all'> } = {
  kept: {
    name: 'kept',
    parse: (value) => (value === 'period' ? '' : 'all'),
    write: (value) => (value === '' ? 'period' : ''),
  },
}

/** Which lines of the audit trail are listed; empty for any. */
const LINES = {
  user: text('user'),
  action: text('action'),
  /** Key or name of a queue. */
  ofQueue: text('of'),
  /** A way in, or its first word. */
  via: text('via'),
  /** What the address begins with. */
  address: text('address'),
  ok: oneOf('ok', ['', 'true', 'false'], ''),
}

/** Which of a queue's jobs are listed. */
const LIST = {
  /** Empty for the state that needs a look. */
  state: oneOf('state', ['', ...JOB_STATES], ''),
  /** How many jobs are before the list's first. */
  offset: amount('offset'),
  order: oneOf('order', ['newest', 'oldest'], 'newest'),
  /** What is looked for in them. */
  find: text('find'),
}

/** How queues can be grouped: not at all, by their service, or by their names up to a delimiter. */
export const QUEUE_GROUPS = ['', 'service', ':', '/', '.', '-'] as const

/** The parts of the page of alerts. */
export const ALERT_TABS = ['firing', 'history', 'rules', 'silences', 'receivers', 'deliveries'] as const
export type AlertTab = (typeof ALERT_TABS)[number]

/** The parts of the page of users. */
export const PEOPLE_PARTS = ['users', 'groups', 'roles', 'tokens', 'sessions'] as const
export type PeoplePart = (typeof PEOPLE_PARTS)[number]

/** How much of the past a scrubber spans. */
export const SPANS = ['1h', '24h', '7d', '30d'] as const
export type SpanName = (typeof SPANS)[number]

/** The parameters that each page has beside the scope. */
const PAGES = {
  pulse: DEPLOY,
  services: DEPLOY,
  service: { ...SERIES, ...DEPLOY },
  /** `node` is the id of a node of the service. */
  process: { node: text('node') },
  /** `find` is what is searched for in the jobs of all queues. */
  queues: { group: oneOf('group', QUEUE_GROUPS, ''), find: text('find') },
  /** `queue` is the key of a queue. */
  queue: { queue: text('queue'), ...LIST, ...SERIES },
  /** The list is the one that the reader came from, and goes back to. */
  job: { queue: text('queue'), job: text('job'), ...LIST },
  /** `find` is a search over finished jobs: docs/search.md. */
  jobs: { find: text('find') },
  /** A job's life, as the archive has it. */
  'archived-job': { queue: text('queue'), job: text('job') },
  /** `t` is the time to look at; 0: a moment ago. */
  'time-travel': { t: time('t'), span: oneOf('span', SPANS, '24h') },
  routes: {},
  /** `series` is the name of the route. */
  route: { ...SERIES, ...DEPLOY },
  failures: FINGERPRINT,
  schedulers: {},
  /** `all`: whatever the period, all entries that are stored. */
  slow: { ...SERIES, ...TRACE, ...KEPT },
  exceptions: { ...SERIES, ...FINGERPRINT, ...TRACE },
  /** `bulk` is the id of the bulk operation that is open. */
  activity: { bulk: text('bulk'), ...LINES, ...KEPT_AT_FIRST },
  /** `alert` and `rule` are the ids of those that are open, or whose history is shown. */
  alerts: {
    ...{ tab: oneOf('tab', ALERT_TABS, 'firing'), alert: text('alert'), rule: text('rule') },
    severity: oneOf('severity', ['', ...SEVERITIES], ''),
    change: oneOf('change', ['', ...ALERT_CHANGES], ''),
    ...KEPT,
  },
  /** `user` is the id of the user that is open, `find` what is searched for in the part. */
  people: { part: oneOf('tab', PEOPLE_PARTS, 'users'), user: text('user'), find: text('find') },
  /** Of the user who is logged in. */
  account: {},
  /** `asked` is a page that there is not. */
  unknown: { asked: text('page') },
}

export type PageName = keyof typeof PAGES
export const PAGE_NAMES = Object.keys(PAGES) as readonly PageName[]

type ValuesOf<P> = { [K in keyof P]: P[K] extends Param<infer T> ? T : never }
export type Scope = ValuesOf<typeof SCOPE>
/** What only one page has. */
export type OwnParams<P extends PageName> = ValuesOf<(typeof PAGES)[P]>
/** One page and what it shows. */
export type RouteOf<P extends PageName> = { page: P } & Scope & OwnParams<P>
/** Where the reader is: a union by page, so that no page sees what belongs to another. */
export type Route = { [P in PageName]: RouteOf<P> }[PageName]
/** What a page is about: it has to be named. */
type SubjectOf<P extends PageName> = P extends 'service' | 'route' | 'process'
  ? Pick<Scope, 'service'> & (P extends 'route' ? { series: string } : P extends 'process' ? { node: string } : unknown)
  : Pick<OwnParams<P>, keyof OwnParams<P> & ('queue' | 'job' | 'asked')>
/** Where to go: whatever is left out of the scope stays, of the page's own parameters it falls back. */
export type Target = {
  [P in PageName]: { page: P } & SubjectOf<P> & Partial<Scope & OwnParams<P>>
}[PageName]

/** The parameters that a page reads and writes, by the names that they have in its route. */
export function paramsOf(page: PageName): readonly [key: string, param: Param<unknown>][] {
  const params: Readonly<Record<string, Param<unknown>>> = { ...SCOPE, ...PAGES[page] }
  return Object.entries(params)
}
