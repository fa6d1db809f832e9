import { useSyncExternalStore } from 'react'

/** What lies over the page: the palette, the help, or nothing. */
export type Over = 'palette' | 'help' | null

const listeners = new Set<() => void>()
let over: Over = null

export function useOver(): Over {
  return useSyncExternalStore(subscribe, () => over)
}

export function openOver(next: Exclude<Over, null>): void {
  set(next)
}

export function closeOver(): void {
  set(null)
}

function set(next: Over): void {
  over = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
