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

const listeners = new Set<() => void>()
let last: { search: string; choice: Choice } | null = null

export function useChoice(): Choice {
  return useSyncExternalStore(subscribe, readChoice)
}

export function choose(change: Partial<Choice>): void {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(change)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  history.replaceState(null, '', `${location.pathname}${text ? `?${text}` : ''}${location.hash}`)
  for (const listener of listeners) listener()
}

/** The same object as long as the URL is the same. */
function readChoice(): Choice {
  const { search } = location
  if (last?.search !== search) {
    const query = new URLSearchParams(search)
    const read = (name: string) => query.get(name) ?? ''
    last = { search, choice: { q: read('q'), env: read('env'), service: read('service') } }
  }
  return last.choice
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}
