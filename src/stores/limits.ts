import type { NewAuditEntry } from '../ports/index.js'
import { type AuditEntry, MAX_AUDIT_PAGE, MAX_RECORD_CHARS, parseAuditEntry } from '../protocol/index.js'

/** A line with each text cut to its limit, as readers cut it. @throws when a required field is missing */
export function boundedLine(entry: NewAuditEntry): NewAuditEntry {
  const line: AuditEntry | null = parseAuditEntry(JSON.stringify(entry), '')
  if (!line) throw new Error('A line of the audit trail has an operation, a step, a time and an action')
  const { id: _, ...rest } = line
  return rest
}

export function boundedLimit(limit: number): number {
  return Math.min(MAX_AUDIT_PAGE, Math.max(0, Math.floor(limit)))
}

/** @throws when it is too long */
export function checkDocument(document: string): void {
  if (document.length <= MAX_RECORD_CHARS) return
  throw new Error(`A document of ${document.length} characters is too long to be kept: at most ${MAX_RECORD_CHARS}`)
}

export function tooManyDocuments(kind: string, max: number): Error {
  return new Error(`No more than ${max} documents of the kind "${kind}" are kept: take some of them away first`)
}

/** Thrown rather than overwriting or deleting a document without knowing its content. */
export function unreadDocument(kind: string): Error {
  return new Error(`A document of the kind "${kind}" is too large to be read, and is left as it is`)
}
