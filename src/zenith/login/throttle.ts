import { isIPv6 } from 'node:net'
import { performance } from 'node:perf_hooks'

/** How many wrong guesses in a row are free, and after how long one more is, ms. */
const BURST = 10
const REFILL_MS = 30_000
/** Several people may come from one address. */
const BURST_OF_ADDRESS = 20
const MAX_KEYS = 10_000

interface Bucket {
  tokens: number
  /** `performance.now()` of the last change. */
  at: number
}

/** A bucket of tokens for each key; the one that was not asked for longest is forgotten when there are too many. */
class Buckets {
  readonly #burst: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(burst: number) {
    this.#burst = burst
  }

  /** @returns after how long to come again, ms; 0 when a token was taken */
  take(key: string): number {
    const bucket = this.#refilled(key)
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * REFILL_MS)
    bucket.tokens -= 1
    return 0
  }

  giveBack(key: string): void {
    const bucket = this.#refilled(key)
    bucket.tokens = Math.min(this.#burst, bucket.tokens + 1)
  }

  #refilled(key: string): Bucket {
    const now = performance.now()
    const known = this.#buckets.get(key) ?? { tokens: this.#burst, at: now }
    known.tokens = Math.min(this.#burst, known.tokens + (now - known.at) / REFILL_MS)
    known.at = now
    this.#buckets.delete(key)
    this.#buckets.set(key, known)
    if (this.#buckets.size > MAX_KEYS) this.#buckets.delete(this.#buckets.keys().next().value as string)
    return known
  }
}

/** Slows guessing down: by the address that it comes from and by the name that is tried, known or not. */
export class Throttle {
  readonly #addresses = new Buckets(BURST_OF_ADDRESS)
  readonly #names = new Buckets(BURST)

  /** Counts an attempt as a wrong one. @returns after how long to come again, ms; 0 when it may go on */
  begin(address: string, name: string): number {
    const wait = this.#addresses.take(networkOf(address))
    return wait > 0 ? wait : this.#names.take(name)
  }

  /** The attempt was right: it costs nothing. */
  succeed(address: string, name: string): void {
    this.#addresses.giveBack(networkOf(address))
    this.#names.giveBack(name)
  }
}

/** One customer has a whole /64 of IPv6 addresses. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address
  const [head = '', tail = ''] = address.split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''))
  const zeros = address.includes('::') ? Array(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill('0') : []
  return [...(before ?? []), ...zeros, ...(after ?? [])].slice(0, 4).join(':')
}
