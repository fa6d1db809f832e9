import { monotonic } from './clock.js'

export interface OutageLines {
  began(error: string): void
  /** @param seconds since it was said that it began */
  ended(seconds: number): void
}

/** Writes one line when something begins to fail, and one when it works again. */
export class OutageLog {
  /** Why the last try failed; null when it did not. */
  error: string | null = null
  readonly #lines: OutageLines
  readonly #isDue: (failures: number) => boolean
  #failures = 0
  #saidAt: number | null = null

  /** @param isDue whether to say it after so many failures in a row: what is over at the next try is no line in a log */
  constructor(lines: OutageLines, isDue: (failures: number) => boolean = () => true) {
    this.#lines = lines
    this.#isDue = isDue
  }

  /** @param error of a try; null when it succeeded */
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
