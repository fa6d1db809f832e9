import type { Context } from 'hono'
import type { RequestRecorder, RequestTrace, RouteNamer } from '../../core/requests.js'
import { answeredRoute } from './route.js'

/** Names a request by the context that its trace keeps. */
export const nameContext: RouteNamer = (_request, trace) => {
  const c = trace.context as Context
  // What Hono caught is kept there, whoever answered it.
  if (c.error) trace.fail(c.error)
  return answeredRoute(c)
}

/** A thrown value that is no Error passes `onError` by. The promise is given back as it is. */
export function noteFailure<T>(trace: RequestTrace, answered: Promise<T>): Promise<T> {
  answered.then(undefined, (error: unknown) => trace.fail(error))
  return answered
}

const followed = new WeakSet<Context>()

/** Follows a request of which there is nothing but the context. */
export async function followContext(requests: RequestRecorder, c: Context, next: () => Promise<void>): Promise<void> {
  const trace = followed.has(c) ? null : requests.begin(requestOf(c))
  if (!trace) return next()
  followed.add(c)
  trace.context = c
  let status = 500
  try {
    await noteFailure(trace, next())
    status = c.res.status
  } finally {
    if (c.error) trace.fail(c.error)
    trace.route = answeredRoute(c)
    trace.end(status, false)
  }
}

function requestOf(c: Context): Parameters<RequestRecorder['begin']>[0] {
  const { pathname, search } = new URL(c.req.url)
  return { method: c.req.method, url: pathname + search, header: (name) => c.req.header(name) }
}
