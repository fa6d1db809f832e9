import { useSyncExternalStore } from 'react'
import type { Period } from '../../api/words.js'

export const PAGES = ['pulse', 'service', 'queues', 'failures', 'schedulers', 'slow', 'exceptions', 'activity'] as const
export type PageName = (typeof PAGES)[number]

const PERIODS: readonly Period[] = ['5m', '15m', '1h']

/**
 * Where the reader is and what is chosen, kept in the URL's query so that it can be shared. The server knows one page,
 * at the mount itself: a query goes through every proxy and mount as it is, and relative links stay right.
 */
export interface Choice {
  page: PageName
  /** Empty for all. */
  service: string
  /** A route or job by name; empty for all. */
  route: string
  /** Environment; empty for all. */
  env: string
  /** Version of the app; empty for all. */
  version: string
  /** Text filter. */
  q: string
  period: Period
  /** The key of a queue; empty for all. */
  queue: string
  /** The id of a job of that queue. */
  job: string
  /** Which of the queue's jobs are listed: a state, or empty for the one that needs a look. */
  state: string
  /** How many of them are before the list's first, in figures. */
  offset: string
  /** `oldest` when they come first. */
  order: string
  /** What is looked for in them. */
  find: string
  /** How queues are grouped: `service`, a delimiter of their names, or empty. */
  group: string
  /** The id of a bulk operation that is open. */
  bulk: string
}

const NOTHING: Choice = {
  page: 'pulse',
  service: '',
  route: '',
  env: '',
  version: '',
  q: '',
  period: '15m',
  queue: '',
  job: '',
  state: '',
  offset: '',
  order: '',
  find: '',
  group: '',
  bulk: '',
}
const NAMES = Object.keys(NOTHING) as (keyof Choice)[]
/** A change of these is a step that the back button undoes; the others only narrow what is shown. */
const STEPS: readonly (keyof Choice)[] = ['page', 'service', 'route', 'queue', 'job']

const listeners = new Set<() => void>()
let current = readUrl()
window.addEventListener('popstate', () => set(readUrl()))

export function useChoice(): Choice {
  return useSyncExternalStore(subscribe, getChoice)
}

export function getChoice(): Choice {
  return current
}

export function choose(change: Partial<Choice>): void {
  const next = { ...current, ...change }
  const isStep = STEPS.some((name) => next[name] !== current[name])
  const query = queryOf(next)
  set(next)
  try {
    const url = `${query || location.pathname}${location.hash}`
    if (isStep) history.pushState(null, '', url)
    else history.replaceState(null, '', url)
  } catch {
    // Browsers refuse more than some hundred changes in half a minute; the choice itself still works.
  }
}

/** The relative URL of what a change leads to. */
export function hrefOf(choice: Choice, change: Partial<Choice>): string {
  return queryOf({ ...choice, ...change }) || './'
}

/** What a page starts with: the filters stay, but from one service one comes back to all of them. */
export function pageChange(from: Choice, page: PageName): Partial<Choice> {
  const leavesService = from.page === 'service' && (page === 'pulse' || page === 'service')
  return { page, route: '', bulk: '', ...NO_QUEUE, ...(leavesService && { service: '' }) }
}

/** What is chosen within a list of jobs; it belongs to one state of one queue. */
export const NO_LIST = { offset: '', order: '', find: '' } as const
/** What is chosen within a queue. */
export const NO_QUEUE = { queue: '', job: '', state: '', ...NO_LIST } as const

/** Where a queue is opened. */
export function queueChoice(queue: string, more: Partial<Choice> = {}): Partial<Choice> {
  return { page: 'queues', route: '', ...NO_QUEUE, queue, ...more }
}

/** Where a job is opened. */
export function jobChoice(queue: string, job: string): Partial<Choice> {
  return { page: 'queues', route: '', queue, job }
}

function readUrl(): Choice {
  const query = new URLSearchParams(location.search)
  const read = (name: keyof Choice) => query.get(name) ?? ''
  return {
    ...NOTHING,
    ...Object.fromEntries(NAMES.map((name) => [name, read(name)])),
    page: PAGES.find((page) => page === read('page')) ?? NOTHING.page,
    period: PERIODS.find((period) => period === read('period')) ?? NOTHING.period,
  }
}

/** With its question mark; empty for nothing. Parameters that are not ours stay. */
function queryOf(choice: Choice): string {
  const query = new URLSearchParams(location.search)
  for (const name of NAMES) query.delete(name)
  for (const name of NAMES) if (choice[name] !== NOTHING[name]) query.set(name, choice[name])
  const text = query.toString()
  return text && `?${text}`
}

function set(choice: Choice): void {
  current = choice
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
