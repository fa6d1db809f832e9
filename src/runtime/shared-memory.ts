import { globalSlot } from '../lib/global-slot.js'
import type { Store } from '../ports/index.js'
import { memoryStore } from '../stores/memory/index.js'

const allStores = globalSlot('memory', () => new Map<string, Store>())

/** The process's own store for a namespace; closing it has no effect. */
export function sharedMemoryStore(prefix: string): Store {
  const stores = allStores.get()
  const store = stores.get(prefix) ?? memoryStore()
  stores.set(prefix, store)
  return { ...store, close: () => Promise.resolve() }
}
