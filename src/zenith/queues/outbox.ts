import { withTimeout } from '../../lib/async.js'
import type { Logger } from '../../ports/index.js'

/** The oldest go first. A line of the trail has some KB at the most. */
const MAX_WAITING = 1_000
const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 15_000
/** The end of Zenith waits so long for it, ms. */
const CLOSE_WITHIN_MS = 2_000

/** What has to be written to the store although it took nothing when it should have been: it is tried until it does. */
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

  /** @param write rejects when the store does not take it */
  add(write: () => Promise<void>): void {
    this.#waiting.push(write)
    if (this.#waiting.length > MAX_WAITING) this.#lose(1)
    this.#schedule()
  }

  /** Tries once more, and lets go of what is left. Never rejects. */
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

  /** Not twice at a time: nothing is written twice. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#writeAll().finally(() => {
      this.#flushing = null
    })
    return this.#flushing
  }

  /** One after the other. What is refused stands back, so that it keeps nothing else from being written. */
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
