import {
  AUDIT_BREAKS,
  AUDIT_STEPS,
  AUDIT_TRUST,
  type AuditBreak as AuditBreakFields,
  type AuditChain as AuditChainFields,
  type AuditEntry as AuditEntryFields,
  DOCUMENT_DOUBTS,
} from '../protocol/audit.js'
import {
  amount,
  count,
  exactly,
  flag,
  type Infer,
  listOf,
  listUpTo,
  object,
  oneOf,
  optional,
  orNull,
  text,
} from './schema.js'

export const AuditEntry = exactly<AuditEntryFields>()(
  object('A line of the audit trail.', {
    id: text('Id of the line.'),
    operation: text('Id shared by an intent and its result.'),
    step: oneOf(AUDIT_STEPS, 'Whether the line is the intent or the result.'),
    at: amount('Time of the line, Unix ms.'),
    user: orNull(text('Name of the user; null if the log-in has no names.')),
    role: text('Role of the user.'),
    via: optional(text('How the user came in, such as `password` or `token deploy`; omitted if unknown.')),
    from: optional(text('Address of the client; omitted if unknown.')),
    action: text('The action.'),
    queue: orNull(text('Key of the queue; null if several are affected.')),
    queueName: orNull(text('Name of the queue.')),
    target: text('Target of the action.'),
    ok: orNull(flag('Whether the action was done completely; null for an intent.')),
    detail: orNull(text('Details in words.')),
    trust: optional(oneOf(AUDIT_TRUST, 'Result of the signature check; omitted if no token is set.')),
  }),
)
export type AuditEntry = AuditEntryFields

const AuditBreak = exactly<AuditBreakFields>()(
  object('A break in the audit trail.', {
    kind: oneOf(AUDIT_BREAKS, 'Kind of the break.'),
    at: orNull(text('Id of the affected line, or of the line after which lines are missing.')),
    count: count('Number of affected lines.'),
    message: text('Description of the break.'),
  }),
)

export const AuditChain = exactly<AuditChainFields>()(
  object('Whether the lines of the audit trail are complete and unchanged.', {
    ok: flag('Whether the audit trail is intact.'),
    signed: flag(
      'Whether a token is set, so that lines are signed. Without it, anyone who can write the trail can rewrite it.',
    ),
    lines: count('Number of lines examined.'),
    first: orNull(count('Number of Zenith’s oldest line; null if there is none.')),
    last: orNull(count('Number of Zenith’s newest line.')),
    beforeSigning: count('Lines from before the token was set, or from a version that did not sign.'),
    untrusted: count('Lines that Zenith did not write.'),
    leftBehind: count(
      'Lines added at the location of earlier versions after the move, 1000 at most; they are not part of the trail.',
    ),
    breaks: listOf(AuditBreak, 'The breaks, at most 20.'),
  }),
)
export type AuditChain = AuditChainFields

/** Kinds of documents that Zenith stores. */
export const DOCUMENT_KINDS = ['scheduler', 'bulk', 'freeze'] as const

export const UntrustedDocument = object(
  'One of Zenith’s own documents with a missing or wrong signature. Zenith does not use it.',
  {
    kind: oneOf(DOCUMENT_KINDS, 'Kind of the document.'),
    id: text('Id of the document.'),
    doubt: oneOf(
      DOCUMENT_DOUBTS,
      'Why it is untrusted; `replayed`: it was replaced or removed after it was signed; `displaced`: something else replaced all documents of its kind, and `id` is empty.',
    ),
  },
)
export type UntrustedDocument = Infer<typeof UntrustedDocument>

export const AuditPage = object('A page of the audit trail.', {
  items: listOf(AuditEntry),
  next: orNull(text('Pass it as `after` for the next page; null at the end.')),
  searched: object('Where this page was searched.', {
    lines: count('Lines that were read for this page, and that the principal may see.'),
    since: orNull(amount('Time of the oldest of these lines, Unix ms; null if there was none.')),
    store: flag('Whether the trail in the store was read. Without it, the newest lines may be missing.'),
    archive: flag('Whether an archive was read. Without it, only the newest 10,000 or so lines are known.'),
  }),
  gaps: listUpTo(
    100,
    object('A time whose lines were dropped before they were archived.', {
      from: amount('Unix ms.'),
      to: amount('Unix ms.'),
    }),
    'Of the archive, oldest first.',
  ),
  chain: orNull(AuditChain),
  documents: listOf(UntrustedDocument, 'Untrusted documents, only on the first page.'),
  leftOut: orNull(
    count('Number of documents beyond the limits, which Zenith does not read; null if none could be read.'),
  ),
})
/** The chain is null on later pages, and where the store does not chain its lines. */
export type AuditPage = Infer<typeof AuditPage>
