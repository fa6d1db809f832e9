import type { AuditLog } from '../../ports/index.js'
import { type AuditEntry, MAX_AUDIT_ENTRIES } from '../../protocol/index.js'
import { boundedLimit, boundedLine } from '../limits.js'

/** An audit trail, for as long as the process runs. */
export function memoryAuditLog(): AuditLog {
  const trail: AuditEntry[] = []
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
    /** Always valid: nothing outside this process can change it. */
    async verifyAudit() {
      const [first, newest] = [trail[0], trail.at(-1)]
      return {
        ...{ ok: true, signed: false, lines: trail.length, beforeSigning: 0, untrusted: 0, leftBehind: 0, breaks: [] },
        first: first ? Number(first.id) : null,
        last: newest ? Number(newest.id) : null,
      }
    },
  }
}
