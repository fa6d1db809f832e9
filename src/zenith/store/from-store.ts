import type { Overview } from '../../api/overview.js'
import { Problem } from '../../api/problem.js'
import type { Answer, OperationContext } from '../http/operation.js'
import type { Parameters } from '../http/query.js'
import type { Services } from '../http/request-context.js'
import { json } from '../http/responses.js'
import { StoreUnavailableError } from './store-error.js'

interface StoreServices extends Services {
  readonly monitor: { fresh(): Promise<Overview> }
}

export const UNAVAILABLE: Answer = { description: 'The store does not answer.', schema: Problem }

/**
 * A handler that reads the store. When the store does not answer it responds with 503: an empty or outdated list would look like the
 * truth.
 *
 * @param find resolves to the body, or to a response
 */
export function fromStore<P extends Parameters, S extends StoreServices>(
  find: (overview: Overview, question: OperationContext<P, S>) => unknown,
) {
  return async (question: OperationContext<P, S>): Promise<Response> => {
    const overview = await question.services.monitor.fresh()
    if (!overview.store.ok) return unavailable(overview.store.error ?? 'The store does not answer')
    try {
      const found = await find(overview, question)
      return found instanceof Response ? found : json(200, found)
    } catch (error) {
      if (error instanceof StoreUnavailableError) return unavailable(error.message)
      throw error
    }
  }
}

function unavailable(message: string): Response {
  return json(503, { error: { code: 'store_unavailable', message } })
}
