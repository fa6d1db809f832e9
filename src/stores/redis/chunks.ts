import { MAX_BATCH_BYTES, MAX_PAGE_BYTES } from '../../protocol/read-limits.js'
import type { StreamEntry } from '../../redis/replies.js'

/** Most entries to parse before yielding to the event loop, which may be that of an app that Zenith is mounted in. */
const CHUNK = 250
/** Small, because the size of entries is unknown before some were read. */
const FIRST_CHUNK = 10

/** Adapts the number of entries per chunk to their size. */
export class ChunkSize {
  readonly #mostBytes: number
  #entries = 0
  #bytes = 0

  /** @param mostBytes to hold at once */
  constructor(mostBytes: number = MAX_PAGE_BYTES) {
    this.#mostBytes = mostBytes
  }

  /** Approximate size of all entries that were read. */
  get bytes(): number {
    return this.#bytes
  }

  get entries(): number {
    return this.#entries
  }

  get isFull(): boolean {
    return this.#bytes >= this.#mostBytes
  }

  /** @param most the most entries wanted */
  next(most: number): number {
    if (this.#entries === 0) return Math.min(FIRST_CHUNK, most)
    const fitting = Math.floor(MAX_BATCH_BYTES / (this.#bytes / this.#entries + 1))
    return Math.max(1, Math.min(CHUNK, fitting, most))
  }

  add(entries: number, bytes: number): void {
    this.#entries += entries
    this.#bytes += bytes
  }
}

/** Approximate overhead of a field, bytes. */
const FIELD_BYTES = 64
/** Approximate factor by which deflated text grows when it is inflated. */
const PACKED = 4

/** Approximate size of an entry. Inflated text may be far larger; its own limit bounds that. */
export function bytesOf({ fields }: StreamEntry): number {
  let bytes = 32
  for (const [name, value] of Object.entries(fields))
    bytes += FIELD_BYTES + name.length + (typeof value === 'string' ? value.length : 0)
  return fields.deflate === undefined ? bytes : bytes * PACKED
}
