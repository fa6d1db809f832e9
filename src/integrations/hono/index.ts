import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import type { QuasarOptions } from '../../core/options.js'
import type { RequestRecorder, RequestTrace } from '../../core/requests.js'
import { leaseRecorder } from '../../quasar.js'
import { answeredRoute } from './route.js'

export interface QuasarMiddleware extends MiddlewareHandler {
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
    const { incoming, outgoing } = (c.env ?? {}) as { incoming?: IncomingMessage; outgoing?: ServerResponse }
    if (!incoming || !outgoing) return followContext(requests, c, next)
    const trace = requests.track(incoming, outgoing, () => answeredRoute(c))
    return trace ? noteErrors(trace, c, next) : next()
  }
  return Object.assign(quasar, { stop: release })
}

/** A thrown value that is no Error passes `onError` by. */
async function noteErrors(trace: RequestTrace, c: Context, next: () => Promise<void>): Promise<void> {
  try {
    await next()
    if (c.error) trace.fail(c.error)
  } catch (error) {
    trace.fail(error)
    throw error
  }
}

const followed = new WeakSet<Context>()

async function followContext(requests: RequestRecorder, c: Context, next: () => Promise<void>): Promise<void> {
  const trace = followed.has(c) ? null : requests.begin(requestOf(c))
  if (!trace) return next()
  followed.add(c)
  let status = 500
  try {
    await noteErrors(trace, c, next)
    status = c.res.status
  } finally {
    trace.route = answeredRoute(c)
    trace.end(status, false)
  }
}

function requestOf(c: Context): Parameters<RequestRecorder['begin']>[0] {
  const { pathname, search } = new URL(c.req.url)
  return { method: c.req.method, url: pathname + search, header: (name) => c.req.header(name) }
}
