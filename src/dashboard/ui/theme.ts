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

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => theme)
}

/** Tells when colours change: another theme was chosen, or the system's changed. Returns the end of it. */
export function onColorsChange(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const unsubscribe = subscribe(listener)
  system.addEventListener('change', listener)
  return () => {
    unsubscribe()
    system.removeEventListener('change', listener)
  }
}

export function nextTheme(): void {
  setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system')
}

export function setTheme(chosen: Theme): void {
  theme = chosen
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
