import type { IncomingMessage } from 'node:http'
import type { RequestTrace } from '../../core/http/request-trace.js'
import { type Dispatch, tellRun } from './dispatch.js'

/** Names a request that another framework follows, and hands over to Hono, by both: `/api/*` and `/users/:id`. */
export function nameWithin(trace: RequestTrace, incoming: IncomingMessage, run: Dispatch): void {
  const path = tellRun(trace, run)
  if (path !== null) trace.route = mountOf(trace, incoming) + path
}

/** The pattern of what the other framework cut off the path; empty when Hono saw all of it. */
function mountOf(trace: RequestTrace, incoming: IncomingMessage): string {
  const { originalUrl = incoming.url } = incoming as { originalUrl?: string }
  if (originalUrl === incoming.url) return ''
  const mount = trace.nameRoute?.(incoming, trace) ?? ''
  return mount.replace(/\/?\*\w*$/, '')
}
