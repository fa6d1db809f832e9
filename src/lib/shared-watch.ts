import { globalSlot } from './global-slot.js'

/** What is watched once in a process for all who listen. */
export interface SharedWatch<Listener> {
  readonly listeners: Set<Listener>
  end(): void
}

/**
 * Watches something once in a process, see {@link globalSlot}. The first listener begins it, the last one ends it.
 *
 * @returns adds a listener; what that returns takes it away
 */
export function sharedWatch<Listener>(
  name: string,
  begin: () => SharedWatch<Listener>,
): (listener: Listener) => () => void {
  const slot = globalSlot(name, begin)
  return (listener) => {
    const watch = slot.get()
    watch.listeners.add(listener)
    return () => {
      if (!watch.listeners.delete(listener) || watch.listeners.size > 0) return
      slot.clear(watch)
      watch.end()
    }
  }
}
