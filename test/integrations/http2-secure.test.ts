// HTTP/2 over TLS, whose clients choose it by ALPN or get HTTP/1: both come by one server.
import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, createSecureServer } from 'node:http2'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { createAdaptorServer } from '@hono/node-server'
import { Controller, Get, Module, Param, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import fastify, { type FastifyReply } from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { quasarPlugin } from '../../src/integrations/fastify/index.js'
import { quasar } from '../../src/integrations/hono/index.js'
import { QuasarModule } from '../../src/integrations/nest/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { counts } from '../conformance/http-adapter.js'
import { exceptions, recordedBy } from '../support/recorded.js'
import { TLS } from '../support/tls.js'

const SECURE = { ...TLS, allowHTTP1: true }

interface Server {
  readonly port: number
  close(): Promise<unknown>
}

type Upgradable = { on(event: 'upgrade', listener: (request: unknown, socket: Readable & Writable) => void): unknown }
type Writable = { write(text: string): void }

function acceptUpgrades(server: Upgradable): void {
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {}).resume()
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  })
}

const endless = () => {
  const body = new Readable({ read() {} })
  body.push('data: one\n\n')
  return body
}
const fail = () => {
  throw new Error('no stock')
}

async function openFastify(options: QuasarOptions): Promise<Server> {
  const app = fastify({ http2: true, https: SECURE, forceCloseConnections: true })
  await app.register(quasarPlugin, options)
  app.get('/users/:id', async () => 'user')
  app.get('/fail', async () => fail())
  app.get('/hang', () => new Promise(() => {}))
  app.get('/drip', (_request, reply) => reply.send(endless()))
  app.get('/events', (_request, reply) => reply.type('text/event-stream').send(endless()))
  acceptUpgrades(app.server)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
}

async function openHono(options: QuasarOptions): Promise<Server> {
  const app = new Hono()
  const monitor = quasar(options)
  app.use(monitor)
  app.get('/users/:id', (c) => c.text('user'))
  app.get('/fail', fail)
  app.get('/hang', () => new Promise(() => {}))
  app.get('/drip', (c) => c.body(Readable.toWeb(endless()) as ReadableStream))
  app.get('/events', (c) =>
    c.body(Readable.toWeb(endless()) as ReadableStream, 200, { 'content-type': 'text/event-stream' }),
  )
  app.onError((error, c) => c.text(error.message, 500))
  const server = createAdaptorServer({ fetch: app.fetch, createServer: createSecureServer, serverOptions: SECURE })
  acceptUpgrades(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.close()
    await monitor.stop()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

async function openNest(options: QuasarOptions): Promise<Server> {
  @Controller()
  class Users {
    @Get('users/:id')
    user(@Param('id') _id: string) {
      return 'user'
    }
    @Get('fail')
    fail() {
      fail()
    }
    @Get('hang')
    hang() {
      return new Promise(() => {})
    }
    @Get('drip')
    drip(@Res() reply: FastifyReply) {
      reply.send(endless())
    }
    @Get('events')
    events(@Res() reply: FastifyReply) {
      reply.type('text/event-stream').send(endless())
    }
  }
  @Module({ imports: [QuasarModule.forRoot(options)], controllers: [Users] })
  class AppModule {}
  const adapter = new FastifyAdapter({ http2: true, https: SECURE, forceCloseConnections: true })
  const app = await NestFactory.create(AppModule, adapter, { logger: false })
  acceptUpgrades(app.getHttpServer())
  await app.listen(0, '127.0.0.1')
  return { port: app.getHttpServer().address().port, close: () => app.close() }
}

/** One client of HTTP/2 and many of HTTP/1. */
function clientOf(port: number) {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  session.on('error', () => {})
  return {
    session,
    async ask(path: string) {
      for (const answer of [await beginHttp2(session, path, true), await beginHttp1(port, path, true)]) {
        answer.body.resume()
        await once(answer.body, 'end')
      }
    },
    /** @returns ends them as clients do that lose interest */
    async hold(path: string, hasAnswer: boolean) {
      const { stream } = await beginHttp2(session, path, hasAnswer)
      const { request } = await beginHttp1(port, path, hasAnswer)
      return () => {
        stream.close(constants.NGHTTP2_CANCEL)
        request.destroy()
      }
    },
  }
}

async function beginHttp2(session: ClientHttp2Session, path: string, hasAnswer: boolean) {
  const stream: ClientHttp2Stream = session.request({ ':path': path })
  stream.on('error', () => {})
  if (hasAnswer) await once(stream, 'response')
  return { stream, body: stream as Readable }
}

async function beginHttp1(port: number, path: string, hasAnswer: boolean) {
  const request: ClientRequest = get({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false })
  request.on('error', () => {})
  const [response] = hasAnswer ? ((await once(request, 'response')) as [IncomingMessage]) : []
  response?.on('error', () => {})
  return { request, body: response as IncomingMessage }
}

async function upgrade(port: number) {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  await once(socket, 'secureConnect')
  socket.write('GET /ws HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  await once(socket, 'data')
  return () => socket.destroy()
}

const APPS: [string, (options: QuasarOptions) => Promise<Server>][] = [
  ['Fastify', openFastify],
  ['Hono', openHono],
  ['Nest on Fastify', openNest],
]

describe.each(APPS)('%s on HTTP/2 over TLS, with HTTP/1 for those that ask for it', (_name, open) => {
  const store = memoryStore()
  const service = 'secure'
  const beat = async () => (await store.nodes()).nodes[0]?.heartbeat
  const inFlight = (count: number) =>
    vi.waitFor(async () => expect((await beat())?.requests?.inFlight).toBe(count), { timeout: 5_000 })
  const isOpen = (count: number) =>
    vi.waitFor(async () => expect((await beat())?.connections?.open).toBe(count), { timeout: 5_000 })

  it('counts requests of both, clients that leave, and connections', async () => {
    const { port, close } = await open({ service, store, logger: false, interval: 100 })
    const { session, ask, hold } = clientOf(port)
    for (const path of ['/users/1', '/fail', '/secret']) await ask(path)
    const leave = [await hold('/hang', false), await hold('/drip', true)]
    await inFlight(4)
    for (const end of leave) end()
    await inFlight(0)
    const endEvents = await hold('/events', true)
    const endUpgrade = await upgrade(port)
    await isOpen(3)
    endEvents()
    endUpgrade()
    await isOpen(0)
    await hold('/hang', false)
    await inFlight(2)
    session.destroy()
    await inFlight(1)
    await Promise.race([close(), wait(5_000, undefined, { ref: false })])
    const recorded = await recordedBy(store, service)
    expect(counts(recorded)).toMatchObject({ 'GET /users/:id': 2, 'GET /fail': 2, '(unmatched)': 2, 'GET /drip': 2 })
    expect(recorded.routes.get('GET /events')).toMatchObject({ count: 2, aborted: 0, errors: 0 })
    expect(recorded.routes.get('GET /drip')).toMatchObject({ aborted: 2, classes: [0, 0, 0, 2, 0] })
    expect(recorded.routes.get('GET /hang')?.aborted).toBe(3)
    expect(await exceptions(store, service)).toMatchObject(Array(2).fill({ message: 'no stock', route: 'GET /fail' }))
  })
})
