import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const STORED_AS = 'zenith-theme'
const listeners = new Set<() => void>()
let theme: Theme = readStored()

/** Puts the reader's choice on the document. Call it before the first drawing. */
export function applyTheme(): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

/** The choice, and how to go on to the next one. */
export function useTheme(): [Theme, () => void] {
  return [useSyncExternalStore(subscribe, () => theme), nextTheme]
}

function nextTheme(): void {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  try {
    localStorage.setItem(STORED_AS, theme)
  } catch {
    // Storage may be forbidden; then the choice lasts until the page is closed.
  }
  applyTheme()
  for (const listener of listeners) listener()
}

function readStored(): Theme {
  try {
    const stored = localStorage.getItem(STORED_AS)
    return THEMES.find((known) => known === stored) ?? 'system'
  } catch {
    return 'system'
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
