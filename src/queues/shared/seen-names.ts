import { MAX_ID_CHARS, MAX_QUEUES } from '../../protocol/index.js'

/** Names of queues that were seen once: a Redis drops empty lists, and a drained queue stays on the screen. */
export class SeenNames {
  readonly #names = new Set<string>()

  /** What comes after the most that a snapshot tells of is left out, and so is a name that nobody could ask Zenith for. */
  add(name: string): void {
    if (name !== '' && name.length <= MAX_ID_CHARS && this.#names.size < MAX_QUEUES) this.#names.add(name)
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** In alphabetical order. */
  list(): string[] {
    return [...this.#names].sort()
  }
}
