import type { Store } from './ports.js'
import { memoryStore } from './stores/memory.js'

/** Kept on one global slot, so that recorders and a Zenith of one process find each other whichever copy they come from. */
const SLOT = Symbol.for('@gravito/quasar/memory')

/** This process's own store for a namespace; closing it does nothing. */
export function sharedMemoryStore(prefix: string): Store {
  const slot = globalThis as { [SLOT]?: Map<string, Store> }
  slot[SLOT] ??= new Map()
  const stores = slot[SLOT]
  const store = stores.get(prefix) ?? memoryStore()
  stores.set(prefix, store)
  return { ...store, close: () => Promise.resolve() }
}
