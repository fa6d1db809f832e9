import type { ErrorRequestHandler, RequestHandler } from 'express'
import { followed } from '../../core/http/response-end.js'
import type { QuasarOptions } from '../../core/options/options.js'
import { leaseRecorder } from '../../runtime/start-quasar.js'
import { followRequests } from './middleware.js'

export interface QuasarMiddleware extends RequestHandler {
  /** Reports what is left and says good-bye; requests pass through unseen from then on. Never rejects. */
  stop(): Promise<void>
}

/**
 * Reports every request that passes: mount it first, before body parsers and routers. For Express 4 and 5.
 *
 * @throws QuasarError `invalid_option`
 * @example app.use(quasar())
 */
export function quasar(options?: QuasarOptions): QuasarMiddleware {
  const { recorder, release } = leaseRecorder(options, 'express')
  const middleware = recorder.status().enabled ? followRequests(recorder.requests).middleware : passOn()
  return Object.assign(middleware, { stop: release })
}

/** Another one each time: each has its own `stop`. */
function passOn(): RequestHandler {
  return function quasar(_request, _response, next) {
    next()
  }
}

/**
 * The last stop of errors, which passes them on. Errors of handlers and middleware of Express are seen without it; with it,
 * those of `router.param()` callbacks and of paths that can't be decoded are seen, too, in apps without an error handler, and
 * those of an app of Connect.
 *
 * @example app.use(quasarErrorHandler()) // after all routes
 */
export function quasarErrorHandler(): ErrorRequestHandler {
  return function quasarErrorHandler(error: unknown, _request, response, next) {
    followed(response)?.fail(error)
    next(error)
  }
}
