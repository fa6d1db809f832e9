import { type Role, suffices, type Visitor } from './auth/roles.js'
import type { Origin } from './context.js'
import { asset } from './handlers/asset.js'
import { index } from './handlers/index-page.js'
import type { MonitorService } from './monitor/monitor-service.js'
import type { StorePing } from './monitor/store-ping.js'
import { OPERATIONS } from './operations.js'
import { bare, json, notFound } from './responses.js'
import type { StreamHub } from './sse.js'

/** What the handlers work with. */
export interface Services {
  readonly monitor: MonitorService
  readonly hub: StreamHub
  readonly ping: StorePing
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

const PAGE: Route = { handle: index, needs: 'viewer' }
const PAGE_PATHS = ['/', '/index.html']

/** Every path of the tables. */
export const PATHS: readonly string[] = [...PAGE_PATHS, ...OPERATIONS.map((operation) => operation.path)]

/** Finds the handler and answers; all of it only reads. */
export async function route(asked: Asked): Promise<Response> {
  const { method } = asked.request
  if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed()
  const found = find(asked.path)
  if (found) return suffices(asked.visitor.role, found.needs) ? found.handle(asked) : forbidden(found.needs)
  if (asked.path === '/api' || asked.path.startsWith('/api/')) return notFound()
  return (await asset(asked)) ?? bare(404)
}

function find(path: string): Route | null {
  if (PAGE_PATHS.includes(path)) return PAGE
  for (const { match, answer, needs = 'viewer' } of OPERATIONS) {
    const segments = match(path)
    if (segments) return { handle: (asked) => answer(asked, segments), needs }
  }
  return null
}

function forbidden(needed: Role): Response {
  return json(403, { error: { code: 'forbidden', message: `This takes the role ${needed}.` } })
}

function methodNotAllowed(): Response {
  const answer = bare(405)
  answer.headers.set('allow', 'GET, HEAD')
  return answer
}
