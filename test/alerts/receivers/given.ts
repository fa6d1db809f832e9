import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Notification, NotifiedAlert, Receiver, Sender } from '../../../src/alerts/notification.js'
import { createSender, type SenderOptions } from '../../../src/alerts/receivers/sender.js'
import { TLS } from '../../support/tls.js'

export const AT = Date.UTC(2026, 10, 30, 6, 43, 30)
const SINCE = Date.UTC(2026, 10, 30, 6, 31, 10)

export function anAlert(given: Partial<NotifiedAlert> = {}): NotifiedAlert {
  return {
    id: 'cpu:node:web-1',
    subject: 'node web-1 of shop',
    text: 'CPU is 93 %, above 90 %',
    since: SINCE,
    endedAt: null,
    times: 1,
    url: 'https://zenith.example/#/nodes/web-1?at=1&to=2',
    details: ['The loop is 300 ms late'],
    ...given,
  }
}

export function aNotification(given: Partial<Notification> = {}): Notification {
  return {
    id: '0f8e7c1a-1',
    event: 'firing',
    at: AT,
    title: 'shop: CPU of web-1 is 93 %',
    severity: 'critical',
    rule: { id: 'cpu', name: 'CPU' },
    alerts: [anAlert()],
    more: 0,
    alsoFiring: ['queue mails: the oldest job waits for 20 min'],
    alsoFiringMore: 0,
    url: 'https://zenith.example/#/alerts',
    note: 'Restart it: https://runbooks.example/cpu_high',
    ...given,
  }
}

export function aReceiver(given: Partial<Receiver> = {}): Receiver {
  return { id: 'ops', name: 'Ops', kind: 'webhook', address: '', secret: '', ...given }
}

/** A sender that may ask this machine. It is closed with the test. */
export function aSender(given: Partial<SenderOptions> = {}): Sender {
  const sender = createSender({ allowedNetworks: ['127.0.0.1', '::1'], smtp: null, version: '1.2.3', ...given })
  onTestFinished(() => sender.close())
  return sender
}

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface HttpServer {
  /** `http://127.0.0.1:1234` */
  readonly origin: string
  readonly port: number
  readonly received: readonly Received[]
}

/** A real server that keeps what it is sent, and answers as it is told. */
export async function anHttpServer(
  answer: RequestListener = (_request, response) => response.end('ok'),
): Promise<HttpServer> {
  const received: Received[] = []
  const server = createServer(recording(received, answer))
  const port = await listen(server)
  return { origin: `http://127.0.0.1:${port}`, port, received }
}

/** The same over TLS, for `localhost`. */
export async function aSecureServer(): Promise<HttpServer> {
  const received: Received[] = []
  const server = createSecureServer(
    TLS,
    recording(received, (_request, response) => response.end('ok')),
  )
  const port = await listen(server)
  return { origin: `https://localhost:${port}`, port, received }
}

function recording(received: Received[], answer: RequestListener): RequestListener {
  return async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = request
    received.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
    answer(request, response)
  }
}

async function listen(server: Server | ReturnType<typeof createSecureServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
