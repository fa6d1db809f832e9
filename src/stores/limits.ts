import type { NewAuditEntry } from '../ports/index.js'
import { type AuditEntry, MAX_AUDIT_PAGE, MAX_RECORD_CHARS, parseAuditEntry } from '../protocol/index.js'

/** A line as it will be read: every text within its bounds. @throws when it says neither who did what nor when */
export function boundedLine(entry: NewAuditEntry): NewAuditEntry {
  const line: AuditEntry | null = parseAuditEntry(JSON.stringify(entry), '')
  if (!line) throw new Error('A line of the audit trail has an operation, a step, a time and an action')
  const { id: _, ...rest } = line
  return rest
}

export function boundedLimit(limit: number): number {
  return Math.min(MAX_AUDIT_PAGE, Math.max(0, Math.floor(limit)))
}

/** @throws when it is too long to be kept */
export function checkDocument(document: string): void {
  if (document.length <= MAX_RECORD_CHARS) return
  throw new Error(`A document of ${document.length} characters is too long to be kept: at most ${MAX_RECORD_CHARS}`)
}

export function tooManyDocuments(kind: string, max: number): Error {
  return new Error(`No more than ${max} documents of the kind "${kind}" are kept: take some of them away first`)
}

/** Whoever would write or remove it does not know what that would be. */
export function unreadDocument(kind: string): Error {
  return new Error(`A document of the kind "${kind}" is too large to be read, and is left as it is`)
}
