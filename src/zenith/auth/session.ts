import { PERMISSIONS, type Permission, ROLES, type Role } from '../../api/permissions.js'
import { TOKEN_HEADER } from '../http/change-tokens.js'
import { operation } from '../http/operation.js'
import { json } from '../http/responses.js'
import { flag, listOf, objectOf, oneOf, orNull, text } from '../openapi/schema.js'

interface Session {
  readonly user: string | null
  readonly role: Role
  readonly canLogOut: boolean
  readonly token: string
  readonly permissions: readonly Permission[]
  readonly payloads: boolean
}

const schema = objectOf<Session>('The current session.', {
  user: orNull(text('Name of the user; null if the log-in has no names.')),
  role: oneOf(ROLES, 'Role, which determines the permissions.'),
  canLogOut: flag('Whether `POST logout` ends a session.'),
  token: text(`Token for the header ${TOKEN_HEADER} of every change.`),
  permissions: listOf(oneOf(PERMISSIONS, 'A permission.'), 'Permissions of the principal.'),
  payloads: flag('Whether the principal may see job payloads (permission `queue.payloads`).'),
})

/** The page shows what it takes to log out only where there is a log-in. */
export const session = operation({
  path: '/api/session',
  summary: 'Get the current session and its permissions',
  parameters: {},
  answers: { 200: { description: 'The session.', schema } },
  handle({ visitor, services: { tokens, policy } }) {
    const { user, role, canLogOut } = visitor
    const session: Session = {
      user,
      role,
      canLogOut,
      token: tokens.of(visitor),
      permissions: policy.permissionsOf(visitor),
      payloads: policy.can(visitor, 'queue.payloads'),
    }
    return json(200, session)
  },
})
