import { performance } from 'node:perf_hooks'

/** What is kept is dropped when nobody asked for so long, in ms. */
const KEEP_MS = 5 * 60_000

/** Something that goes on reading where it ended. */
export interface Follower {
  /** Rejects when the store fails. @param now Unix ms */
  read(now: number): Promise<void>
}

interface Kept<T> {
  readonly follower: T
  /** `performance.now()`. */
  readAt: number
  reading: Promise<void> | null
}

/**
 * Followers by service, for what is too much to read for everybody: made when somebody asks, read on at most once an
 * interval however many ask, and dropped when nobody has asked for five minutes.
 */
export class OnDemand<T extends Follower> {
  readonly #kept = new Map<string, Kept<T>>()
  readonly #create: (service: string) => T
  readonly #interval: number
  #timer: NodeJS.Timeout | undefined

  /** @param interval ms */
  constructor(interval: number, create: (service: string) => T) {
    this.#interval = interval
    this.#create = create
  }

  /** A service's follower, not older than an interval. Rejects when the store fails. */
  async ask(service: string): Promise<T> {
    const kept = this.#kept.get(service) ?? this.#open(service)
    this.#kept.set(service, kept)
    this.#timer ??= setInterval(() => this.#dropIdle(), KEEP_MS / 5).unref()
    if (kept.reading || performance.now() - kept.readAt >= this.#interval) await this.#read(kept)
    return kept.follower
  }

  /** Drops those of services that are gone. */
  retain(services: { has(service: string): boolean }): void {
    for (const service of this.#kept.keys()) if (!services.has(service)) this.#kept.delete(service)
  }

  clear(): void {
    this.#kept.clear()
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #read(kept: Kept<T>): Promise<void> {
    kept.reading ??= kept.follower
      .read(Date.now())
      .then(() => {
        kept.readAt = performance.now()
      })
      .finally(() => {
        kept.reading = null
      })
    return kept.reading
  }

  #open(service: string): Kept<T> {
    return { follower: this.#create(service), readAt: Number.NEGATIVE_INFINITY, reading: null }
  }

  #dropIdle(): void {
    for (const [service, kept] of this.#kept) {
      if (kept.reading || performance.now() - kept.readAt < KEEP_MS) continue
      this.#kept.delete(service)
    }
    if (this.#kept.size === 0) this.clear()
  }
}
