import { OTHER } from '../../protocol/index.js'
import { maskSecrets } from '../../redaction/secrets.js'
import { maskedWithin } from '../../redaction/within.js'

/** A GraphQL operation as its document says it. */
export interface Operation {
  readonly kind: 'query' | 'mutation' | 'subscription'
  /** Null for an anonymous one. */
  readonly name: string | null
}

/** How many operations a node tells apart: clients choose their names, and the series of routes must not be used up by them. */
export const MAX_OPERATIONS = 100

/** How many intervals a name is known for without being used. */
const IDLE_INTERVALS = 30

const MAX_CHARS = 80

/** `query GetUser`, and `query (other)` for a name that is one too many. */
export class OperationNames {
  /** For how many intervals each has not been used. */
  readonly #known = new Map<string, number>()

  textOf({ kind, name }: Operation): string {
    if (!name) return `${kind} (anonymous)`
    const text = `${kind} ${name.length > MAX_CHARS ? maskedWithin(name, MAX_CHARS, maskSecrets) : name}`
    if (!this.#known.has(text) && this.#known.size >= MAX_OPERATIONS) return `${kind} ${OTHER}`
    this.#known.set(text, 0)
    return text
  }

  /** Starts a new interval. */
  clear(): void {
    for (const [text, idle] of this.#known) {
      if (idle >= IDLE_INTERVALS) this.#known.delete(text)
      else this.#known.set(text, idle + 1)
    }
  }
}
