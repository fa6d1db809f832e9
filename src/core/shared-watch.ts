/** What is watched once in a process for all its recorders. */
export interface SharedWatch<Listener> {
  readonly listeners: Set<Listener>
  end(): void
}

/**
 * Adds a listener to what is watched under a global name, which the ESM and the CJS copy of the package share. The first one
 * begins it.
 *
 * @returns takes the listener away; the last one ends the watch
 */
export function joinWatch<Listener>(name: symbol, begin: () => SharedWatch<Listener>, listener: Listener): () => void {
  const slots = globalThis as { [name: symbol]: SharedWatch<Listener> | undefined }
  const watch = slots[name] ?? begin()
  slots[name] = watch
  watch.listeners.add(listener)
  return () => {
    watch.listeners.delete(listener)
    if (watch.listeners.size > 0 || slots[name] !== watch) return
    delete slots[name]
    watch.end()
  }
}
