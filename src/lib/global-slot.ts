/** One thing of a process; see {@link globalSlot}. */
export interface GlobalSlot<T extends object> {
  /** What is there, made when nothing was. */
  get(): T
  /** Empties the slot, unless another thing is in it by now. */
  clear(held: T): void
}

/**
 * Keeps a thing once in a process, whichever copies of the package it loads: the ESM and the CJS one, or those that two of its
 * dependencies brought. Copies of other versions find it, too: when its shape changes, so must its name.
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
