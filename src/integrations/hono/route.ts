import type { Context, Handler } from 'hono'
import { hasPassedAll, type Match, matchOf, type Route, routeAt, routesFrom, takesNext } from './internals.js'

/** By global symbol, so that two copies of the package know of each other. */
const OWN = Symbol.for('@gravito/quasar/hono-middleware')

/** Makes a middleware known as one of Quasar's, which answers nothing. */
export function markOwn(handler: Handler): void {
  Object.defineProperty(handler, OWN, { value: true })
}

export function isOwn(handler: Handler): boolean {
  return Object.hasOwn(handler, OWN)
}

/**
 * The route that answered; null when none did. The handler that ran last has answered, unless it passed the request on to
 * `notFound`. When that is a middleware (Hono registers `use`, `all` and `mount` alike, for all methods), the request
 * belongs to the route that ran before and left the answer to it, or to the one that it guards; without both, to its own
 * pattern.
 */
export function answeredRoute(c: Context): Route | null {
  const match = matchOf(c)
  if (!match || hasPassedAll(c)) return null
  const index = Math.max(0, c.req.routeIndex)
  const route = routeAt(match, index)
  if (!route || isOwn(route.handler)) return null
  return route.method === 'ALL' ? (filledBefore(match, index) ?? guardedBy(route, match, index) ?? route) : route
}

function filledBefore(match: Match, index: number): Route | undefined {
  return routesFrom(match, 0).slice(0, index).findLast(hasFilled)
}

/** A fallback (`GET *`) has only what it answers. */
function hasFilled(route: Route): boolean {
  return route.method !== 'ALL' && !hasWildcard(route)
}

function guardedBy(route: Route, match: Match, index: number): Route | undefined {
  if (!takesNext(route.handler)) return undefined
  return routesFrom(match, index + 1).find((later) => !hasWildcard(later) && !isMiddleware(later))
}

function isMiddleware({ method, handler }: Route): boolean {
  return method === 'ALL' && takesNext(handler)
}

export function hasWildcard({ path }: Route): boolean {
  return path.endsWith('*')
}
