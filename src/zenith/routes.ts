import type { Origin } from './context.js'
import { asset } from './handlers/asset.js'
import { errors } from './handlers/errors.js'
import { health } from './handlers/health.js'
import { index } from './handlers/index-page.js'
import { nodes } from './handlers/nodes.js'
import { overview } from './handlers/overview.js'
import { slow } from './handlers/slow.js'
import { stream } from './handlers/stream.js'
import type { MonitorService } from './monitor/monitor-service.js'
import type { StorePing } from './monitor/store-ping.js'
import { bare, notFound } from './responses.js'
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
  readonly services: Services
}

export type Handler = (asked: Asked) => Response | Promise<Response>

const ROUTES: ReadonlyMap<string, Handler> = new Map([
  ['/', index],
  ['/index.html', index],
  ['/api/overview', overview],
  ['/api/stream', stream],
  ['/api/health', health],
  ['/api/nodes', nodes],
  ['/api/slow', slow],
  ['/api/errors', errors],
])

/** Finds the handler and answers; all of it only reads. */
export async function route(asked: Asked): Promise<Response> {
  const { method } = asked.request
  if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed()
  const handler = ROUTES.get(asked.path)
  if (handler) return handler(asked)
  if (asked.path === '/api' || asked.path.startsWith('/api/')) return notFound()
  return (await asset(asked)) ?? bare(404)
}

function methodNotAllowed(): Response {
  const answer = bare(405)
  answer.headers.set('allow', 'GET, HEAD')
  return answer
}
