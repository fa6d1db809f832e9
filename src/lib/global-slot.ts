/** A value that a process has once; see {@link globalSlot}. */
export interface GlobalSlot<T extends object> {
  /** The value, made if there is none. */
  get(): T
  /** Empties the slot, unless it has another value by now. */
  clear(held: T): void
}

/**
 * Stores a value once per process for all copies of the package in it: the ESM and the CJS one, or those that two dependencies brought.
 * Copies of other versions find it, too: when its shape changes, its name must change.
 *
 * @param make is called at the first {@link GlobalSlot.get}, and again after a `clear`
 */
export function globalSlot<T extends object>(name: string, make: () => T): GlobalSlot<T> {
  const slots = globalThis as { [slot: symbol]: T | undefined }
  const slot = Symbol.for(`@gravito/quasar/${name}`)
  return {
    get() {
      const held = slots[slot] ?? make()
      slots[slot] = held
      return held
    },
    clear(held) {
      if (slots[slot] === held) delete slots[slot]
    },
  }
}
