/**
 * A look that many may wait for: at most one goes on, and whoever asks meanwhile waits for the next, which begins after that and so
 * sees what was written before it was asked for.
 */
export class SharedRead<T> {
  readonly #read: () => Promise<T>
  #current: Promise<T> | null = null
  #next: Promise<T> | null = null

  constructor(look: () => Promise<T>) {
    this.#read = look
  }

  get isIdle(): boolean {
    return this.#current === null && this.#next === null
  }

  ask(): Promise<T> {
    if (this.#next) return this.#next
    if (!this.#current) return this.#begin()
    this.#next = this.#current
      .catch(() => {})
      .then(() => {
        this.#next = null
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<T> {
    const current = this.#read().finally(() => {
      this.#current = null
    })
    this.#current = current
    return current
  }
}
