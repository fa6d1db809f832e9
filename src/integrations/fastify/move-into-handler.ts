import type { FastifyReply, FastifyRequest } from 'fastify'
import { isFirst } from './follow-first.js'
import type { RouteConfig, RouteContext } from './route-context.js'

export type Follow = (request: FastifyRequest, reply: FastifyReply, config: RouteConfig) => void

/** The last part of the name that Fastify gives a hook when it binds it: `bound quasarOnRequest`. */
const OWN = 'quasarOnRequest'

/** Their bodies are not read: nothing of the client can end them between the hooks and the handler. */
const BODYLESS = new Set(['GET', 'HEAD'])

/**
 * Takes our hook away from a route where nothing runs between it and the handler, and follows its requests from the handler
 * on: to run a hook costs a small request up to 5 %, more than everything else that is done with it. What is refused by a
 * schema meanwhile is told of by `onError`. Whatever is unlike what is expected stays as it is.
 */
export function moveIntoHandler(context: RouteContext, follow: Follow): void {
  const before = hooksBeforeOurs(context)
  if (!before) return
  const { handler, config } = context
  context.handler = function (request, reply) {
    follow(request, reply, config)
    return handler.call(this, request, reply)
  }
  // Another value: the request that brought us here still runs through the old one.
  context.onRequest = before.every(isFirst) ? null : before
}

/** What else runs when a request arrives; null when ours is not the last before the handler. */
function hooksBeforeOurs({ config, handler, onRequest, preParsing, preValidation, preHandler }: RouteContext) {
  if (preHandler !== null || preValidation !== null || preParsing !== null) return null
  if (typeof handler !== 'function' || !hasNoBody(config) || !Array.isArray(onRequest)) return null
  const first = onRequest.findIndex(isOurs)
  return first !== -1 && onRequest.slice(first).every(isOurs) ? onRequest.slice(0, first) : null
}

/** What answers unknown paths is no route, and has no method. */
function hasNoBody({ url, method }: RouteConfig): boolean {
  if (typeof url !== 'string') return false
  return typeof method === 'string' ? BODYLESS.has(method) : method?.every((one) => BODYLESS.has(one)) === true
}

function isOurs({ name }: { readonly name: string }): boolean {
  return name.endsWith(OWN)
}
