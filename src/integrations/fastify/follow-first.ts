import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { moveToFront } from './internals.js'

/** The last part of the name that Fastify gives a hook when it binds it: `bound quasarOnRequest`. */
const OWN = 'quasarOnRequest'

/**
 * Follows requests before any hook of the scope has seen them: one that was added earlier may answer (preflights, guards against
 * overload). The order of the app's own hooks stays.
 */
export function followFirst(
  fastify: FastifyInstance,
  follow: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  function quasarOnRequest(...[request, reply, done]: Parameters<onRequestHookHandler>): void {
    follow(request, reply)
    done()
  }
  fastify.addHook('onRequest', quasarOnRequest)
  // It is added no sooner.
  fastify.after(() => moveToFront(fastify, quasarOnRequest))
}

/** Whether a hook is Quasar's. */
export function isOwn({ name }: { readonly name: string }): boolean {
  return name.endsWith(OWN)
}
