import type { MiddlewareHandler } from 'hono'
import type { QuasarOptions } from '../../core/options.js'
import { leaseRecorder } from '../../quasar.js'
import { followContext, nameContext, noteFailure } from './context.js'
import { type AppLike, type Fetch, followApp } from './fetch.js'
import { nodeObjectsOf } from './node-objects.js'

export interface QuasarMiddleware extends MiddlewareHandler {
  /** Reports what is left and says good-bye; requests pass through unseen from then on. Never rejects. */
  stop(): Promise<void>
}

export interface QuasarFetch extends Fetch {
  /** Reports what is left and says good-bye; requests pass through unseen from then on. Never rejects. */
  stop(): Promise<void>
}

/**
 * Reports every request that passes: mount it first. For Hono ≥ 4.8. On @hono/node-server a request ends with its
 * response's last byte; in other runtimes that can't be seen, and the duration is that until the headers.
 *
 * @throws QuasarError `invalid_option`
 * @example app.use(quasar())
 */
export function quasar(options?: QuasarOptions): QuasarMiddleware {
  const { recorder, release } = leaseRecorder(options, 'hono')
  const { requests } = recorder
  const quasar: MiddlewareHandler = (c, next) => {
    const node = nodeObjectsOf(c.env)
    if (!node) return followContext(requests, c, next)
    const trace = requests.track(node.incoming, node.outgoing, nameContext)
    if (!trace) return next()
    if (trace.context) {
      requests.noteSetup('registered-twice')
      return next()
    }
    trace.context = c
    return noteFailure(trace, next())
  }
  return Object.assign(quasar, { stop: release })
}

/**
 * The same around an app instead of in it: an app loses Hono's short way for routes with one handler by its first `use`,
 * which is 9 % of a small request. Call it when routes and `onError` are set; what `onError` of a sub-app answers is
 * counted, but its exceptions are not seen.
 *
 * @throws QuasarError `invalid_option`
 * @example serve({ fetch: quasarFetch(app) })
 */
export function quasarFetch(app: AppLike, options?: QuasarOptions): QuasarFetch {
  const { recorder, release } = leaseRecorder(options, 'hono')
  return Object.assign(followApp(app, recorder.requests), { stop: release })
}
