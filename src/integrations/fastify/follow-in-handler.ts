import { setImmediate } from 'node:timers'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOwn } from './follow-first.js'
import { moveIntoHandler, type RouteConfig, type RouteContext, runsOnly } from './internals.js'

export type Follow = (request: FastifyRequest, reply: FastifyReply, config: RouteConfig) => void

/** Their bodies are not read: nothing of the client can end them between the hooks and the handler. */
const BODYLESS = new Set(['GET', 'HEAD'])

/** The routes whose first request has come. */
const seen = new WeakSet<RouteContext>()

/**
 * Takes our hook away from a route where nothing else runs before the handler, and follows its requests from the handler on: to
 * run a hook costs a small request up to 5 %, more than everything else that is done with it. What is refused by a schema
 * meanwhile is told of by `onError`. Whatever is unlike what is expected stays as it is. The request that brought us here is
 * over by then, or has reached its handler: it shows one frame of ours in its stacks, too.
 */
export function followInHandler(context: RouteContext, follow: Follow): void {
  if (seen.has(context)) return
  seen.add(context)
  if (hasNoBody(context.config) && runsOnly(context, isOwn)) {
    setImmediate(() => moveIntoHandler(context, follow)).unref()
  }
}

/** What answers unknown paths is no route, and has no method. */
function hasNoBody({ url, method }: RouteConfig): boolean {
  if (typeof url !== 'string') return false
  return typeof method === 'string' ? BODYLESS.has(method) : method?.every((one) => BODYLESS.has(one)) === true
}
