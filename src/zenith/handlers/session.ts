import { ROLES, type Role, suffices } from '../auth/roles.js'
import { TOKEN_HEADER } from '../change-tokens.js'
import { flag, objectOf, oneOf, orNull, text } from '../openapi/schema.js'
import { operation } from '../operation.js'
import { json } from '../responses.js'

interface Session {
  readonly user: string | null
  readonly role: Role
  readonly canLogOut: boolean
  readonly token: string
  readonly payloads: boolean
}

const schema = objectOf<Session>('Who looks.', {
  user: orNull(text('Null when the way in has no names.')),
  role: oneOf(ROLES, 'What they may.'),
  canLogOut: flag('There is a session that `POST logout` ends.'),
  token: text(`Goes into the header ${TOKEN_HEADER} of every change.`),
  payloads: flag('They see the payloads of jobs.'),
})

/** The page shows what it takes to log out only where there is a log-in. */
export const session = operation({
  path: '/api/session',
  summary: 'Who looks, and what they may',
  parameters: {},
  answers: { 200: { description: 'Whoever asks.', schema } },
  handle({ visitor, services: { tokens, queues } }) {
    const { user, role, canLogOut } = visitor
    const session: Session = {
      user,
      role,
      canLogOut,
      token: tokens.of(visitor),
      payloads: suffices(role, queues.payloads),
    }
    return json(200, session)
  },
})
