import { useSyncExternalStore } from 'react'

/** What the reader chose, kept in the URL so that it can be shared. */
export interface Choice {
  /** Text filter. */
  q: string
  /** Environment; empty for all. */
  env: string
  /** The service whose routes are open; empty for none. */
  service: string
}

const NAMES = ['q', 'env', 'service'] as const

const listeners = new Set<() => void>()
let current = readUrl()

export function useChoice(): Choice {
  return useSyncExternalStore(subscribe, () => current)
}

export function choose(change: Partial<Choice>): void {
  current = { ...current, ...change }
  writeUrl(current)
  for (const listener of listeners) listener()
}

function readUrl(): Choice {
  const query = new URLSearchParams(location.search)
  const [q = '', env = '', service = ''] = NAMES.map((name) => query.get(name) ?? '')
  return { q, env, service }
}

/** Parameters that are not ours stay. */
function writeUrl(choice: Choice): void {
  const query = new URLSearchParams(location.search)
  for (const name of NAMES) {
    if (choice[name]) query.set(name, choice[name])
    else query.delete(name)
  }
  const text = query.toString()
  try {
    history.replaceState(null, '', `${location.pathname}${text ? `?${text}` : ''}${location.hash}`)
  } catch {
    // Browsers refuse more than some hundred changes in half a minute; the filter itself still works.
  }
}

function subscribe(listener: () => void): () => void {
  const reread = () => {
    current = readUrl()
    listener()
  }
  listeners.add(listener)
  window.addEventListener('popstate', reread)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', reread)
  }
}
