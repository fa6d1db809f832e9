import type { ServerResponse } from 'node:http'
import type { ArgumentsHost } from '@nestjs/common'
import { ExceptionsHandler } from '@nestjs/core/exceptions/exceptions-handler.js'
import type { RequestRecorder } from '../../core/requests.js'

const isWatched = Symbol.for('@gravito/quasar/nest-exceptions')

/**
 * Notes what reaches Nest's exceptions layer, once per copy of Nest. It is the one place that sees errors of handlers,
 * pipes, guards, interceptors and middleware, whichever filter answers them: a filter or an interceptor of our own
 * would miss those that others take.
 */
export function watchExceptions(requests: RequestRecorder): void {
  const prototype = ExceptionsHandler.prototype
  if (Object.hasOwn(prototype, isWatched)) return
  Object.defineProperty(prototype, isWatched, { value: true })
  const { next } = prototype
  prototype.next = function (this: ExceptionsHandler, exception: Error, host: ArgumentsHost) {
    requests.find(rawResponse(host))?.fail(exception)
    return next.call(this, exception, host as never)
  }
}

/** Fastify's reply holds Node's response; middleware gets Node's own on both. What is no request has none. */
export function rawResponse(host: Pick<ArgumentsHost, 'getArgByIndex'>): ServerResponse | undefined {
  const response = host.getArgByIndex<(ServerResponse & { raw?: ServerResponse }) | undefined>(1)
  return response?.raw ?? response
}
