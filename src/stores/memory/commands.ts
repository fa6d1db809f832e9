import type { ControlStore } from '../../ports/index.js'
import { type AuditEntry, MAX_AUDIT_ENTRIES, MAX_KEPT_DOCUMENTS } from '../../protocol/index.js'
import { boundedLimit, boundedLine, checkDocument, tooManyDocuments } from '../audit-line.js'
import { memoryLeases } from './leases.js'

/** What Zenith keeps, for as long as the process runs. */
export function memoryCommands(): ControlStore {
  const trail: AuditEntry[] = []
  const documents = new Map<string, Map<string, string>>()
  let last = 0

  return {
    async appendAudit(entry) {
      const line = boundedLine(entry)
      last += 1
      trail.push({ ...line, id: String(last) })
      if (trail.length > MAX_AUDIT_ENTRIES) trail.shift()
      return String(last)
    },
    async listAudit({ before, limit }) {
      const count = boundedLimit(limit)
      // What is no id begins at the newest.
      const end = Number(before ?? Number.NaN)
      const older = Number.isNaN(end) ? trail : trail.filter(({ id }) => Number(id) < end)
      return count > 0 ? older.slice(-count).reverse() : []
    },
    /** Nobody else reaches it, so it is what was written. */
    async verifyAudit() {
      const [first, newest] = [trail[0], trail.at(-1)]
      return {
        ...{ ok: true, signed: false, lines: trail.length, beforeSigning: 0, untrusted: 0, leftBehind: 0, breaks: [] },
        first: first ? Number(first.id) : null,
        last: newest ? Number(newest.id) : null,
      }
    },
    async putDocument(kind, id, document) {
      checkDocument(document)
      const known = documents.get(kind) ?? new Map<string, string>()
      if (!known.has(id) && known.size >= MAX_KEPT_DOCUMENTS) throw tooManyDocuments(kind, MAX_KEPT_DOCUMENTS)
      documents.set(kind, known.set(id, document))
    },
    async listDocuments(kind) {
      return new Map(documents.get(kind))
    },
    async deleteDocument(kind, id) {
      return documents.get(kind)?.delete(id) ?? false
    },
    ...memoryLeases(),
    async time() {
      return null
    },
  }
}
