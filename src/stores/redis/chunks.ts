import { MAX_BATCH_BYTES, MAX_PAGE_BYTES } from '../../protocol/read-limits.js'
import type { StreamEntry } from '../../redis/replies.js'

/** Parsed in one go: between chunks the loop turns, which may be that of an app that Zenith is mounted in. */
const CHUNK = 250
/** The first one is small: nobody knows how large entries are before some were read. */
const FIRST_CHUNK = 10

/** How many entries come next, when those that were read are so large. */
export class ChunkSize {
  readonly #mostBytes: number
  #entries = 0
  #bytes = 0

  /** @param mostBytes that may be held at once */
  constructor(mostBytes: number = MAX_PAGE_BYTES) {
    this.#mostBytes = mostBytes
  }

  /** Of all that was read, about. */
  get bytes(): number {
    return this.#bytes
  }

  get entries(): number {
    return this.#entries
  }

  /** Whether as many bytes were read as may be held at once. */
  get isFull(): boolean {
    return this.#bytes >= this.#mostBytes
  }

  /** @param most how many are wanted at most */
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

/** What a field takes besides its texts, in bytes, about. */
const FIELD_BYTES = 64
/** Deflated text is about so many times as much when it is opened. */
const PACKED = 4

/** Of an entry, about. What is packed may be much more when it is opened, which its limit bounds. */
export function bytesOf({ fields }: StreamEntry): number {
  let bytes = 32
  for (const [name, value] of Object.entries(fields))
    bytes += FIELD_BYTES + name.length + (typeof value === 'string' ? value.length : 0)
  return fields.deflate === undefined ? bytes : bytes * PACKED
}
