import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS } from './limits.js'
import { AUDIT_STEPS, type AuditEntry } from './queue-views.js'
import { own, readCount, readList, readObject, readText, readTime } from './read.js'

/** What chains a line to the one before it. */
export interface AuditLink {
  /** From 1. */
  readonly number: number
  /** SHA-256 of the text of the line before, hexadecimal; 64 zeros for the first one. */
  readonly previous: string
}

/** Far more lines than a trail will ever have had: a number above it is none of Zenith's. */
const MAX_LINE_NUMBER = 1e12

/** A document that was written or removed before a line was: its id, its version, and whether it is gone. */
export interface DocumentChange {
  readonly id: string
  readonly version: number
  readonly isGone: boolean
}

/** How many documents one line tells of. */
export const MAX_DOCUMENT_CHANGES = 20

/** What a line tells of documents; nothing where it does not. */
export function parseDocumentChanges(text: unknown): readonly DocumentChange[] {
  const fields = readObject(text)
  return (fields ? readList(fields, 'documents', MAX_DOCUMENT_CHANGES) : []).flatMap((one) => {
    const [id, version] = [own(one, 'id'), readCount(one, 'version')]
    return typeof id === 'string' && version !== null ? [{ id, version, isGone: own(one, 'isGone') === true }] : []
  })
}

/** @returns null for a line without: an earlier version wrote it, or somebody else did */
export function parseAuditLink(text: unknown): AuditLink | null {
  const fields = readObject(text)
  const number = fields && readCount(fields, 'number')
  const previous = fields && own(fields, 'previous')
  if (!number || number > MAX_LINE_NUMBER) return null
  return typeof previous === 'string' && /^[0-9a-f]{64}$/.test(previous) ? { number, previous } : null
}

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
