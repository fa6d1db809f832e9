import { performance } from 'node:perf_hooks'

/** How long an address goes on without being counted, ms. */
const LIFE_MS = 5 * 60_000
const MAX_ADDRESSES = 10_000

/**
 * Addresses whose credentials were right a moment ago: a program sends them with every request, and the store is not asked for each. A wrong
 * guess from an address ends it, so that nobody who shares the address guesses uncounted.
 */
export class Admitted {
  readonly #until = new Map<string, number>()

  goesOn(address: string, isRight: boolean): boolean {
    const until = this.#until.get(address)
    if (isRight && until !== undefined && until > performance.now()) return true
    this.#until.delete(address)
    return false
  }

  add(address: string): void {
    this.#until.set(address, performance.now() + LIFE_MS)
    if (this.#until.size > MAX_ADDRESSES) this.#until.delete(this.#until.keys().next().value as string)
  }
}
