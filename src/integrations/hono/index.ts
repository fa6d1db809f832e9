import type { MiddlewareHandler } from 'hono'
import type { QuasarOptions } from '../../core/options/options.js'
import { leaseRecorder } from '../../runtime/start-quasar.js'
import { beginTrace, endPlain, isRespelled, noteEnd, noteFailure, watchHandlers, within } from './context.js'
import { Dispatch, dispatchAgain, nameDispatch } from './dispatch.js'
import { type AppLike, type Fetch, followApp } from './fetch.js'
import { callLater } from './internals.js'
import { markOwn } from './route.js'
import { nodeObjectsOf } from './server.js'
import { nameWithin } from './within.js'

export interface QuasarMiddleware extends MiddlewareHandler {
  /** Reports what is left and says good-bye; requests pass through unseen from then on. Never rejects. */
  stop(): Promise<void>
}

export interface QuasarFetch extends Fetch {
  /** Reports what is left and says good-bye; requests pass through unseen from then on. Never rejects. */
  stop(): Promise<void>
}

/**
 * Reports every request that passes: mount it first. For Hono ≥ 4.8. On @hono/node-server and Deno.serve a request ends
 * with its response's last byte; in other runtimes that can't be seen, and the duration is that until the headers.
 *
 * @throws QuasarError `invalid_option`
 * @example app.use(quasar())
 */
export function quasar(options?: QuasarOptions): QuasarMiddleware {
  const { recorder, release } = leaseRecorder(options, 'hono')
  const { requests } = recorder
  const quasar: MiddlewareHandler = (c, next) => {
    const node = nodeObjectsOf(c.env)
    const trace = beginTrace(requests, c.req.raw, c.env, node)
    if (node && trace && trace.nameRoute !== nameDispatch) {
      return noteEnd(trace, next(), () => nameWithin(trace, node.incoming, new Dispatch(c.req.raw, c)))
    }
    if (trace?.context) {
      dispatchAgain(requests, trace, c)
      watchHandlers(c)
      return callLater(next)
    }
    const proceed = node ? next : within(trace, next)
    if (!trace) return proceed()
    trace.context = new Dispatch(c.req.raw, c)
    if (isRespelled(c.req, node?.incoming.url)) requests.routedAs(trace, c.req.path)
    const answered = watchHandlers(c) ? callLater(proceed) : proceed()
    if (node) return noteFailure(trace, answered)
    return endPlain(trace, c.req.raw, c.env, answered, () => (c.finalized ? c.res : null))
  }
  markOwn(quasar)
  return Object.assign(quasar, { stop: release })
}

/**
 * The same around an app instead of in it: an app loses Hono's short way for routes with one handler by its first `use`,
 * which is 9 % of a small request. Call it when routes and `onError` are set.
 *
 * @throws QuasarError `invalid_option`
 * @example serve({ fetch: quasarFetch(app) })
 */
export function quasarFetch(app: AppLike, options?: QuasarOptions): QuasarFetch {
  const { recorder, release } = leaseRecorder(options, 'hono')
  return Object.assign(followApp(app, recorder.requests), { stop: release })
}
