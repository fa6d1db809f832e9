import { TOKEN_HEADER } from '../../api/session.js'
import { type Operation, refusalOf } from './operation.js'
import type { Handler, RequestContext, Services } from './request-context.js'
import { bare, notFound, problem } from './responses.js'
import { isForeign } from './same-origin.js'

/** Handlers of a path, by method. */
type Routes<S extends Services> = ReadonlyMap<string, Handler<S>>

/** What is served besides the API. */
export interface Page {
  readonly index: Handler
  /** A file of the page; null if there is none with this name. */
  readonly asset: (context: RequestContext) => Promise<Response | null>
}

export const PAGE_PATHS: readonly string[] = ['/', '/index.html']

/** Finds the handler of a request. GET and HEAD only read; changes are POST, and must prove their origin. */
export function routerOf<S extends Services>(
  operations: readonly Operation<S>[],
  page: Page,
): (context: RequestContext<S>) => Promise<Response> {
  const routesOf = tableOf<S>(operations, new Map([['GET', page.index]]))

  async function route(context: RequestContext<S>): Promise<Response> {
    const { method } = context.request
    const routes = routesOf(context.path)
    const found = routes.get(method === 'HEAD' ? 'GET' : method)
    if (found) return refusal(context) ?? found(context)
    return routes.size > 0 ? methodNotAllowed([...routes.keys()]) : unrouted(context)
  }

  async function unrouted(context: RequestContext<S>): Promise<Response> {
    const { method } = context.request
    if (isApi(context.path)) return notFound()
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed(['GET'])
    return (await page.asset(context)) ?? bare(404)
  }

  return route
}

function tableOf<S extends Services>(operations: readonly Operation<S>[], page: Routes<S>) {
  // Longer paths first: `jobs/a/b/logs` are the logs of `a/b`.
  const loose = operations.filter(({ matchLoosely }) => matchLoosely).sort((a, b) => b.path.length - a.path.length)

  function looseRoutesOf(path: string): Routes<S> {
    for (const operation of loose) {
      const segments = operation.matchLoosely?.(path)
      if (segments) return new Map([[operation.method, routeTo(operation, segments)]])
    }
    return new Map()
  }

  return (path: string): Routes<S> => {
    if (PAGE_PATHS.includes(path)) return page
    const routes = new Map<string, Handler<S>>()
    for (const operation of operations) {
      const segments = routes.has(operation.method) ? null : operation.match(path)
      if (segments) routes.set(operation.method, routeTo(operation, segments))
    }
    return routes.size > 0 ? routes : looseRoutesOf(path)
  }
}

function routeTo<S extends Services>(
  { answer, isForAll = false }: Operation<S>,
  segments: Readonly<Record<string, string>>,
): Handler<S> {
  return (context) => (isForAll || context.services.cluster ? answer(context, segments) : clusterNeeded(context))
}

/** With several clusters, a path has to name one: no other may be changed or shown instead. */
function clusterNeeded({ principal, services: { policy, clusters } }: RequestContext): Response {
  const seen = clusters.filter(({ id }) => policy.can(principal, 'view', { cluster: id })).map(({ id }) => id)
  return problem(
    400,
    'cluster_needed',
    `This Zenith has several clusters. Name one in the path, api/c/{cluster}/…: ${seen.join(', ')}.`,
  )
}

/** Rejects a change that another site's page may have sent, before its body is read. */
function refusal(context: RequestContext): Response | null {
  const { request, principal, services } = context
  if (request.method === 'POST') {
    const isProven = principal.isProgram || services.tokens.isOf(principal, request.headers.get(TOKEN_HEADER))
    const isOwn = isProven && !isForeign(request)
    if (!isOwn) return problem(403, 'foreign', `A change carries the token of api/session in ${TOKEN_HEADER}.`)
  }
  return refusalOf('view', context)
}

function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/')
}

function methodNotAllowed(methods: readonly string[]): Response {
  const answer = bare(405)
  answer.headers.set('allow', methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', '))
  return answer
}
