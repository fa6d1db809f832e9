import { PERMISSIONS, ROLES } from './permissions.js'
import { SourceView } from './queues.js'
import { flag, type Infer, listOf, object, oneOf, optional, orNull, text } from './schema.js'
import { StoreHealth, UntrustedRecords } from './store.js'

/** The header with the session's token in a change: another site's page can neither know the token nor send the header. */
export const TOKEN_HEADER = 'x-zenith-token'

export const Session = object('The current session.', {
  user: orNull(text('Name of the user; null if the log-in has no names.')),
  role: oneOf(ROLES, 'Role, which determines the permissions.'),
  canLogOut: flag('Whether `POST logout` ends a session.'),
  token: text(`Token for the header ${TOKEN_HEADER} of every change.`),
  permissions: listOf(oneOf(PERMISSIONS, 'A permission.'), 'Permissions of the principal.'),
  payloads: flag('Whether the principal may see job payloads (permission `queue.payloads`).'),
  archive: flag('Whether there is an archive, which has more than the last hour.'),
  traceUrl: optional(
    text('URL of a trace in your tracer, with `{traceId}` in place of the id; omitted if there is none.'),
  ),
})
export type Session = Infer<typeof Session>

export const Health = object('Health of Zenith.', {
  status: oneOf(['ok', 'failing'], 'Overall status.'),
  store: StoreHealth,
  untrusted: orNull(UntrustedRecords),
  sources: optional(
    listOf(
      SourceView,
      'Queue sources; omitted if there are none. An unreadable source does not make the status `failing`.',
    ),
  ),
})
/** `untrusted` is as of the last read; null without a token, and before the first. */
export type Health = Infer<typeof Health>
