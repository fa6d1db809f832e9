import { monotonic } from './clock.js'

export interface OutageLines {
  began(error: string): void
  /** @param seconds since `began` was logged */
  ended(seconds: number): void
}

/** Writes one line when something begins to fail, and one when it works again. */
export class OutageLog {
  /** Why the last attempt failed; null if it succeeded. */
  error: string | null = null
  readonly #lines: OutageLines
  readonly #isDue: (failures: number) => boolean
  #failures = 0
  #saidAt: number | null = null

  /** @param isDue whether to log the failure after this number of failures in a row: one that the next attempt resolves need not be logged */
  constructor(lines: OutageLines, isDue: (failures: number) => boolean = () => true) {
    this.#lines = lines
    this.#isDue = isDue
  }

  /** @param error of an attempt; null if it succeeded */
  note(error: string | null): void {
    this.error = error
    if (error === null) this.#end()
    else this.#fail(error)
  }

  #fail(error: string): void {
    this.#failures += 1
    if (this.#saidAt !== null || !this.#isDue(this.#failures)) return
    this.#saidAt = monotonic()
    this.#lines.began(error)
  }

  #end(): void {
    this.#failures = 0
    if (this.#saidAt === null) return
    const seconds = Math.round((monotonic() - this.#saidAt) / 1_000)
    this.#saidAt = null
    this.#lines.ended(seconds)
  }
}
