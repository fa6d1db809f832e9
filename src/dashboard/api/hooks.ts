import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Clock } from './clock.js'
import type { LiveState, LiveStore } from './live-store.js'
import { useStore } from './store.js'

export const LiveContext = createContext<LiveStore | null>(null)

function useLiveStore(): LiveStore {
  const store = useContext(LiveContext)
  if (!store) throw new Error('LiveContext is missing: render this inside <LiveContext value={store}>')
  return store
}

/** The whole live state; draws again with every message. */
export function useLive(): LiveState {
  return useStore(useLiveStore().state)
}

/** Changes with each change of alerts. */
export function useAlertNews(): number {
  return useStore(useLiveStore().alertNews)
}

/**
 * What the clock says in words; draws again only when the words change.
 *
 * @param say is given the server's time, Unix ms
 */
export function useClock(say: (now: number) => string): string {
  const { clock } = useLiveStore()
  return useSyncExternalStore(clock.subscribe, () => say(roughly(clock)))
}

/** How fine the time of charts is, in ms: as their points. */
const CHART_STEP_MS = 15_000

/** The server's time for charts, Unix ms; draws again every 15 s. */
export function useNow(): number {
  return Number(useClock((now) => String(Math.floor(now / CHART_STEP_MS) * CHART_STEP_MS)))
}

/** Whole seconds, so that two questions within one drawing get one answer. */
function roughly(clock: Clock): number {
  return Math.floor(clock.now() / 1_000) * 1_000
}
