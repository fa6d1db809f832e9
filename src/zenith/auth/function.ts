import { isRole } from '../../api/permissions.js'
import type { Logger } from '../../ports/index.js'
import { bare, json } from '../http/responses.js'
import type { Gate } from '../http/visitor.js'
import { visitor } from '../http/visitor.js'
import type { Authorize } from './options.js'

export function functionGate(authorize: Authorize, logger: Logger | undefined): Gate {
  return async (request, { peer }) => {
    try {
      const answer = await authorize(request, peer)
      if (answer instanceof Response) return answer
      if (answer === true) return visitor(null, 'viewer')
      return isRole(answer) ? visitor(null, answer) : bare(404)
    } catch (error) {
      logger?.error(
        `Zenith's auth function failed, and nobody was let in: ${error instanceof Error ? error.message : error}`,
      )
      return json(500, { error: { code: 'auth_failed', message: 'Who may see this could not be found out.' } })
    }
  }
}
