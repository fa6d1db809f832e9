import { createStore, useStore } from '../api/store.js'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const STORED_AS = 'zenith-theme'
const theme = createStore<Theme>(readStored())

/** Puts a theme, the reader's unless another is given, on the document. Call it before the first drawing. */
export function applyTheme(name = theme.get()): void {
  if (name === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = name
}

export function useTheme(): Theme {
  return useStore(theme)
}

/** Tells when colours change: another theme was chosen, or the system's changed. Returns the end of it. */
export function onColorsChange(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const unsubscribe = theme.subscribe(listener)
  system.addEventListener('change', listener)
  return () => {
    unsubscribe()
    system.removeEventListener('change', listener)
  }
}

export function nextTheme(): void {
  setTheme(THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length] ?? 'system')
}

export function setTheme(name: Theme): void {
  try {
    localStorage.setItem(STORED_AS, name)
  } catch {
    // Storage may be forbidden; then the theme lasts until the page is closed.
  }
  // Charts read their colours from the document.
  applyTheme(name)
  theme.set(name)
}

function readStored(): Theme {
  try {
    const stored = localStorage.getItem(STORED_AS)
    return THEMES.find((known) => known === stored) ?? 'system'
  } catch {
    return 'system'
  }
}
