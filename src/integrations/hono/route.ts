import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'

export type Route = ReturnType<typeof matchedRoutes>[number]

/**
 * The pattern of the route that answered: the handler that ran last or, when a middleware answered in its place, the
 * one that it stands before. Null when there is none.
 */
export function answeredRoute(c: Context): string | null {
  const routes = matchedRoutes(c)
  for (let index = Math.max(0, c.req.routeIndex); index < routes.length; index++) {
    const route = routes[index]
    if (route && !isMiddleware(route)) return route.path
  }
  return null
}

/** `use` registers for all methods, as `all` does; what tells them apart is that a handler takes no `next` and no wildcard. */
export function isMiddleware({ method, path, handler }: Route): boolean {
  if (method !== 'ALL') return false
  // The handler of a sub-app with an error handler of its own is wrapped.
  const { __COMPOSED_HANDLER: inner = handler } = handler as { __COMPOSED_HANDLER?: typeof handler }
  return inner.length > 1 || path.endsWith('*')
}
