import { createHash } from 'node:crypto'
import { type DocumentChange, parseAuditLink, parseDocumentChanges } from '../../protocol/audit.js'
import type { Trust } from '../../protocol/index.js'

/** The first line of a trail has it as the hash of the line before. */
export const NO_HASH = '0'.repeat(64)

/** A line of the trail as stored. */
export interface TrailLine {
  readonly id: string
  /** Null when it has no place in the chain. */
  readonly number: number | null
  readonly previous: string | null
  /** Hash of its whole text, signature included. */
  readonly hash: string
  /** Null when nothing is verified. */
  readonly trust: Trust | null
  /** Changes to documents of paused schedulers since the line before. */
  readonly documents: readonly DocumentChange[]
}

/** A line that is, or was, in the trail. */
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

/** Digest of all lines before the chain; its first line has it as the hash of the line before. */
export function digestOf(lines: readonly TrailLine[]): string {
  return lines.reduce((digest, { hash }) => hashOf(`${digest}\n${hash}`), NO_HASH)
}

/** The line with the highest number, in any order. */
export function newestOf<L extends { readonly number: number }>(lines: readonly L[]): L | null {
  return lines.reduce<L | null>((best, one) => (best && best.number >= one.number ? best : one), null)
}
