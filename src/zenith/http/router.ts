import { TOKEN_HEADER } from '../../api/session.js'
import { asset } from '../assets/asset.js'
import { index } from '../assets/index-page.js'
import { OPERATIONS } from '../operations.js'
import type { Asked, Handler } from './asked.js'
import { type Method, type Operation, refusalOf } from './operation.js'
import { bare, notFound, problem } from './responses.js'
import { isForeign } from './same-origin.js'

/** What a path answers, by method. */
type Routes = ReadonlyMap<string, Handler>

const PAGE: Routes = new Map([['GET', index]])
const PAGE_PATHS = ['/', '/index.html']

/** Every path of the tables. */
export const PATHS: readonly string[] = [...PAGE_PATHS, ...OPERATIONS.map((operation) => operation.path)]

/** Finds the handler and answers. GET and HEAD only read; what changes something is POST, and has to show where it comes from. */
export async function route(asked: Asked): Promise<Response> {
  const { method } = asked.request
  const routes = routesOf(asked.path)
  const found = routes.get(method === 'HEAD' ? 'GET' : method)
  if (found) return refusal(asked) ?? found(asked)
  if (routes.size > 0) return methodNotAllowed([...routes.keys()])
  if (method !== 'GET' && method !== 'HEAD') return isApi(asked.path) ? notFound() : methodNotAllowed(['GET'])
  return isApi(asked.path) ? notFound() : ((await asset(asked)) ?? bare(404))
}

function routesOf(path: string): Routes {
  if (PAGE_PATHS.includes(path)) return PAGE
  const routes = new Map<Method, Handler>()
  for (const operation of OPERATIONS) {
    const segments = routes.has(operation.method) ? null : operation.match(path)
    if (segments) routes.set(operation.method, routeTo(operation, segments))
  }
  return routes.size > 0 ? routes : looseRoutesOf(path)
}

/** Longer paths first: `jobs/a/b/logs` are the logs of `a/b`. */
const LOOSE = OPERATIONS.filter(({ matchLoosely }) => matchLoosely).sort((a, b) => b.path.length - a.path.length)

function looseRoutesOf(path: string): Routes {
  for (const operation of LOOSE) {
    const segments = operation.matchLoosely?.(path)
    if (segments) return new Map([[operation.method, routeTo(operation, segments)]])
  }
  return new Map()
}

function routeTo({ answer }: Operation, segments: Readonly<Record<string, string>>): Handler {
  return (asked) => answer(asked, segments)
}

/** A change that another site's page may have sent is refused before anybody looks at what it says. */
function refusal(asked: Asked): Response | null {
  const { request, visitor, services } = asked
  if (request.method === 'POST') {
    const isOwn = !isForeign(request) && services.tokens.isOf(visitor, request.headers.get(TOKEN_HEADER))
    if (!isOwn) return problem(403, 'foreign', `A change carries the token of api/session in ${TOKEN_HEADER}.`)
  }
  return refusalOf('view', asked)
}

function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/')
}

function methodNotAllowed(methods: readonly string[]): Response {
  const answer = bare(405)
  answer.headers.set('allow', methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', '))
  return answer
}
