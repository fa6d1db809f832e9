import { AsyncLocalStorage } from 'node:async_hooks'
import { globalSlot } from '../../lib/global-slot.js'
import type { Origin } from './origin.js'

/**
 * What runs now, through all that the app waits for. On Node 20 and 22 that costs something for each promise, so nothing is followed as
 * long as the process has no monitored queue.
 */
export interface Origins {
  /** Null as long as nothing is followed. */
  storage: AsyncLocalStorage<Origin> | null
  /** How many followings are not over. */
  holders: number
}

const slot = globalSlot('origins', (): Origins => ({ storage: null, holders: 0 }))

/** Always the same object: ask for it once, and not with each request. */
export function origins(): Origins {
  return slot.get()
}

/**
 * Begins to follow what runs.
 *
 * @returns takes this request back; the last one to do so ends it. Call it once.
 */
export function followOrigins(): () => void {
  const all = origins()
  all.storage ??= new AsyncLocalStorage()
  all.holders += 1
  return () => {
    all.holders -= 1
    if (all.holders > 0) return
    all.storage?.disable()
    all.storage = null
  }
}

/** What runs now; null if that is unknown. */
export function currentOrigin(): Origin | null {
  return origins().storage?.getStore() ?? null
}

/** Runs something that jobs may come from. */
export function runFrom<T>(from: { readonly origin: Origin }, run: () => T): T {
  const { storage } = origins()
  return storage ? storage.run(from.origin, run) : run()
}
