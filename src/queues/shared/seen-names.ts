import { createHash } from 'node:crypto'
import { MAX_ID_CHARS, MAX_QUEUES } from '../../protocol/index.js'

/** So many that were left out are counted. */
const MAX_LEFT = 100_000

/** Counts texts, each once, without keeping them. */
export class TextCount {
  readonly #ids = new Set<string>()

  get size(): number {
    return this.#ids.size
  }

  add(text: string): void {
    if (this.#ids.size < MAX_LEFT) this.#ids.add(createHash('sha1').update(text).digest('base64url').slice(0, 12))
  }
}

/** Names of queues that were seen once: a Redis drops empty lists, and a drained queue stays on the screen. */
export class SeenNames {
  readonly #names = new Set<string>()
  readonly #left = new TextCount()

  /** What comes after the most that a snapshot tells of is left out, and so is a name that nobody could ask Zenith for. */
  add(name: string): void {
    if (name === '' || name.length > MAX_ID_CHARS || this.#names.has(name)) return
    if (this.#names.size < MAX_QUEUES) this.#names.add(name)
    else this.#left.add(name)
  }

  /** How many were found and left out, 100,000 at the most. */
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

/** What a reading says of queues that are too many; nothing when there are none. */
export function leftOf(left: number): { readonly left?: number } {
  return left > 0 ? { left } : {}
}
