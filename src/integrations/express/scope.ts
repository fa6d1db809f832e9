import type { IncomingMessage, ServerResponse } from 'node:http'
import { followed } from '../../core/endings.js'
import type { RouteTracker } from './route-tracker.js'

/**
 * The request whose code runs now, as long as it runs without a break: a function of Quasar is then the caller of it all, and
 * none further up is needed, so that an error's stack shows one frame of Quasar. `null`: Quasar is the caller, and does not
 * follow the request. `undefined`: it is not.
 */
export interface Scope {
  tracker: RouteTracker | null | undefined
  /** Trackers of requests that are not followed yet, because Quasar comes after other middleware. */
  readonly early: WeakMap<ServerResponse, RouteTracker>
}

/** Shared by the ESM and the CJS copy of the package. */
const SLOT = Symbol.for('@gravito/quasar/express-scope')
const slots = globalThis as { [SLOT]?: Scope }
slots[SLOT] ??= { tracker: undefined, early: new WeakMap() }

export const scope: Scope = slots[SLOT]

export function trackerOf(request: IncomingMessage, response: ServerResponse): RouteTracker | null {
  if (scope.tracker?.request === request) return scope.tracker
  const context = followed(response)?.context
  return isTracker(context) ? context : (scope.early.get(response) ?? null)
}

/** Other integrations keep something else with a request; another copy of the package has a class of its own. */
export function isTracker(context: unknown): context is RouteTracker {
  return typeof context === 'object' && context !== null && 'failIn' in context
}
