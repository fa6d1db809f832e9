import { createStore, useStore } from '../api/store.js'

/** What lies over the page: the palette, the help, or nothing. */
export type Overlay = 'palette' | 'help' | null

const overlay = createStore<Overlay>(null)

export function useOverlay(): Overlay {
  return useStore(overlay)
}

export function openOverlay(next: Exclude<Overlay, null>): void {
  overlay.set(next)
}

export function closeOverlay(): void {
  overlay.set(null)
}
