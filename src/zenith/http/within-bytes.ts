const sizes = new WeakMap<object, number>()

/** The size of an item in a JSON array. Items never change, so the size is computed once. */
function bytesOf(item: object): number {
  const known = sizes.get(item)
  if (known !== undefined) return known
  const bytes = Buffer.byteLength(JSON.stringify(item)) + 1
  sizes.set(item, bytes)
  return bytes
}

/** The first items with at most this many bytes in total. */
export function withinBytes<T extends object>(items: readonly T[], maxBytes: number): readonly T[] {
  const filling = new Filling(items)
  filling.fill(maxBytes)
  return filling.taken
}

/** The first items of a list, as far as they fit. */
export class Filling<T extends object> {
  readonly #items: readonly T[]
  #count = 0
  bytes = 0

  constructor(items: readonly T[], start = 0) {
    this.#items = start > 0 ? items.slice(start) : items
  }

  get taken(): readonly T[] {
    return this.#count === this.#items.length ? this.#items : this.#items.slice(0, this.#count)
  }

  /** @param maxBytes of all items that are then taken */
  fill(maxBytes: number): void {
    for (; this.#count < this.#items.length; this.#count++) {
      const bytes = bytesOf(this.#items[this.#count] as T)
      if (this.bytes + bytes > maxBytes) return
      this.bytes += bytes
    }
  }
}
