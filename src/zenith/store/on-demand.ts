import { performance } from 'node:perf_hooks'

/** An idle follower is dropped after this time, ms. */
const IDLE_MS = 5 * 60_000

/** Reads on from where its last read ended. */
export interface Follower {
  /** Rejects when the store fails. @param now Unix ms */
  read(now: number): Promise<void>
  /** Called when it is dropped. */
  release?(): void
}

interface Entry<T> {
  readonly follower: T
  /** `performance.now()`. */
  readAt: number
  reading: Promise<void> | null
}

/**
 * Followers by service, for records that are too many to read without being requested. A follower is created by the first request, reads
 * at most once per interval, and is dropped after five idle minutes, or when there are too many.
 */
export class OnDemand<T extends Follower> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #create: (service: string) => T
  readonly #interval: number
  readonly #now: () => number
  readonly #most: number
  #timer: NodeJS.Timeout | undefined

  /** @param interval ms @param now the store's clock, Unix ms @param most the longest unread follower makes room for one more */
  constructor(
    interval: number,
    now: () => number,
    create: (service: string) => T,
    most: number = Number.POSITIVE_INFINITY,
  ) {
    this.#interval = interval
    this.#now = now
    this.#create = create
    this.#most = most
  }

  /** A service's follower, read within the last interval. Rejects when the store fails. @param isDue reads in any case */
  async ask(service: string, isDue = false): Promise<T> {
    const entry = this.#entries.get(service) ?? this.#open(service)
    this.#entries.set(service, entry)
    this.#timer ??= setInterval(() => this.#dropIdle(), IDLE_MS / 5).unref()
    if (isDue || entry.reading || performance.now() - entry.readAt >= this.#interval) await this.#read(entry)
    return entry.follower
  }

  /** Drops the followers of all other services. */
  retain(services: { has(service: string): boolean }): void {
    for (const service of this.#entries.keys()) if (!services.has(service)) this.#drop(service)
  }

  clear(): void {
    for (const service of [...this.#entries.keys()]) this.#drop(service)
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #read(entry: Entry<T>): Promise<void> {
    entry.reading ??= entry.follower
      .read(this.#now())
      .then(() => {
        entry.readAt = performance.now()
      })
      .finally(() => {
        entry.reading = null
      })
    return entry.reading
  }

  #open(service: string): Entry<T> {
    if (this.#entries.size >= this.#most) this.#dropOldest()
    return { follower: this.#create(service), readAt: Number.NEGATIVE_INFINITY, reading: null }
  }

  #drop(service: string): void {
    this.#entries.get(service)?.follower.release?.()
    this.#entries.delete(service)
  }

  #dropOldest(): void {
    const [oldest] = [...this.#entries].sort(([, a], [, b]) => a.readAt - b.readAt)
    if (oldest) this.#drop(oldest[0])
  }

  #dropIdle(): void {
    for (const [service, entry] of this.#entries) {
      if (entry.reading || performance.now() - entry.readAt < IDLE_MS) continue
      this.#drop(service)
    }
    if (this.#entries.size === 0) this.clear()
  }
}
