/**
 * Shares a read among simultaneous callers. At most one read runs; callers that come meanwhile share the next one, which starts
 * afterwards and so sees all that was written before they called.
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
