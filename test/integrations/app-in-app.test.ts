import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import type { QuasarOptions } from '../../src/core/options.js'
import { memoryStore } from '../../src/stores/memory.js'
import { ask } from '../support/ask.js'
import { loadFrom } from '../support/graphql-servers.js'
import { packInto } from '../support/pack.js'
import { exceptions, recordedBy } from '../support/recorded.js'

const load = loadFrom('graphql')

interface Server {
  readonly port: number
  close(): Promise<unknown>
}

class OrderError extends Error {
  override name = 'OrderError'
}

async function listen(listener: RequestListener, ...stops: (() => Promise<unknown>)[]): Promise<Server> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      for (const stop of stops) await stop()
    },
  }
}

/** An Express app with Quasar in it, `GET /users/:id` and `GET /fail`. */
function innerExpress(options: QuasarOptions) {
  const app = load('express')()
  const monitor = load('@gravito/quasar/express').quasar(options)
  app.use(monitor)
  app.get('/users/:id', (_request: unknown, response: { send(text: string): void }) => response.send('user'))
  app.get('/fail', () => {
    throw new OrderError('no stock')
  })
  app.use((_error: unknown, _request: unknown, response: { status(code: number): { end(): void } }, _next: unknown) =>
    response.status(500).end(),
  )
  return { app, monitor }
}

async function outerFastify(options: QuasarOptions) {
  const app = load('fastify')({ forceCloseConnections: true })
  await app.register(load('@gravito/quasar/fastify').quasarPlugin, options)
  const open = async (stop: () => Promise<unknown>): Promise<Server> => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const close = async () => {
      await app.close()
      await stop()
    }
    return { port: app.server.address().port, close }
  }
  return { app, open }
}

type Open = (options: QuasarOptions) => Promise<Server>

/** How an app is put into another, and what comes before the inner route's pattern. */
const SHAPES: [name: string, prefix: string, open: Open][] = [
  [
    'Express under @fastify/express',
    '/inner',
    async (options) => {
      const { app, open } = await outerFastify(options)
      const inner = innerExpress(options)
      await app.register(load('@fastify/express'))
      app.use('/inner', inner.app)
      app.get('/outer/:id', async () => 'outer')
      return open(inner.monitor.stop)
    },
  ],
  [
    'Express under @fastify/middie',
    '',
    async (options) => {
      const { app, open } = await outerFastify(options)
      const inner = innerExpress(options)
      await app.register(load('@fastify/middie'))
      app.use('/inner', inner.app)
      app.get('/outer/:id', async () => 'outer')
      return open(inner.monitor.stop)
    },
  ],
  [
    "Express in a route of Fastify's",
    '/inner',
    async (options) => {
      const { app, open } = await outerFastify(options)
      const inner = innerExpress(options)
      const express = load('express')()
      express.use('/inner', inner.app)
      app.all('/inner/*', (request: { raw: unknown }, reply: { raw: unknown; hijack(): void }) => {
        reply.hijack()
        express(request.raw, reply.raw)
      })
      app.get('/outer/:id', async () => 'outer')
      return open(inner.monitor.stop)
    },
  ],
  [
    'Fastify behind Express',
    '',
    async (options) => {
      const app = load('express')()
      const monitor = load('@gravito/quasar/express').quasar(options)
      const inner = load('fastify')()
      await inner.register(load('@gravito/quasar/fastify').quasarPlugin, options)
      inner.get('/users/:id', async () => 'user')
      inner.get('/fail', async () => {
        throw new OrderError('no stock')
      })
      await inner.ready()
      app.use(monitor)
      app.get('/outer/:id', (_request: unknown, response: { send(text: string): void }) => response.send('outer'))
      app.use('/inner', (request: unknown, response: unknown) => inner.routing(request, response))
      return listen(app, monitor.stop, () => inner.close())
    },
  ],
]

describe.each(SHAPES)('%s', (_name, prefix, open) => {
  beforeAll(() => packInto('graphql'), 120_000)

  it('is counted once, by the inner route', async () => {
    const store = memoryStore()
    const server = await open({ service: 'both', store, logger: false, interval: 60_000 })
    expect((await ask(server.port, '/inner/users/1')).text).toBe('user')
    expect((await ask(server.port, '/inner/users/2')).text).toBe('user')
    expect((await ask(server.port, '/inner/fail')).status).toBe(500)
    expect((await ask(server.port, '/outer/1')).text).toBe('outer')
    await server.close()
    const { routes } = await recordedBy(store, 'both')
    expect(Object.fromEntries([...routes].map(([key, { count }]) => [key, count]))).toEqual({
      [`GET ${prefix}/users/:id`]: 2,
      [`GET ${prefix}/fail`]: 1,
      'GET /outer/:id': 1,
    })
    expect(await exceptions(store, 'both')).toMatchObject([{ name: 'OrderError', route: `GET ${prefix}/fail` }])
  })
})
