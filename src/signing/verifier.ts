import { performance } from 'node:perf_hooks'
import type { Trust } from '../protocol/index.js'
import { openFields, openJson } from './sealed-text.js'
import { isSignature, type SigningKey, signingKey } from './signature.js'

/** An uptime may be that much off, in ms: it is taken when the record is made, and seen when it is read. */
const UPTIME_TOLERANCE_MS = 5_000

/** More than all nodes and snapshots that are read. */
const MAX_STANDING = 20_000
/** And as many characters of them; what is forgotten is verified again. */
const MAX_STANDING_CHARS = 64 * 1_048_576

/** What tells a record that takes the place of the one before from an old one that is put back. */
export interface StandingRecord {
  /** As it was written, Unix ms. */
  readonly timestamp: number
  /** Whether the timestamp is by the store's clock; otherwise it is by the writer's own, which may be set. */
  readonly isCorrected: boolean
  /** How long the writer has been running, seconds; null when it does not tell. */
  readonly uptime: number | null
  /** ms */
  readonly ttlMs: number
}

interface Newest extends StandingRecord {
  /** `performance.now()`. */
  readonly seenAt: number
}

/** The text that stands under a key and is read again and again. */
interface Standing {
  readonly text: string
  readonly trust: Trust
  /** The last signed text that was seen there, with the highest timestamp of all; null when there was none. */
  readonly newest: Newest | null
}

export interface VerifierOptions {
  /** All of them verify. */
  readonly tokens: readonly string[]
  /** Whether what is not signed is left out. */
  readonly isRequired: boolean
  /** What the client itself puts before every key. */
  readonly keyPrefix: string
  /** What the store's clock shows, Unix ms. */
  readonly now: () => number
}

/** Says whether what is read was signed by somebody with the token. */
export class Verifier {
  readonly isRequired: boolean
  readonly #keys: readonly SigningKey[]
  readonly #keyPrefix: string
  readonly #now: () => number
  readonly #standing = new Map<string, Standing>()
  #standingChars = 0

  constructor({ tokens, isRequired, keyPrefix, now }: VerifierOptions) {
    this.#now = now
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

  /** @param signature apart from the record that it is of */
  text(key: string, record: string, signature: string): Trust {
    return this.#judge(key, { record, signature })
  }

  /**
   * Of a text that takes the place of the one before, such as a heartbeat. The same text is verified once. An old one that
   * is put back counts as forged, unless it is so young that it is no lie, or its writer's clock was set back.
   */
  standing(key: string, text: string, record: StandingRecord): Trust {
    const known = this.#standing.get(key)
    if (known?.text === text) return known.trust
    const newest = known?.newest ?? null
    const isOld = newest !== null && record.timestamp < Math.min(newest.timestamp, this.#now() - record.ttlMs)
    const isPutBack = isOld && !isSetBack(record, newest)
    const trust = isPutBack ? 'forged' : this.json(key, text)
    this.#remember(key, { text, trust, newest: trust === 'signed' ? newestOf(record, newest) : newest })
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
    this.#forget(key)
    this.#standing.set(key, standing)
    this.#standingChars += standing.text.length
    for (const oldest of this.#standing.keys()) {
      if (this.#standing.size <= MAX_STANDING && this.#standingChars <= MAX_STANDING_CHARS) return
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    this.#standingChars -= this.#standing.get(key)?.text.length ?? 0
    this.#standing.delete(key)
  }
}

/**
 * Whether the writer went on running while its clock went back. One whose timestamps are by the store's clock has no such excuse, nor
 * one that ever wrote such: what was signed before is no word of it.
 */
function isSetBack(record: StandingRecord, newest: Newest): boolean {
  if (record.isCorrected || newest.isCorrected || record.uptime === null || newest.uptime === null) return false
  const went = (record.uptime - newest.uptime) * 1_000
  const elapsed = performance.now() - newest.seenAt
  return went > 0 && went < elapsed + record.ttlMs + UPTIME_TOLERANCE_MS
}

function newestOf(record: StandingRecord, before: Newest | null): Newest {
  const timestamp = Math.max(record.timestamp, before?.timestamp ?? 0)
  const isCorrected = record.isCorrected || (before?.isCorrected ?? false)
  return { ...record, timestamp, isCorrected, seenAt: performance.now() }
}
