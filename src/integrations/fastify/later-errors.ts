import type { FastifyReply } from 'fastify'
import { type ErrorHandlerLink, errorHandlerOf, type RouteContext, wrapLaterErrorHandlers } from './internals.js'

export type NoteError = (reply: FastifyReply, error: unknown) => void

const watched = new WeakSet<ErrorHandlerLink>()

/**
 * Notes what error handlers fail with: `onError` runs for the first error of a request only, and the last one decides the
 * answer. Fastify hands that to the next handler of the chain, so all but the first one are watched.
 */
export function watchLaterErrors(context: RouteContext, note: NoteError): void {
  const link = errorHandlerOf(context)
  if (!link || watched.has(link)) return
  const first = wrapLaterErrorHandlers(context, link, (handler) => (error, request, reply) => {
    note(reply, error)
    return handler(error, request, reply)
  })
  watched.add(first)
}
