import type { Context } from 'hono'
import type { RequestRecorder } from '../../core/http/request-recorder.js'
import type { RequestTrace } from '../../core/http/request-trace.js'
import { current, nameDispatch } from './dispatch.js'
import { watchSubApps } from './errors.js'
import { isKept, type Match, matchOf, watchLast } from './internals.js'
import { isOwn } from './route.js'
import { completionOf, isFromServer, type NodeObjects, onLeave } from './server.js'

/** A thrown value that is no Error passes `onError` by. The promise is given back as it is. */
export function noteFailure<T>(trace: RequestTrace, answered: Promise<T>): Promise<T> {
  answered.then(undefined, (error: unknown) => trace.fail(error))
  return answered
}

/** The same, and calls `onEnd` when the app has answered. */
export function noteEnd<T>(trace: RequestTrace, answered: Promise<T>, onEnd: () => void): Promise<T> {
  answered.then(onEnd, (error: unknown) => trace.fail(error))
  return answered
}

/**
 * Whether the router reads a path otherwise than it was asked for: decoded, without a slash at its end, rewritten.
 *
 * @param asked what the client sent, where that is known: a URL of fetch has to be made for each request
 */
export function isRespelled(
  { raw, path }: { readonly raw: Request; readonly path: string },
  asked: string | undefined,
): boolean {
  if (asked === path) return false
  const { url } = raw
  const start = url.indexOf('/', url.indexOf('//') + 2)
  return !url.startsWith(path, start) || !['', '?', '#'].includes(url.charAt(start + path.length))
}

/** Whether handlers of a request are watched from now on: those of sub-apps, and the last one when it can pass it on. */
export function watchHandlers(c: Context): boolean {
  const match = matchOf(c)
  if (!match) return false
  const [handlers] = match
  const known = watchedIn.get(handlers)
  if (known !== undefined) return known
  const hasSubApps = watchSubApps(match)
  const isWatched = watchLast(match, isOwn) || hasSubApps
  if (isKept(match)) watchedIn.set(handlers, isWatched)
  return isWatched
}

/** By the handlers of a match: whether any of them is watched. */
const watchedIn = new WeakMap<Match[0], boolean>()

/** Recorders whose app is served by a server that hands over what it knows. */
const served = new WeakSet<RequestRecorder>()
/** Most processes have one. */
let lastServed: RequestRecorder | null = null

/**
 * Begins a request, or finds the one that is being handled when the app calls itself.
 *
 * @returns null when there is nothing to follow
 */
export function beginTrace(
  requests: RequestRecorder,
  raw: Request,
  env: unknown,
  node: NodeObjects | null,
): RequestTrace | null {
  const trace = node ? beginServed(requests, node) : beginPlain(requests, raw, env)
  if (trace) trace.source ??= raw
  return trace
}

function beginServed(requests: RequestRecorder, { incoming, outgoing }: NodeObjects): RequestTrace | null {
  if (requests !== lastServed) {
    lastServed = requests
    served.add(requests)
  }
  if (!outgoing) return requests.trackUpgrade(incoming, nameDispatch)
  return requests.track(incoming, outgoing, nameDispatch)
}

function beginPlain(requests: RequestRecorder, raw: Request, env: unknown): RequestTrace | null {
  const outer = current.getStore()
  if (outer) return outer === 'ignored' ? null : outer
  if (isFromServer(env, raw)) served.add(requests)
  // No server made it: the app calls itself, from a handler or from elsewhere.
  else if (served.has(requests)) return null
  const { pathname, search } = new URL(raw.url)
  const header = (name: string) => headerOf(raw, name)
  return requests.begin({ method: raw.method, url: pathname + search, header }, nameDispatch)
}

/** Deno has none any more when a request is over, unless somebody asked for one before. */
function headerOf(raw: Request, name: string): string | undefined {
  try {
    return raw.headers.get(name) ?? undefined
  } catch {
    return undefined
  }
}

/** The function, in which calls of the app to itself are known as such. Bound, it is in no stack. */
export function within<F extends (...args: never[]) => unknown>(trace: RequestTrace | null, run: F): F {
  return current.run.bind(current, trace ?? 'ignored', run) as unknown as F
}

/** What of a response tells how a request ended. */
type Answer = Pick<Response, 'status' | 'headers'>

/** Ends a request of which Node has no objects. The promise is given back as it is. */
export function endPlain<T>(
  trace: RequestTrace,
  raw: Request,
  env: unknown,
  answered: Promise<T>,
  answerOf: (value: T) => Answer | null,
): Promise<T> {
  const leave = onLeave(raw, () => trace.end(0, true))
  answered.then(
    (value) => {
      leave()
      endAnswered(trace, raw, env, answerOf(value))
    },
    (error: unknown) => {
      leave()
      trace.fail(error)
      trace.end(500, false)
    },
  )
  return answered
}

function endAnswered(trace: RequestTrace, raw: Request, env: unknown, answer: Answer | null): void {
  trace.contentType = answer?.headers.get('content-type') ?? null
  const completed = answer && isTimed(answer) ? completionOf(env) : null
  const status = answer?.status ?? 500
  if (completed) {
    headerOf(raw, 'x-request-id')
    completed.then(
      () => trace.end(status, false),
      () => trace.end(status, true),
    )
  } else trace.end(status, false)
}

/** Neither an upgraded connection nor an event stream says by its end how long the answer took. */
function isTimed({ status, headers }: Answer): boolean {
  return status !== 101 && !/^text\/event-stream/i.test(headers.get('content-type') ?? '')
}
