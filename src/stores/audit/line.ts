import { createHash } from 'node:crypto'
import { type DocumentChange, parseAuditLink, parseDocumentChanges } from '../../protocol/audit.js'
import type { Trust } from '../../protocol/index.js'

/** What the first line of a trail has for the hash of the line before it. */
export const NO_HASH = '0'.repeat(64)

/** A line of the trail as it stands in the store. */
export interface TrailLine {
  readonly id: string
  /** Null when it has no place in the chain. */
  readonly number: number | null
  readonly previous: string | null
  /** Of its whole text, with the signature. */
  readonly hash: string
  /** Null: nothing is verified. */
  readonly trust: Trust | null
  /** Paused schedulers that were kept or forgotten before it was written. */
  readonly documents: readonly DocumentChange[]
}

/** A line that is known to be, or to have been, in the trail. */
export interface KnownLine {
  readonly id: string
  readonly number: number
  readonly hash: string
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** @param text null when the entry has none */
export function readLine(id: string, text: string | null, trust: Trust | null): TrailLine {
  const link = parseAuditLink(text)
  const documents = trust === 'signed' && text?.includes('"documents":') ? parseDocumentChanges(text) : []
  return {
    id,
    number: link?.number ?? null,
    previous: link?.previous ?? null,
    hash: hashOf(text ?? ''),
    trust,
    documents,
  }
}

/** Stands for all lines of before the chain: what its first line follows. */
export function digestOf(lines: readonly TrailLine[]): string {
  return lines.reduce((digest, { hash }) => hashOf(`${digest}\n${hash}`), NO_HASH)
}

/** The one of the highest number, wherever it stands. */
export function newestOf<L extends { readonly number: number }>(lines: readonly L[]): L | null {
  return lines.reduce<L | null>((best, one) => (best && best.number >= one.number ? best : one), null)
}
