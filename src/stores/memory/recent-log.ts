import type { Page } from '../../ports/index.js'

interface Entry<T> {
  /** The cursor: grows by one with each record. */
  readonly number: number
  /** When it was added, Unix ms. */
  readonly at: number
  readonly record: T
}

/** The newest records of one kind, bounded by count and age. */
export class RecentLog<T> {
  readonly #maxCount: number
  readonly #maxAge: number
  #entries: Entry<T>[] = []
  #last = 0

  /** @param maxAge ms */
  constructor(maxCount: number, maxAge: number) {
    this.#maxCount = maxCount
    this.#maxAge = maxAge
  }

  add(record: T): void {
    this.#last += 1
    this.#entries.push({ number: this.#last, at: Date.now(), record })
    // Cut only now and then, because cutting moves every entry.
    if (this.#entries.length >= 2 * this.#maxCount) this.#entries = this.#entries.slice(-this.#maxCount)
  }

  /** The newest records after a cursor and since a time (Unix ms), oldest first. */
  page(after: string | null, limit: number, since: number): Page<T> {
    const number = Number(after ?? 0) || 0
    const from = Math.max(since, Date.now() - this.#maxAge)
    const kept = this.#entries.slice(-this.#maxCount)
    const fresh = kept.filter((entry) => entry.number > number && entry.at >= from)
    const records = limit > 0 ? fresh.slice(-limit).map((entry) => entry.record) : []
    return { records, unreadable: 0, cursor: this.#last === 0 ? after : String(this.#last) }
  }
}
