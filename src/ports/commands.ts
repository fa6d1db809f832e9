import type { AuditEntry } from '../protocol/index.js'

/** A line of the audit trail before the store has given it an id. */
export type NewAuditEntry = Omit<AuditEntry, 'id'>

/** What Zenith keeps in the store. Every method rejects when the store does not take it or does not answer. */
export interface Commands {
  /** Adds a line to the audit trail, which keeps about the newest 10,000. @returns its id */
  appendAudit(entry: NewAuditEntry): Promise<string>
  /** The newest first; `before` is the id of the last line that was given. */
  audit(query: { readonly before: string | null; readonly limit: number }): Promise<readonly AuditEntry[]>
  /** Keeps a small document, in place of one of the same kind and id. */
  keep(kind: string, id: string, document: string): Promise<void>
  /** All documents of a kind, by id. */
  kept(kind: string): Promise<ReadonlyMap<string, string>>
  /** @returns whether there was one */
  forget(kind: string, id: string): Promise<boolean>
}
