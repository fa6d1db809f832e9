import { createHash } from 'node:crypto'
import { compareIds } from './stream-ids.js'

const MAX_REMEMBERED = 20_000
/** Of all streams together. */
const MAX_IN_ALL = 1_000_000
/** A longer identity is replaced by its hash. */
const MAX_IDENTITY_CHARS = 40

/**
 * Finds entries that were written twice, because Redis accepted a write and its answer came too late. The first one counts.
 */
export class Repeats {
  /** Identity to the stream id of its first entry. */
  readonly #first = new Map<string, string>()

  get size(): number {
    return this.#first.size
  }

  /** @param streams that share the memory */
  isRepeat(named: string, id: string, streams = 1): boolean {
    const identity = named.length > MAX_IDENTITY_CHARS ? textIdOf(named) : named
    const most = Math.min(MAX_REMEMBERED, Math.floor(MAX_IN_ALL / streams))
    const first = this.#first.get(identity)
    if (first !== undefined && compareIds(first, id) < 0) return true
    this.#first.set(identity, id)
    for (const oldest of this.#first.keys()) {
      if (this.#first.size <= most) break
      this.#first.delete(oldest)
    }
    return false
  }
}

/** A short hash of a text. */
export function textIdOf(text: string): string {
  return createHash('sha1').update(text).digest('base64url').slice(0, 14)
}
