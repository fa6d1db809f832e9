/** What is never told to have ended must not stay for good: from so many on, the first ones are let go. */
const MAX_RUNNING = 10_000

/**
 * What runs now, by objects of others. Looking through a short list takes nanoseconds; a property, a private field or a weak
 * map's entry takes 1 to 3 µs on BullMQ's jobs, whose hidden classes V8 hardly ever shares.
 */
export class Running<T> {
  readonly #subjects: object[] = []
  readonly #values: T[] = []

  put(subject: object, value: T): void {
    if (this.#subjects.length >= MAX_RUNNING) this.#removeAt(0)
    this.#subjects.push(subject)
    this.#values.push(value)
  }

  find(subject: object): T | null {
    return this.#values[this.#subjects.indexOf(subject)] ?? null
  }

  remove(subject: object): void {
    const index = this.#subjects.indexOf(subject)
    if (index >= 0) this.#removeAt(index)
  }

  /** The last one takes its place. */
  #removeAt(index: number): void {
    const subject = this.#subjects.pop() as object
    const value = this.#values.pop() as T
    if (index === this.#subjects.length) return
    this.#subjects[index] = subject
    this.#values[index] = value
  }
}
