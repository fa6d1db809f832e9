import { withTimeout } from '../../lib/async.js'
import type { Logger } from '../../ports/index.js'

/** When full, the oldest are dropped. A line of the trail has at most a few KB. */
const MAX_WAITING = 1_000
const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 15_000
/** How long closing Zenith waits for writes, ms. */
const CLOSE_WITHIN_MS = 2_000

/** Writes that the store did not accept in time; they are retried until it does. */
export class Outbox {
  readonly #logger: Logger | undefined
  #waiting: (() => Promise<void>)[] = []
  #timer: NodeJS.Timeout | null = null
  #delay = FIRST_RETRY_MS
  #isClosed = false
  #flushing: Promise<void> | null = null

  constructor(logger: Logger | undefined) {
    this.#logger = logger
  }

  /** @param write rejects if the store does not accept it */
  add(write: () => Promise<void>): void {
    this.#waiting.push(write)
    if (this.#waiting.length > MAX_WAITING) this.#lose(1)
    this.#schedule()
  }

  /** Tries once more, and drops the rest. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#timer) clearTimeout(this.#timer)
    const atLast = (this.#flushing ?? Promise.resolve()).then(() => this.#flush())
    await withTimeout(atLast, CLOSE_WITHIN_MS).catch(() => {})
    if (this.#waiting.length > 0) this.#lose(this.#waiting.length)
  }

  #schedule(): void {
    if (this.#timer || this.#isClosed) return
    this.#timer = setTimeout(() => {
      void this.#flush().finally(() => {
        this.#timer = null
        if (this.#waiting.length > 0) this.#schedule()
      })
    }, this.#delay).unref()
    this.#delay = Math.min(MAX_RETRY_MS, this.#delay * 2)
  }

  /** Flushes never overlap, so that no line is written twice. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#writeAll().finally(() => {
      this.#flushing = null
    })
    return this.#flushing
  }

  /** One after the other. A rejected write moves to the end, so that it does not block the others. */
  async #writeAll(): Promise<void> {
    for (let left = this.#waiting.length; left > 0; left--) {
      const [write] = this.#waiting
      if (!write) return
      try {
        await write()
        this.#waiting = this.#waiting.filter((one) => one !== write)
        this.#delay = FIRST_RETRY_MS
      } catch {
        this.#waiting = [...this.#waiting.filter((one) => one !== write), write]
      }
    }
  }

  #lose(count: number): void {
    this.#waiting.splice(0, count)
    this.#logger?.warn(`Zenith: ${count} results could not be written to the store, and are given up.`)
  }
}
