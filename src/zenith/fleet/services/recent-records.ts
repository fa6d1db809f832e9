/** How many of the newest records are kept. */
export const MAX_RECENT = 100

/** The newest records over all services, each once. */
export class RecentRecords<T extends { readonly ts: number }> {
  #recent: T[] = []
  #known = new Set<string>()
  readonly #identityOf: (record: T) => string

  /** @param identityOf the same for a record that was written or read twice */
  constructor(identityOf: (record: T) => string) {
    this.#identityOf = identityOf
  }

  /** Newest first. */
  get recent(): readonly T[] {
    return this.#recent
  }

  /** @returns those that were not there before, oldest first */
  add(records: readonly T[]): T[] {
    const added = records.filter((record) => this.#isNew(record))
    if (added.length === 0) return []
    this.#recent = [...this.#recent, ...added].sort((a, b) => b.ts - a.ts).slice(0, MAX_RECENT)
    this.#known = new Set(this.#recent.map(this.#identityOf))
    return added.filter((record) => this.#known.has(this.#identityOf(record))).sort((a, b) => a.ts - b.ts)
  }

  #isNew(record: T): boolean {
    const identity = this.#identityOf(record)
    const oldest = this.#recent.length >= MAX_RECENT ? this.#recent[MAX_RECENT - 1] : undefined
    if (this.#known.has(identity) || (oldest && record.ts < oldest.ts)) return false
    this.#known.add(identity)
    return true
  }
}
