import type { Commands } from '../../ports.js'
import { type AuditEntry, MAX_AUDIT_ENTRIES } from '../../protocol/index.js'

/** What Zenith keeps, for as long as the process runs. */
export function memoryCommands(): Commands {
  const trail: AuditEntry[] = []
  const documents = new Map<string, Map<string, string>>()
  let last = 0

  return {
    async appendAudit(entry) {
      last += 1
      trail.push({ ...entry, id: String(last) })
      if (trail.length > MAX_AUDIT_ENTRIES) trail.shift()
      return String(last)
    },
    async audit({ before, limit }) {
      const older = before === null ? trail : trail.filter(({ id }) => Number(id) < Number(before))
      return limit > 0 ? older.slice(-limit).reverse() : []
    },
    async keep(kind, id, document) {
      const known = documents.get(kind) ?? new Map<string, string>()
      documents.set(kind, known.set(id, document))
    },
    async kept(kind) {
      return new Map(documents.get(kind))
    },
    async forget(kind, id) {
      return documents.get(kind)?.delete(id) ?? false
    },
  }
}
