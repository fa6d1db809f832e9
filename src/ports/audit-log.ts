import type { AuditChain, AuditEntry } from '../protocol/index.js'

/** A line of the audit trail before the store assigns its id. */
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'trust'>

/** The audit trail. Methods reject when the store refuses the request or does not answer. */
export interface AuditLog {
  /** Appends a line. The trail keeps about the newest 10,000. @returns its id */
  appendAudit(entry: NewAuditEntry): Promise<string>
  /** Lists lines, newest first. @param query `before`: the id of the last line of the previous page */
  listAudit(query: { readonly before: string | null; readonly limit: number }): Promise<readonly AuditEntry[]>
  /** Checks that the trail is complete and unchanged. Absent in a store that does not chain its lines. */
  verifyAudit?(): Promise<AuditChain>
}
