import { ROLES, type Role } from '../auth/roles.js'
import { flag, objectOf, oneOf, orNull, text } from '../openapi/schema.js'
import { operation } from '../operation.js'
import { json } from '../responses.js'

const schema = objectOf<{ user: string | null; role: Role; canLogOut: boolean }>('Who looks.', {
  user: orNull(text('Null when the way in has no names.')),
  role: oneOf(ROLES, 'What they may.'),
  canLogOut: flag('There is a session that `POST logout` ends.'),
})

/** The page shows what it takes to log out only where there is a log-in. */
export const session = operation({
  path: '/api/session',
  summary: 'Who looks, and what they may',
  parameters: {},
  answers: { 200: { description: 'Whoever asks.', schema } },
  handle: ({ visitor: { user, role, canLogOut } }) => json(200, { user, role, canLogOut }),
})
