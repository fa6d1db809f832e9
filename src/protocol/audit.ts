import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS } from './limits.js'
import { AUDIT_STEPS, type AuditEntry } from './queue-views.js'
import { own, readObject, readText, readTime } from './read.js'

/** @returns null when the text is no line of an audit trail */
export function parseAuditEntry(text: unknown, id: string): AuditEntry | null {
  const fields = readObject(text)
  if (!fields) return null
  const operation = readText(fields, 'operation', MAX_NAME_CHARS)
  const action = readText(fields, 'action', MAX_NAME_CHARS)
  const at = readTime(fields, 'at')
  const step = AUDIT_STEPS.find((one) => one === own(fields, 'step'))
  if (!operation || !action || at === null || !step) return null
  const ok = own(fields, 'ok')
  return {
    id,
    operation,
    step,
    at,
    user: readText(fields, 'user', MAX_NAME_CHARS),
    role: readText(fields, 'role', MAX_NAME_CHARS) ?? '',
    action,
    queue: readText(fields, 'queue', MAX_MESSAGE_CHARS),
    queueName: readText(fields, 'queueName', MAX_NAME_CHARS),
    target: readText(fields, 'target', MAX_MESSAGE_CHARS) ?? '',
    ok: typeof ok === 'boolean' ? ok : null,
    detail: readText(fields, 'detail', MAX_MESSAGE_CHARS),
  }
}
