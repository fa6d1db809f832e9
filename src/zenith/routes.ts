import { type Role, suffices, type Visitor } from './auth/roles.js'
import type { BulkOperations } from './bulk/bulk.js'
import { type ChangeTokens, TOKEN_HEADER } from './change-tokens.js'
import type { Origin } from './context.js'
import type { Failures } from './failures/failures.js'
import { asset } from './handlers/asset.js'
import { index } from './handlers/index-page.js'
import { isForeign } from './login/same-origin.js'
import type { MonitorService } from './monitor/monitor-service.js'
import type { StorePing } from './monitor/store-ping.js'
import type { Method } from './operation.js'
import { OPERATIONS } from './operations.js'
import type { Queues } from './queues/queues.js'
import { bare, forbidden, notFound, problem } from './responses.js'
import type { Schedulers } from './schedulers/schedulers.js'
import type { StreamHub } from './sse.js'

/** What the handlers work with. */
export interface Services {
  readonly monitor: MonitorService
  readonly hub: StreamHub
  readonly ping: StorePing
  readonly queues: Queues
  readonly bulk: BulkOperations
  readonly schedulers: Schedulers
  readonly failures: Failures
  readonly tokens: ChangeTokens
}

export interface Asked {
  readonly request: Request
  readonly url: URL
  /** Below the mount; begins with a slash. */
  readonly path: string
  readonly origin: Origin
  /** Who asks, and what they may. */
  readonly visitor: Visitor
  readonly services: Services
}

export type Handler = (asked: Asked) => Response | Promise<Response>

interface Route {
  readonly handle: Handler
  /** The least role that may. */
  readonly needs: Role
}

/** What a path answers, by method. */
type Routes = ReadonlyMap<string, Route>

const PAGE: Routes = new Map([['GET', { handle: index, needs: 'viewer' }]])
const PAGE_PATHS = ['/', '/index.html']

/** Every path of the tables. */
export const PATHS: readonly string[] = [...PAGE_PATHS, ...OPERATIONS.map((operation) => operation.path)]

/** Finds the handler and answers. GET and HEAD only read; what changes something is POST, and has to show where it comes from. */
export async function route(asked: Asked): Promise<Response> {
  const { method } = asked.request
  const routes = routesOf(asked.path)
  const found = routes.get(method === 'HEAD' ? 'GET' : method)
  if (found) return refusal(asked, found) ?? found.handle(asked)
  if (routes.size > 0) return methodNotAllowed([...routes.keys()])
  if (method !== 'GET' && method !== 'HEAD') return isApi(asked.path) ? notFound() : methodNotAllowed(['GET'])
  return isApi(asked.path) ? notFound() : ((await asset(asked)) ?? bare(404))
}

function routesOf(path: string): Routes {
  if (PAGE_PATHS.includes(path)) return PAGE
  const routes = new Map<Method, Route>()
  for (const { match, method, answer, needs = 'viewer' } of OPERATIONS) {
    const segments = routes.has(method) ? null : match(path)
    if (segments) routes.set(method, { handle: (asked) => answer(asked, segments), needs })
  }
  return routes
}

/** A change that another site's page may have sent is refused before anybody looks at what it says. */
function refusal({ request, visitor, services }: Asked, { needs }: Route): Response | null {
  if (request.method === 'POST') {
    const isOwn = !isForeign(request) && services.tokens.isOf(visitor, request.headers.get(TOKEN_HEADER))
    if (!isOwn) return problem(403, 'foreign', `A change carries the token of api/session in ${TOKEN_HEADER}.`)
  }
  return suffices(visitor.role, needs) ? null : forbidden(needs)
}

function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/')
}

function methodNotAllowed(methods: readonly string[]): Response {
  const answer = bare(405)
  answer.headers.set('allow', methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', '))
  return answer
}
