import type { RequestRecorder, RequestTrace, RouteNamer } from '../../core/requests.js'
import { noteFailure } from './context.js'
import { nodeObjectsOf } from './node-objects.js'
import { isMiddleware, type Route } from './route.js'

/** What is used of an app; any environment's will do. */
export interface AppLike {
  fetch(request: Request, ...rest: never[]): Response | Promise<Response>
}

export type Fetch = (request: Request, ...rest: unknown[]) => Response | Promise<Response>

/** The handlers for a path with their routes, in the order in which they run. */
type Match = readonly [
  handlers: readonly (readonly [readonly [handler: unknown, route: Route], ...unknown[]])[],
  ...unknown[],
]

/** What Hono's types keep to themselves: the router is an option of every app. */
interface Inside {
  fetch: Fetch
  router: { readonly name: string; add(...route: unknown[]): void; match(method: string, path: string): Match }
  errorHandler: (error: unknown, c: { readonly env?: unknown; readonly req: { readonly raw: Request } }) => unknown
}

/** Follows an app by what its router finds: that is before the first handler runs, in the same turn. */
export function followApp(app: AppLike, requests: RequestRecorder): Fetch {
  const inside = app as unknown as Inside
  const matches = watchRouter(inside)
  watchErrors(inside, requests)
  return function quasarFetch(request, env, ...rest) {
    const node = nodeObjectsOf(env)
    if (!node) return followPlain(requests, matches, request, () => inside.fetch(request, env, ...rest))
    const trace = requests.track(node.incoming, node.outgoing, nameMatch)
    if (!trace) return inside.fetch(request, env, ...rest)
    try {
      const answer = inside.fetch(request, env, ...rest)
      return answer instanceof Promise ? noteFailure(trace, answer) : answer
    } catch (error) {
      trace.fail(error)
      throw error
    } finally {
      trace.context = matches.last
    }
  }
}

const nameMatch: RouteNamer = (_request, { context }) => nameOf(context as Match | null)

function nameOf(match: Match | null): string | null {
  for (const [[, route]] of match?.[0] ?? []) if (!isMiddleware(route)) return route.path
  return null
}

/** Puts a router before the app's own that remembers what was found last. */
function watchRouter(app: Inside): { last: Match | null } {
  const { router } = app
  const matches: { last: Match | null } = { last: null }
  app.router = {
    name: router.name,
    add: (...route) => router.add(...route),
    match(method, path) {
      matches.last = router.match(method, path)
      return matches.last
    },
  }
  return matches
}

function watchErrors(app: Inside, requests: RequestRecorder): void {
  const { errorHandler } = app
  app.errorHandler = (error, c) => {
    const trace = requests.find(nodeObjectsOf(c.env)?.outgoing) ?? plain.get(c.req.raw)
    trace?.fail(error)
    return errorHandler(error, c)
  }
}

/** The router has found what it finds when the app's `fetch` comes back, or throws. */
function named<T>(trace: RequestTrace | null, matches: { last: Match | null }, run: () => T): T {
  try {
    return run()
  } finally {
    if (trace) trace.route = nameOf(matches.last)
  }
}

/** Traces of requests that came without Node's objects. */
const plain = new WeakMap<Request, RequestTrace>()

async function followPlain(
  requests: RequestRecorder,
  matches: { last: Match | null },
  request: Request,
  run: () => Response | Promise<Response>,
): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const header = (name: string) => request.headers.get(name) ?? undefined
  const trace = requests.begin({ method: request.method, url: pathname + search, header })
  if (trace) plain.set(request, trace)
  let status = 500
  try {
    const response = await named(trace, matches, run)
    status = response.status
    return response
  } catch (error) {
    trace?.fail(error)
    throw error
  } finally {
    trace?.end(status, false)
  }
}
