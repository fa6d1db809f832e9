import type { AuditEntry } from '../../api/audit.js'

/** Columns of the audit trail as a table. Times are Unix ms. */
export const LINE_COLUMNS = [
  'at',
  'operation',
  'step',
  'user',
  'role',
  'via',
  'from',
  'action',
  'queue',
  'queueName',
  'target',
  'ok',
  'detail',
  'trust',
] as const

export function lineRow(line: AuditEntry): readonly (string | number | null)[] {
  return LINE_COLUMNS.map((column) => {
    const value = line[column] ?? null
    return typeof value === 'boolean' ? String(value) : value
  })
}
