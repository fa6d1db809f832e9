import type { Context, Handler } from 'hono'
import type { RequestRecorder } from '../../core/http/request-recorder.js'
import type { RequestTrace } from '../../core/http/request-trace.js'
import { beginTrace, endPlain, isRespelled, noteEnd, noteFailure, within } from './context.js'
import { current, Dispatch, nameDispatch } from './dispatch.js'
import { noteAnswer, watchSubApps } from './errors.js'
import {
  handlersOf,
  type Inside,
  isKept,
  type Match,
  replaceErrorHandler,
  replaceRouter,
  watching,
  withHandlers,
} from './internals.js'
import { isOwn } from './route.js'
import { type NodeObjects, nodeObjectsOf } from './server.js'
import { nameWithin } from './within.js'

/** What is used of an app; any environment's will do. */
export interface AppLike {
  fetch(request: Request, ...rest: never[]): Response | Promise<Response>
}

export type Fetch = (request: Request, ...rest: unknown[]) => Response | Promise<Response>

/** Runs of requests that another framework follows: the context of their traces is that framework's. */
const runsWithin = new WeakMap<Request, Dispatch>()

/** By global symbol, so that two copies of the package know of each other. */
const isFollowed = Symbol.for('@gravito/quasar/hono-app')

/** Whether an app's own code has Quasar in it or around it. */
export function hasQuasar(app: AppLike): boolean {
  const { routes } = app as unknown as Inside
  return isFollowed in app || routes.some(({ handler }) => isOwn(handler))
}

/**
 * Follows an app by what its router finds: that is before the first handler runs, in the same turn.
 *
 * @param original calls the app; its `fetch` at each request where none is given
 */
export function followApp(app: AppLike, requests: RequestRecorder, original: Fetch | null = null): Fetch {
  const inside = app as unknown as Inside
  Object.defineProperty(app, isFollowed, { value: true, configurable: true })
  const watch = watchRouter(inside, requests)
  watchErrors(inside, requests)
  return function quasarFetch(request, env, ...rest) {
    const node = nodeObjectsOf(env)
    const trace = beginTrace(requests, request, env, node)
    const call = original ?? inside.fetch
    const fetch = node ? call : within(trace, call)
    const dispatch = trace && beginRun(trace, request, node)
    if (!trace || !dispatch) return fetch(request, env, ...rest)
    watch.dispatch = dispatch
    watch.trace = trace
    watch.asked = node?.incoming.url
    try {
      const answer = fetch(request, env, ...rest)
      if (node) noteAnswered(trace, node, dispatch, answer)
      else endPlain(trace, request, env, Promise.resolve(answer), (response) => response)
      return answer
    } catch (error) {
      trace.fail(error)
      if (!node) trace.end(500, false)
      throw error
    } finally {
      watch.dispatch = null
    }
  }
}

/** @returns null for a request that is followed already: it comes here by a handler of the app */
function beginRun(trace: RequestTrace, request: Request, node: NodeObjects | null): Dispatch | null {
  const isWithin = node !== null && trace.nameRoute !== nameDispatch
  if (trace.context && !isWithin) return null
  const dispatch = new Dispatch(request, null)
  if (isWithin) runsWithin.set(request, dispatch)
  else trace.context = dispatch
  return dispatch
}

/** An answer that is there at once may be sent before the turn ends. */
function noteAnswered(
  trace: RequestTrace,
  { incoming }: NodeObjects,
  run: Dispatch,
  answer: Response | Promise<Response>,
): void {
  const isLater = answer instanceof Promise
  if (trace.context === run) {
    if (isLater) noteFailure(trace, answer)
  } else if (isLater) noteEnd(trace, answer, () => nameWithin(trace, incoming, run))
  else nameWithin(trace, incoming, run)
}

/** The request that the router is asked for next. */
interface Watch {
  dispatch: Dispatch | null
  trace: RequestTrace | null
  /** What the client sent, where it is known. */
  asked: string | undefined
}

/** Shows a dispatch what the app's router finds for it, which is the first thing that is found. */
function watchRouter(app: Inside, requests: RequestRecorder): Watch {
  const watch: Watch = { dispatch: null, trace: null, asked: undefined }
  replaceRouter(app, (match, path) => {
    const { dispatch, trace, asked } = watch
    watch.dispatch = null
    if (!dispatch || !trace) return match
    if (isRespelled({ raw: dispatch.raw, path }, asked)) requests.routedAs(trace, path)
    return watchMatch(dispatch, match)
  })
  return watch
}

/**
 * One handler that can't pass on is all there is to know. For any others there is a copy of the match whose first handler tells
 * the context and whose last one tells when it passes the request on.
 */
function watchMatch(dispatch: Dispatch, match: Match): Match {
  dispatch.match = match
  if (short.has(handlersOf(match))) return match
  watchSubApps(match)
  const watched = withHandlers(match, dispatch, telling, watching)
  if (watched === match && isKept(match)) short.add(handlersOf(match))
  return watched
}

/** The handlers of matches that keep Hono's short way. */
const short = new WeakSet<object>()

/** Calls the handler in a turn of its own, so that none of Quasar's functions are in its errors' stacks. */
function telling(dispatch: Dispatch, handler: Handler): Handler {
  return (c, next) => {
    dispatch.c = c
    return Promise.resolve().then(handler.bind(undefined, c, next))
  }
}

/** A single handler leaves no context to look for its error in. */
function watchErrors(app: Inside, requests: RequestRecorder): void {
  replaceErrorHandler(app, (original) => (error, c) => {
    traceOf(requests, c)?.fail(error)
    const answer = original(error, c)
    if (answer instanceof Promise) answer.then((response) => noteAnswer(c, response)).catch(() => {})
    else noteAnswer(c, answer)
    return answer
  })
}

function traceOf(requests: RequestRecorder, c: Context): RequestTrace | null {
  const node = nodeObjectsOf(c.env)
  const outer = node ? requests.find(node.outgoing) : current.getStore()
  const trace = outer === 'ignored' ? null : (outer ?? null)
  const dispatch = runsWithin.get(c.req.raw) ?? (trace?.context as Dispatch | null | undefined)
  return dispatch?.raw === c.req.raw && !dispatch.c ? trace : null
}
