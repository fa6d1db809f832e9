import type { Server } from 'node:http'
import type { RequestHandler } from 'express'
import { onRequestStart } from '../../core/http-events.js'
import { type App, isApp, placesOf, routerOf } from './internals.js'

/**
 * Calls back with the app that has this middleware at its first request, before the app gets it. It is found where the app
 * itself is the server's listener; else the first request that comes to the middleware tells it.
 *
 * @param isFound whether nothing has to be found any more
 */
export function whenServed(middleware: RequestHandler, found: (app: App) => void, isFound: () => boolean): void {
  let seen: Server | null = null
  const unlisten = onRequestStart(({ server }) => {
    if (isFound()) return unlisten()
    if (server === seen) return
    seen = server
    const app = server.listeners('request').find((listener) => isAppWith(listener, middleware))
    if (app) found(app as unknown as App)
  })
}

/** Anything may listen to a server. */
function isAppWith(listener: unknown, middleware: RequestHandler): boolean {
  try {
    const router = isApp(listener) ? routerOf(listener) : undefined
    return router !== undefined && [...placesOf(router, middleware)].length > 0
  } catch {
    return false
  }
}
