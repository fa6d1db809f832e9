import type { ServerResponse } from 'node:http'
import { type ArgumentsHost, StreamableFile } from '@nestjs/common'
import { ExceptionsHandler } from '@nestjs/core/exceptions/exceptions-handler.js'

/**
 * What ends in Nest's exceptions layer, seen in @nestjs/core and @nestjs/common 10.4, 11.2 and 12.5:
 *
 * - `ExceptionsHandler.next(exception, host)`: errors of handlers, pipes, guards, interceptors and middleware, before a filter.
 * - `StreamableFile.errorHandler`, a getter: Nest on Express asks a file for it when its stream fails. Nest 10 ends the
 *   response then, as if it were whole.
 */

/** By global symbol, so that two copies of the package replace the methods once. */
const isWatched = Symbol.for('@gravito/quasar/nest-exceptions')

/** Notes what reaches the exceptions layer, and what streams of files fail with, once per copy of Nest. */
export function noteExceptions(note: (response: ServerResponse | undefined, error: unknown) => void): void {
  const { prototype } = ExceptionsHandler
  if (Object.hasOwn(prototype, isWatched)) return
  Object.defineProperty(prototype, isWatched, { value: true })
  const { next } = prototype
  prototype.next = function (this: ExceptionsHandler, exception: Error, host: ArgumentsHost) {
    note(rawResponse(host), exception)
    return next.call(this, exception, host as never)
  }
  noteFiles(note)
}

type Answer = ServerResponse & { raw?: ServerResponse }

function noteFiles(note: (response: ServerResponse | undefined, error: unknown) => void): void {
  const { prototype } = StreamableFile
  const errorHandler = Object.getOwnPropertyDescriptor(prototype, 'errorHandler')
  const get = errorHandler?.get
  if (!get) return
  Object.defineProperty(prototype, 'errorHandler', {
    ...errorHandler,
    get(this: StreamableFile) {
      const handle: StreamableFile['errorHandler'] = get.call(this)
      return function (this: unknown, error: Error, response: Parameters<typeof handle>[1]) {
        note(nodeResponseOf(response as unknown as Answer), error)
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
