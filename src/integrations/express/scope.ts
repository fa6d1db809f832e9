import type { IncomingMessage, ServerResponse } from 'node:http'
import { followed } from '../../core/http/response-end.js'
import { globalSlot } from '../../lib/global-slot.js'
import type { Layer, RoutedRequest } from './internals/routers.js'

/** What the layers of an app tell of a request, see `RouteTracker`. */
export interface LayerListener {
  readonly request: RoutedRequest
  /** @returns false when the layer runs for another request */
  enter(layer: Layer): boolean
  failIn(layer: Layer, error: unknown): void
}

/**
 * The request whose code runs now, as long as it runs without a break: a function of Quasar is then the caller of it all, and
 * none further up is needed, so that an error's stack shows one frame of Quasar. `null`: Quasar is the caller, and does not
 * follow the request. `undefined`: it is not.
 */
export interface Scope {
  tracker: LayerListener | null | undefined
  /** Trackers of requests that are not followed yet, because Quasar comes after other middleware. */
  readonly early: WeakMap<ServerResponse, LayerListener>
}

export const scope: Scope = globalSlot(
  'express-scope',
  (): Scope => ({ tracker: undefined, early: new WeakMap() }),
).get()

export function listenerOf(request: IncomingMessage, response: ServerResponse): LayerListener | null {
  if (scope.tracker?.request === request) return scope.tracker
  const context = followed(response)?.context
  return isListener(context) ? context : (scope.early.get(response) ?? null)
}

/** Other integrations keep something else with a request; another copy of the package has a class of its own. */
export function isListener(context: unknown): context is LayerListener {
  return typeof context === 'object' && context !== null && 'failIn' in context
}
