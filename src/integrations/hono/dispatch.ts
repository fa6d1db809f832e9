import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from 'hono'
import type { RequestRecorder } from '../../core/http/request-recorder.js'
import type { RequestTrace, RouteNamer } from '../../core/http/request-trace.js'
import { errorOf } from './errors.js'
import { firstPathOf, type Match } from './internals.js'
import { answeredRoute, hasWildcard } from './route.js'

/** One run of an app for a request: what its trace keeps as context. */
export class Dispatch {
  /** What the router found; where it is known before there is a context. */
  match: Match | null = null
  /** The run that a handler of this one made with `app.fetch` and the same bindings. */
  inner: Dispatch | null = null
  /** How many of them there were. */
  innerCount = 0

  constructor(
    readonly raw: Request,
    public c: Context | null,
  ) {}
}

/**
 * The request that is being handled, where no object of Node's tells it: a call of `app.request` or `app.fetch` in a
 * handler is no request of its own. Not used for requests that have such objects, so that they don't pay for it.
 */
export const current = new AsyncLocalStorage<RequestTrace | 'ignored'>()

/** Notes a run for a request that has one already: Quasar registered twice, or the app that calls itself. */
export function dispatchAgain(requests: RequestRecorder, trace: RequestTrace, c: Context): void {
  const outer = innermost(trace.context as Dispatch)
  if (outer.raw === c.req.raw) {
    requests.noteSetup('registered-twice')
    return
  }
  outer.inner = new Dispatch(c.req.raw, c)
  outer.innerCount += 1
}

/** The run that is not over. */
function innermost(dispatch: Dispatch): Dispatch {
  const { inner } = dispatch
  return inner?.c && !inner.c.finalized ? innermost(inner) : dispatch
}

/** Names a request by the dispatch that its trace keeps. */
export const nameDispatch: RouteNamer = (_request, trace) => {
  const dispatch = trace.context as Dispatch | null
  return dispatch ? tellRun(trace, dispatch) : null
}

/** Tells a trace how a run failed, if it did. @returns the pattern that it has in its app */
export function tellRun(trace: RequestTrace, dispatch: Dispatch): string | null {
  const error = errorIn(dispatch)
  if (error !== undefined) trace.fail(error)
  return nameOf(dispatch)
}

/** An error of an inner run counts when its answer was given. */
function errorIn({ c, inner }: Dispatch): unknown {
  if (!c || c.error || !inner?.c) return c ? errorOf(c) : undefined
  return c.finalized && inner.c.finalized && c.res.status === inner.c.res.status ? errorIn(inner) : undefined
}

function nameOf({ c, match, inner, innerCount }: Dispatch): string | null {
  if (!c) return (match && firstPathOf(match)) ?? null
  const route = answeredRoute(c)
  if (!route || !hasWildcard(route) || innerCount !== 1 || !inner?.c) return route?.path ?? null
  const name = nameOf(inner)
  return name ? under(route.path, c.req.path, name, inner.c.req.path) : route.path
}

/** A pattern within the mount that a request was passed to; where the app changed the path at will, the pattern alone. */
function under(mount: string, path: string, name: string, innerPath: string): string {
  if (!path.endsWith(innerPath === '/' ? '' : innerPath) || path === innerPath) return name
  const prefix = mount.replace(/\/?\*$/, '')
  return name === '/' ? prefix || '/' : prefix + name
}
