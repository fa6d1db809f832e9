import { performance } from 'node:perf_hooks'

/** What is kept is dropped when nobody asked for so long, in ms. */
const KEEP_MS = 5 * 60_000

/** Something that goes on reading where it ended. */
export interface Follower {
  /** Rejects when the store fails. @param now Unix ms */
  read(now: number): Promise<void>
  /** It is dropped. */
  release?(): void
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
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  /** @param interval ms @param now what the store's clock shows, Unix ms */
  constructor(interval: number, now: () => number, create: (service: string) => T) {
    this.#interval = interval
    this.#now = now
    this.#create = create
  }

  /** A service's follower, not older than an interval. Rejects when the store fails. @param isDue reads on whatever its age */
  async ask(service: string, isDue = false): Promise<T> {
    const kept = this.#kept.get(service) ?? this.#open(service)
    this.#kept.set(service, kept)
    this.#timer ??= setInterval(() => this.#dropIdle(), KEEP_MS / 5).unref()
    if (isDue || kept.reading || performance.now() - kept.readAt >= this.#interval) await this.#read(kept)
    return kept.follower
  }

  /** Drops those of services that are gone. */
  retain(services: { has(service: string): boolean }): void {
    for (const service of this.#kept.keys()) if (!services.has(service)) this.#drop(service)
  }

  clear(): void {
    for (const service of [...this.#kept.keys()]) this.#drop(service)
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #read(kept: Kept<T>): Promise<void> {
    kept.reading ??= kept.follower
      .read(this.#now())
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

  #drop(service: string): void {
    this.#kept.get(service)?.follower.release?.()
    this.#kept.delete(service)
  }

  #dropIdle(): void {
    for (const [service, kept] of this.#kept) {
      if (kept.reading || performance.now() - kept.readAt < KEEP_MS) continue
      this.#drop(service)
    }
    if (this.#kept.size === 0) this.clear()
  }
}
