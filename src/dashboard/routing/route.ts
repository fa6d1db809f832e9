import { useMemo } from 'react'
import type { TimeRange } from '../../api/time-window.js'
import { PERIOD_MS, type Period } from '../../api/words.js'
import { HISTORY_LIFE_MS } from '../../protocol/limits.js'
import { useHasArchive } from '../api/session.js'
import { createStore, useStore } from '../api/store.js'
import type { OwnParams, PageName, Route, RouteOf, Scope, Target } from './pages.js'
import { isStep, type PageUrl, parsePage, parseUrl, problemsOf, writeUrl } from './url.js'

/**
 * Where the reader is, kept in the URL's query so that it can be shared. The server knows one page, at the mount itself:
 * a query goes through every proxy and mount as it is, and relative links stay right.
 */
const current = createStore<PageUrl>(parseUrl(location.search))
window.addEventListener('popstate', () => current.set(parseUrl(location.search)))

export function useRoute(): Route {
  return useStore(current).route
}

/** What the URL says for one page, even while that page is being left. */
export function usePage<P extends PageName>(page: P): RouteOf<P> {
  const { query } = useStore(current)
  return useMemo(() => parsePage(page, query), [page, query])
}

/** The route or job to which the page is narrowed, by name; empty for all. */
export function useSeries(): string {
  const route = useRoute()
  return 'series' in route ? route.series : ''
}

/**
 * The time that charts, figures and lists cover; the same object as long as it is the same time. Without an archive, a period that needs
 * one falls back to all that there is.
 */
export function useTimeRange(): TimeRange {
  const { period: asked, from, to } = useRoute()
  const hasArchive = useHasArchive()
  const period = hasArchive === false && isLong(asked) ? '1h' : asked
  return useMemo(() => ({ period, window: to > 0 ? { from, to } : null }), [period, from, to])
}

/** Whether only an archive has a period. */
export function isLong(period: Period): boolean {
  return PERIOD_MS[period] > HISTORY_LIFE_MS
}

/** What the URL asks for that there is not. */
export function useUrlProblems(): readonly string[] {
  const { query } = useStore(current)
  return useMemo(() => problemsOf(query), [query])
}

export function getRoute(): Route {
  return current.get().route
}

/** Goes somewhere: to another page, or to another part of this one. */
export function navigate(target: Target): void {
  const before = current.get()
  const query = writeUrl(before, target)
  go(query, isStep(before.query, query))
}

/** Goes where the URL should have led: the back button does not come back here. */
export function redirect(target: Target): void {
  go(writeUrl(current.get(), target), false)
}

function go(query: string, isNewStep: boolean): void {
  current.set(parseUrl(query))
  try {
    const url = `${query || location.pathname}${location.hash}`
    if (isNewStep) history.pushState(null, '', url)
    else history.replaceState(null, '', url)
  } catch {
    // Browsers refuse more than some hundred changes in half a minute; the page itself still goes there.
  }
}

/** Changes what a page shows; does nothing on another page. */
export function changePage<P extends PageName>(page: P, change: Partial<OwnParams<P>>): void {
  const route = getRoute()
  if (route.page === page) navigate({ ...route, ...change } as Target)
}

/**
 * Changes what narrows all pages. A route or job belongs to its service: with another one it is not chosen any more; nor is
 * all that is stored, with a time.
 */
export function changeScope(change: Partial<Scope>): void {
  const route = getRoute()
  const isOther = change.service !== undefined && 'series' in route
  const isOtherTime = (change.period !== undefined || change.to !== undefined) && 'kept' in route
  navigate({ ...route, ...change, ...(isOther && { series: '' }), ...(isOtherTime && { kept: '' }) } as Target)
}

/** Shows what a deployment changed, or nothing of it any more. @param at Unix ms; 0 for none */
export function openDeployment(at: number): void {
  const route = getRoute()
  if ('deploy' in route) navigate({ ...route, deploy: at } as Target)
}

/** Goes back from a window to the period. */
export function leaveWindow(): void {
  changeScope({ from: 0, to: 0 })
}

/** The relative URL that a link has. A row that is drawn again with other figures leads where it led. */
export function useHref(target: Target): string {
  const from = useStore(current)
  const to = JSON.stringify(target)
  return useMemo(() => writeUrl(from, JSON.parse(to) as Target) || './', [from, to])
}
