import { globalSlot } from './global-slot.js'

/** A watch that all listeners in a process share. */
export interface SharedWatch<Listener> {
  readonly listeners: Set<Listener>
  end(): void
}

/**
 * Watches something once per process, see {@link globalSlot}. The first listener starts the watch, the last one ends it.
 *
 * @returns adds a listener and returns the function that removes it
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
