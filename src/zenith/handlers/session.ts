import { json } from '../responses.js'
import type { Handler } from '../routes.js'

/** Who looks, and what they may: the page shows what it takes to log out only where there is a log-in. */
export const session: Handler = ({ visitor: { user, role, canLogOut } }) => json(200, { user, role, canLogOut })
