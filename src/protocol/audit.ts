import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS } from './limits.js'
import { own, readCount, readList, readObject, readText, readTime } from './read.js'

export const AUDIT_STEPS = ['intent', 'result'] as const

/** A line of the audit trail: what a user was about to do, or its result. */
export interface AuditEntry {
  readonly id: string
  /** The same for an intent and its result. */
  readonly operation: string
  readonly step: (typeof AUDIT_STEPS)[number]
  readonly at: number
  /** Null when the authenticator has no user names. */
  readonly user: string | null
  readonly role: string
  /** How the user came in: `password`, `token deploy`, `local`. Absent in lines of earlier versions. */
  readonly via?: string
  /** Address of the client. Absent if it is unknown, and in lines of earlier versions. */
  readonly from?: string
  /** `retry`, `pause`, `bulk retry`, `scheduler run` … */
  readonly action: string
  /** Key and name of the queue; null for an action on several. */
  readonly queue: string | null
  readonly queueName: string | null
  /** The target of the action: a job's id, a scheduler's, `all 120 failed jobs`. */
  readonly target: string
  /** For a result: whether all of it was done; null for an intent. */
  readonly ok: boolean | null
  /** Readable result: `118 done, 2 skipped`. */
  readonly detail: string | null
  /** Absent if no token is set: then nothing is verified. */
  readonly trust?: AuditTrust
}

/**
 * `before-signing`: written when no token was set, or by a version that signed nothing, and confirmed by the lines after it. `unsigned` and
 * `forged` lines were not written by Zenith.
 */
export const AUDIT_TRUST = ['signed', 'before-signing', 'unsigned', 'forged'] as const
export type AuditTrust = (typeof AUDIT_TRUST)[number]

/**
 * `start`, `middle`, `end`: lines are missing there. `changed`: a line does not match the hash in the line after it. `untrusted`: Zenith
 * did not write a line. `order`: a line is a copy, or has been moved. `replaced`: a line differs from the one seen there before. `head`:
 * the record of the trail's end is missing, or Zenith did not write it.
 */
export const AUDIT_BREAKS = ['start', 'middle', 'end', 'changed', 'untrusted', 'order', 'replaced', 'head'] as const

/** A place where the audit trail differs from what was written. */
export interface AuditBreak {
  readonly kind: (typeof AUDIT_BREAKS)[number]
  /** Id of the line concerned, or of the line before the missing ones; null without one. */
  readonly at: string | null
  /** Number of lines concerned. */
  readonly count: number
  /** Readable description. */
  readonly message: string
}

/** Whether the audit trail is complete and unchanged. */
export interface AuditChain {
  readonly ok: boolean
  /** Whether a token is set, so that the lines are signed: without it, anyone with write access to the trail can rewrite it. */
  readonly signed: boolean
  /** Number of lines examined. */
  readonly lines: number
  /** Numbers of the oldest and of the newest line that Zenith wrote; null without one. */
  readonly first: number | null
  readonly last: number | null
  readonly beforeSigning: number
  readonly untrusted: number
  /** Lines at the key that earlier versions used, written after the migration: they do not belong to the trail. */
  readonly leftBehind: number
  /** At most 20 of them, the oldest first. */
  readonly breaks: readonly AuditBreak[]
}

/**
 * Why Zenith ignores one of its documents. `replayed`: it was replaced or removed since it was signed; `displaced`: the key of all
 * documents of its kind holds something else, and the id is empty.
 */
export const DOCUMENT_DOUBTS = ['unsigned', 'forged', 'replayed', 'displaced'] as const
export type DocumentDoubt = (typeof DOCUMENT_DOUBTS)[number]

/** The fields that chain a line to the one before it. */
export interface AuditLink {
  /** From 1. */
  readonly number: number
  /** SHA-256 of the text of the line before, hexadecimal; 64 zeros for the first one. */
  readonly previous: string
}

/** Far more lines than a trail can have: Zenith never writes a number above it. */
const MAX_LINE_NUMBER = 1e12

/** A document that was written or removed before the line was: its id, its version, and whether it was removed. */
export interface DocumentChange {
  readonly id: string
  readonly version: number
  readonly isGone: boolean
}

/** Maximum number of documents per line. */
export const MAX_DOCUMENT_CHANGES = 20

/** The document changes in a line; empty without any. */
export function parseDocumentChanges(text: unknown): readonly DocumentChange[] {
  const fields = readObject(text)
  return (fields ? readList(fields, 'documents', MAX_DOCUMENT_CHANGES) : []).flatMap((one) => {
    const [id, version] = [own(one, 'id'), readCount(one, 'version')]
    return typeof id === 'string' && version !== null ? [{ id, version, isGone: own(one, 'isGone') === true }] : []
  })
}

/** @returns null for a line that an earlier version or another program wrote */
export function parseAuditLink(text: unknown): AuditLink | null {
  const fields = readObject(text)
  const number = fields && readCount(fields, 'number')
  const previous = fields && own(fields, 'previous')
  if (!number || number > MAX_LINE_NUMBER) return null
  return typeof previous === 'string' && /^[0-9a-f]{64}$/.test(previous) ? { number, previous } : null
}

/** @returns null when the text is not a line of an audit trail */
export function parseAuditEntry(text: unknown, id: string): AuditEntry | null {
  const fields = readObject(text)
  if (!fields) return null
  const operation = readText(fields, 'operation', MAX_NAME_CHARS)
  const action = readText(fields, 'action', MAX_NAME_CHARS)
  const at = readTime(fields, 'at')
  const step = AUDIT_STEPS.find((one) => one === own(fields, 'step'))
  if (!operation || !action || at === null || !step) return null
  const ok = own(fields, 'ok')
  const via = readText(fields, 'via', MAX_NAME_CHARS)
  const from = readText(fields, 'from', MAX_NAME_CHARS)
  return {
    id,
    operation,
    step,
    at,
    user: readText(fields, 'user', MAX_NAME_CHARS),
    role: readText(fields, 'role', MAX_NAME_CHARS) ?? '',
    ...(via !== null && { via }),
    ...(from !== null && { from }),
    action,
    queue: readText(fields, 'queue', MAX_MESSAGE_CHARS),
    queueName: readText(fields, 'queueName', MAX_NAME_CHARS),
    target: readText(fields, 'target', MAX_MESSAGE_CHARS) ?? '',
    ok: typeof ok === 'boolean' ? ok : null,
    detail: readText(fields, 'detail', MAX_MESSAGE_CHARS),
  }
}
