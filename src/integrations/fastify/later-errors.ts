import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorHandlerLink, RouteContext } from './route-context.js'

export type NoteError = (reply: FastifyReply, error: unknown) => void

const watched = new WeakSet<ErrorHandlerLink>()

/**
 * Notes what error handlers fail with: `onError` runs for the first error of a request only, and the last one decides the
 * answer. Fastify hands that to the next handler of the chain, so all but the first one are watched.
 */
export function watchLaterErrors(context: RouteContext, note: NoteError): void {
  const { errorHandler } = context
  if (!isLink(errorHandler) || watched.has(errorHandler)) return
  const first = linkTo(watchedFrom(Object.getPrototypeOf(errorHandler), note), errorHandler)
  watched.add(first)
  context.errorHandler = first
}

function watchedFrom(link: unknown, note: NoteError): object | null {
  if (!isLink(link)) return link as object | null
  const { func } = link
  return linkTo(watchedFrom(Object.getPrototypeOf(link), note), link, {
    func(error: Error, request: FastifyRequest, reply: FastifyReply) {
      note(reply, error)
      return func(error, request, reply)
    },
  })
}

function linkTo(next: object | null, link: ErrorHandlerLink, own: object = {}): ErrorHandlerLink {
  return Object.assign(Object.create(next, Object.getOwnPropertyDescriptors(link)), own)
}

/** The chain ends with what has no function, which every object inherits from. */
function isLink(value: unknown): value is ErrorHandlerLink {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'func') &&
    typeof (value as ErrorHandlerLink).func === 'function'
  )
}
