import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { scopeOf } from './internals.js'

/** The last part of the name that Fastify gives a hook when it binds it: `bound quasarFirst`. */
const FIRST = 'quasarFirst'

/**
 * Follows requests before any hook of the scope has seen them: one that was added earlier may answer (preflights, guards against
 * overload). The order of the app's own hooks stays. Routes without any hook before ours need it no longer once a request has
 * shown them.
 */
export function followFirst(
  fastify: FastifyInstance,
  follow: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  function quasarFirst(...[request, reply, done]: Parameters<onRequestHookHandler>): void {
    follow(request, reply)
    done()
  }
  fastify.addHook('onRequest', quasarFirst)
  // It is added no sooner.
  fastify.after(() => moveToFront(fastify, quasarFirst))
}

/** Whether a hook is ours that runs before those of the app. */
export function isFirst({ name }: { readonly name: string }): boolean {
  return name.endsWith(FIRST)
}

function moveToFront(fastify: FastifyInstance, hook: onRequestHookHandler): void {
  const scope = scopeOf(fastify)
  if (!scope) return
  const { onRequest } = scope.hooks
  const place = onRequest.indexOf(hook)
  if (place > 0) onRequest.unshift(...onRequest.splice(place, 1))
  for (const child of scope.children) moveToFront(child, hook)
}
