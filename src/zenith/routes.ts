import { type Role, suffices, type Visitor } from './auth/roles.js'
import type { Origin } from './context.js'
import { asset } from './handlers/asset.js'
import { errors } from './handlers/errors.js'
import { health } from './handlers/health.js'
import { index } from './handlers/index-page.js'
import { nodes } from './handlers/nodes.js'
import { overview } from './handlers/overview.js'
import { session } from './handlers/session.js'
import { slow } from './handlers/slow.js'
import { stream } from './handlers/stream.js'
import type { MonitorService } from './monitor/monitor-service.js'
import type { StorePing } from './monitor/store-ping.js'
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

const viewer = (handle: Handler): Route => ({ handle, needs: 'viewer' })

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['/', viewer(index)],
  ['/index.html', viewer(index)],
  ['/api/overview', viewer(overview)],
  ['/api/stream', viewer(stream)],
  ['/api/health', viewer(health)],
  ['/api/nodes', viewer(nodes)],
  ['/api/slow', viewer(slow)],
  ['/api/errors', viewer(errors)],
  ['/api/session', viewer(session)],
])

/** Every path of the table. */
export const PATHS: readonly string[] = [...ROUTES.keys()]

/** Finds the handler and answers; all of it only reads. */
export async function route(asked: Asked): Promise<Response> {
  const { method } = asked.request
  if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed()
  const found = ROUTES.get(asked.path)
  if (found) return suffices(asked.visitor.role, found.needs) ? found.handle(asked) : forbidden(found.needs)
  if (asked.path === '/api' || asked.path.startsWith('/api/')) return notFound()
  return (await asset(asked)) ?? bare(404)
}

function forbidden(needed: Role): Response {
  return json(403, { error: { code: 'forbidden', message: `This takes the role ${needed}.` } })
}

function methodNotAllowed(): Response {
  const answer = bare(405)
  answer.headers.set('allow', 'GET, HEAD')
  return answer
}
