import { useSyncExternalStore } from 'react'

const NARROW = '(max-width: 639px)'

/** Whether the window is that of a phone: for what CSS alone can't leave out. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches)
}

function subscribe(listener: () => void): () => void {
  const query = matchMedia(NARROW)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
