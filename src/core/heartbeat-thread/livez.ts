import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { wallClock } from '../../lib/clock.js'
import type { LivezPlace } from './messages.js'

/** Probes are short and rare. */
const MAX_CONNECTIONS = 100
const TIMEOUT_MS = 5_000

/**
 * Serves `GET /livez`: 200 while the event loop turns, 503 with the time since when it has not.
 *
 * @param stillFor how long it has not turned, ms
 * @param onError it can't listen, such as on a port in use
 */
export function serveLivez(
  { host, port, maxBlockedMs }: LivezPlace,
  stillFor: () => number,
  onError: (error: Error) => void,
): void {
  const server = createServer((request, response) => {
    if (!isProbe(request)) return answer(response, 404, { error: 'This server has GET /livez only.' })
    const ms = stillFor()
    if (ms <= maxBlockedMs) return answer(response, 200, { status: 'ok' })
    const since = new Date(wallClock() - ms).toISOString()
    answer(response, 503, { status: 'blocked', since, blockedMs: Math.round(ms), maxBlockedMs })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.headersTimeout = server.requestTimeout = TIMEOUT_MS
  server.on('error', onError)
  server.listen(port, host)
}

function isProbe({ method, url }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && url?.split('?')[0] === '/livez'
}

function answer(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' }
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`)
}
