import type { AuditEntry } from '../../../protocol/audit.js'
import { pairsOf } from './audit.js'
import { AuditLineRow } from './audit-line.js'

/** Lines of the audit trail, an action each. @param entries newest first */
export function AuditLines({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <ul className="panel long overflow-hidden">
      {pairsOf(entries).map((line) => (
        <AuditLineRow key={line.key} line={line} />
      ))}
    </ul>
  )
}
