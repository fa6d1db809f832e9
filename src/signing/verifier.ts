import type { Trust } from '../protocol/index.js'
import { openFields, openJson } from './sealed-text.js'
import { isSignature, type SigningKey, signingKey } from './signature.js'

/** More than all nodes and snapshots that are read. */
const MAX_STANDING = 20_000

/** The text that stands under a key and is read again and again. */
interface Standing {
  readonly text: string
  readonly trust: Trust
  /** Of the newest signed text that was seen there, Unix ms; null when there was none. */
  readonly newest: number | null
}

export interface VerifierOptions {
  /** All of them verify. */
  readonly tokens: readonly string[]
  /** Whether what is not signed is left out. */
  readonly isRequired: boolean
  /** What the client itself puts before every key. */
  readonly keyPrefix: string
}

/** Says whether what is read was signed by somebody with the token. */
export class Verifier {
  readonly isRequired: boolean
  readonly #keys: readonly SigningKey[]
  readonly #keyPrefix: string
  readonly #standing = new Map<string, Standing>()

  constructor({ tokens, isRequired, keyPrefix }: VerifierOptions) {
    this.isRequired = isRequired
    this.#keys = tokens.map(signingKey)
    this.#keyPrefix = keyPrefix
  }

  json(key: string, text: string): Trust {
    return this.#judge(key, openJson(text))
  }

  /** @param fields of a stream entry */
  fields(key: string, fields: Readonly<Record<string, unknown>>): Trust {
    return this.#judge(key, openFields(fields))
  }

  /**
   * Of a text that takes the place of the one before, such as a heartbeat. The same text is verified once. An old one that
   * is put back counts as forged, unless it is so young that it is no lie: clocks may be set back.
   *
   * @param timestamp of the record, Unix ms @param life of the record, ms
   */
  standing(key: string, text: string, timestamp: number, life: number): Trust {
    const known = this.#standing.get(key)
    if (known?.text === text) return known.trust
    const newest = known?.newest ?? null
    const isPutBack = newest !== null && timestamp < newest && timestamp < Date.now() - life
    const trust = isPutBack ? 'forged' : this.json(key, text)
    this.#remember(key, { text, trust, newest: trust === 'signed' ? Math.max(timestamp, newest ?? 0) : newest })
    return trust
  }

  /** Whether a signed text was ever seen under a key. */
  hasSeen(key: string): boolean {
    return (this.#standing.get(key)?.newest ?? null) !== null
  }

  #judge(key: string, sealed: { readonly record: string; readonly signature: string } | null): Trust {
    if (!sealed) return 'unsigned'
    return isSignature(sealed.signature, this.#keys, this.#keyPrefix + key, sealed.record) ? 'signed' : 'forged'
  }

  /** Deleted first, so that the map's order is that of the last changes. */
  #remember(key: string, standing: Standing): void {
    this.#standing.delete(key)
    this.#standing.set(key, standing)
    const [oldest] = this.#standing.keys()
    if (this.#standing.size > MAX_STANDING && oldest !== undefined) this.#standing.delete(oldest)
  }
}
