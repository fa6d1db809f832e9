import { useEffect, useMemo } from 'react'
import { useClusterInfos } from '../api/clusters.js'
import { isNarrow } from '../api/filter.js'
import { clearSelection } from '../features/jobs/selection.js'
import type { Route, RouteOf } from '../routing/pages.js'
import { changePage, changeScope, getRoute, leaveWindow, navigate } from '../routing/route.js'
import { clusterTarget } from '../routing/sections.js'
import { nextTheme } from '../ui/theme.js'
import { pageTarget, usePages } from './navigation.js'
import { openOverlay } from './overlay.js'

/** How long a `g` waits for the letter of its page, in ms. */
const GO_WITHIN_MS = 1_500

/** The keys that work everywhere on the page. Over it and in fields only the palette's does. */
export function useKeys(): void {
  const goes = useGoes()
  useEffect(() => {
    let goUntil = 0
    const onKey = (event: KeyboardEvent) => {
      const action = isPaletteKey(event) ? openPalette : actionOf(event, Date.now() < goUntil ? goes : NONE)
      goUntil = event.key === 'g' && isForThePage(event) ? Date.now() + GO_WITHIN_MS : 0
      if (!action) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [goes])
}

type Actions = Readonly<Record<string, () => void>>

const NONE: Actions = {}

/** What follows a `g`: the letters of pages, the numbers of clusters. */
function useGoes(): Actions {
  const pages = usePages()
  const clusters = useClusterInfos()
  return useMemo(() => {
    const toPages = pages.map(({ key, page }) => [key, () => navigate(pageTarget(getRoute(), page))] as const)
    const ids = clusters.length > 1 ? ['', ...clusters.slice(0, 9).map(({ id }) => id)] : []
    const toClusters = ids.map((id, at) => [String(at), () => navigate(clusterTarget(getRoute(), id))] as const)
    return Object.fromEntries([...toPages, ...toClusters])
  }, [pages, clusters])
}

const ACTIONS: Actions = {
  '/': focusFilter,
  '?': () => openOverlay('help'),
  j: () => moveToRow(1),
  k: () => moveToRow(-1),
  t: nextTheme,
  Escape: stepBack,
  x: () => pressInRow('x'),
  X: () => pressInRow('x', true),
  r: () => press('r'),
  '#': () => press('#'),
}

/** @param goes what keys lead to, just after a `g` */
function actionOf(event: KeyboardEvent, goes: Actions): (() => void) | undefined {
  return isForThePage(event) ? (goes[event.key] ?? ACTIONS[event.key]) : undefined
}

function openPalette(): void {
  openOverlay('palette')
}

function isPaletteKey(event: KeyboardEvent): boolean {
  return event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey
}

function isForThePage(event: KeyboardEvent): boolean {
  return !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.matches('input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]')
}

function focusFilter(): void {
  const input = document.getElementById('filter')
  if (!(input instanceof HTMLInputElement)) return
  input.focus()
  input.select()
}

/** From the row that has the focus, or is before it; without one from the first that can be seen. */
function moveToRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter((row) => row.checkVisibility())
  const active = document.activeElement
  const before = active ? rows.findLastIndex((row) => row === active || isBefore(row, active)) : -1
  const isInList =
    active instanceof HTMLElement && active.closest('main') !== null && active.id !== 'title' && before >= 0
  const isOn = rows[before] === active
  const next = isInList ? before + (by === -1 && !isOn ? 0 : by) : rows.findIndex(isOnScreen)
  const row = rows[Math.min(rows.length - 1, Math.max(0, next))]
  row?.focus()
  row?.scrollIntoView({ block: 'nearest' })
}

function isBefore(row: Element, other: Element): boolean {
  return (row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
}

function isOnScreen(row: Element): boolean {
  return row.getBoundingClientRect().top >= 0
}

/** What a key does on some pages is what a button there does: it names the key in `data-shortcut`. */
function press(key: string): void {
  // What is selected comes before the row that one is at.
  const bar = document.querySelector(`main [data-bar] ${shortcut(key)}`)
  if (bar instanceof HTMLElement) bar.click()
  else pressInRow(key)
}

function pressInRow(key: string, shiftKey = false): void {
  const row = document.activeElement?.closest('main tr, main li')
  const button = row?.querySelector(shortcut(key))
  button?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey }))
}

function shortcut(key: string): string {
  return `[data-shortcut="${key}"]:not(:disabled)`
}

/** Goes one step back, the narrowest first; then up to Pulse. */
function stepBack(): void {
  const route = getRoute()
  if (route.page === 'job') navigate({ ...route, page: 'queue' })
  else if (route.page === 'archived-job') navigate({ page: 'jobs' })
  else if (route.page === 'queue') stepBackInQueue(route)
  else if (stepBackInPage(route)) return
  else if (route.to > 0) leaveWindow()
  else if (route.page === 'process') navigate({ page: 'service', service: route.service })
  else if (route.page === 'route') navigate({ page: 'routes', service: '' })
  else if ('series' in route && route.series) navigate({ ...route, series: '' })
  else if (route.q) changeScope({ q: '' })
  else if (route.page === 'service') navigate({ page: 'services', service: '' })
  else if (route.page !== 'pulse') navigate({ page: 'pulse' })
  else if (isNarrow(route)) changeScope({ service: '', env: '', version: '' })
}

/** Takes back what only this page has. @returns whether there was something */
function stepBackInPage(route: Route): boolean {
  if ((route.page === 'queues' || route.page === 'jobs' || route.page === 'people') && route.find)
    changePage(route.page, { find: '' })
  else if (route.page === 'activity' && route.bulk) changePage('activity', { bulk: '' })
  else if (route.page === 'alerts' && (route.alert || route.rule)) changePage('alerts', { alert: '', rule: '' })
  else if (route.page === 'people' && route.user) changePage('people', { user: '' })
  else return false
  return true
}

function stepBackInQueue({ find }: RouteOf<'queue'>): void {
  if (clearSelection()) return
  if (find) changePage('queue', { find: '', offset: 0 })
  else navigate({ page: 'queues' })
}
