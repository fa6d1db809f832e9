import type { Page } from '../../../ports/index.js'
import type { Follower } from '../../store/on-demand.js'

export interface RecordLogOptions<T> {
  /** Reads what was written after a cursor, at most so many. */
  readonly read: (after: string | null, limit: number) => Promise<Page<T>>
  /** The same for a record that was written or read twice. */
  readonly identityOf: (record: T) => string
  /** How many of the newest are kept. */
  readonly limit: () => number
  /** How long they are kept, in ms. */
  readonly life: number
}

/** The newest records of one service. */
export class RecordLog<T extends { readonly ts: number }> implements Follower {
  readonly #options: RecordLogOptions<T>
  #records = new Map<string, T>()
  #newest: readonly T[] = []
  #cursor: string | null = null

  constructor(options: RecordLogOptions<T>) {
    this.#options = options
  }

  /** Newest first. */
  get records(): readonly T[] {
    return this.#newest
  }

  async read(now: number): Promise<void> {
    const { read, identityOf, life } = this.#options
    const limit = this.#options.limit()
    const page = await read(this.#cursor, limit)
    this.#cursor = page.cursor
    const oldest = now - life
    const isOver = this.#newest.length > limit || (this.#newest.at(-1)?.ts ?? oldest) < oldest
    if (page.records.length === 0 && !isOver) return
    for (const record of page.records) {
      const identity = identityOf(record)
      if (!this.#records.has(identity)) this.#records.set(identity, record)
    }
    const kept = [...this.#records].filter(([, record]) => record.ts >= oldest)
    this.#records = new Map(kept.sort(([, a], [, b]) => b.ts - a.ts).slice(0, limit))
    this.#newest = [...this.#records.values()]
  }
}
