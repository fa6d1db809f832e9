import type { ServerResponse } from 'node:http'
import { type ArgumentsHost, StreamableFile } from '@nestjs/common'
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
  watchFiles(requests)
}

type Answer = ServerResponse & { raw?: ServerResponse }

/**
 * Nest on Express asks a file for its error handler when its stream fails, and tells nobody else. Nest 10 ends the response
 * then, as if it were whole.
 */
function watchFiles(requests: RequestRecorder): void {
  const { prototype } = StreamableFile
  const errorHandler = Object.getOwnPropertyDescriptor(prototype, 'errorHandler')
  const get = errorHandler?.get
  if (!get) return
  Object.defineProperty(prototype, 'errorHandler', {
    ...errorHandler,
    get(this: StreamableFile) {
      const handle: StreamableFile['errorHandler'] = get.call(this)
      return function (this: unknown, error: Error, response: Parameters<typeof handle>[1]) {
        requests.find(nodeResponseOf(response as unknown as Answer))?.fail(error)
        return handle.call(this, error, response)
      }
    },
  })
}

/** What is no request has none. */
export function rawResponse(host: Pick<ArgumentsHost, 'getArgByIndex'>): ServerResponse | undefined {
  return nodeResponseOf(host.getArgByIndex<Answer | undefined>(1))
}

/** Fastify's reply holds Node's response; middleware gets Node's own on both. */
function nodeResponseOf(response: Answer | undefined): ServerResponse | undefined {
  return response?.raw ?? response
}
