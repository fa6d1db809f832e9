import type { Server } from 'node:http'
import type { RequestHandler } from 'express'
import { onRequestStart } from '../../core/http/http-events.js'
import { type ConnectApp, isConnectWith } from './internals/connect.js'
import { type App, isApp, placesOf, routerOf } from './internals/routers.js'

/** Who waits for its app. */
export interface AppWaiter {
  readonly middleware: RequestHandler
  /** Whether nothing has to be found any more. */
  isFound(): boolean
  found(app: App): void
  foundConnect(app: ConnectApp): void
}

/**
 * Calls back with the app that has a middleware at its first request, before the app gets it. It is found where the app
 * itself is the server's listener; else the first request that comes to the middleware tells it.
 */
export function whenServed(waiter: AppWaiter): void {
  let seen: Server | null = null
  const unlisten = onRequestStart(({ server }) => {
    if (waiter.isFound()) return unlisten()
    if (server === seen) return
    seen = server
    for (const listener of server.listeners('request')) find(listener, waiter)
  })
}

function find(listener: unknown, waiter: AppWaiter): void {
  if (isAppWith(listener, waiter.middleware)) waiter.found(listener as App)
  else if (isConnectWith(listener, waiter.middleware)) waiter.foundConnect(listener)
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
