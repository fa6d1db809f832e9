import { createHash } from 'node:crypto'
import { MAX_ID_CHARS, MAX_QUEUES } from '../../protocol/index.js'

/** Most omitted names that are counted. */
const MAX_LEFT = 100_000

/** Counts distinct texts without storing them. */
export class TextCount {
  readonly #ids = new Set<string>()

  get size(): number {
    return this.#ids.size
  }

  add(text: string): void {
    if (this.#ids.size < MAX_LEFT) this.#ids.add(createHash('sha1').update(text).digest('base64url').slice(0, 12))
  }
}

/** Names of queues seen since the start: Redis deletes empty lists, and a drained queue stays on the screen. */
export class SeenNames {
  readonly #names = new Set<string>()
  readonly #left = new TextCount()

  /** Omits names beyond the limit of a snapshot, and names that no request to Zenith could contain. */
  add(name: string): void {
    if (name === '' || name.length > MAX_ID_CHARS || this.#names.has(name)) return
    if (this.#names.size < MAX_QUEUES) this.#names.add(name)
    else this.#left.add(name)
  }

  /** Number of names that were found and omitted, at most 100,000. */
  get left(): number {
    return this.#left.size
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** In alphabetical order. */
  list(): string[] {
    return [...this.#names].sort()
  }
}

/** The field of a reading with the number of omitted queues; empty if there are none. */
export function leftOf(left: number): { readonly left?: number } {
  return left > 0 ? { left } : {}
}
