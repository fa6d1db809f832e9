import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { beforeAll, describe, expect, it } from 'vitest'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { memoryStore } from '../../src/stores/memory/index.js'
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

type Answer = { send(text: string): void; end(text?: string): void; status(code: number): { end(): void } }

const fail = () => {
  throw new OrderError('no stock')
}
const user = (_request: unknown, response: Answer) => response.send('user')
const outer = (_request: unknown, response: Answer) => response.send('outer')

/** Which apps have Quasar. */
type Where = 'outer' | 'inner' | 'both'

/** An Express app with `GET /users/:id` and `GET /fail`. */
function innerExpress(options: QuasarOptions, isWatched: boolean) {
  const app = load('express')()
  const monitor = load('@gravito/quasar/express').quasar(options)
  if (isWatched) app.use(monitor)
  app.get('/users/:id', user)
  app.get('/fail', fail)
  app.use((_error: unknown, _request: unknown, response: Answer, _next: unknown) => response.status(500).end())
  return { app, monitor }
}

function outerExpress(options: QuasarOptions, isWatched: boolean, express = load('express')) {
  const app = express()
  const monitor = load('@gravito/quasar/express').quasar(options)
  if (isWatched) app.use(monitor)
  app.get('/outer/:id', outer)
  return { app, monitor }
}

async function outerFastify(options: QuasarOptions, isWatched: boolean) {
  const app = load('fastify')({ forceCloseConnections: true })
  if (isWatched) await app.register(load('@gravito/quasar/fastify').quasarPlugin, options)
  app.get('/outer/:id', async () => 'outer')
  const open = async (...stops: (() => Promise<unknown>)[]): Promise<Server> => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const close = async () => {
      await app.close()
      for (const stop of stops) await stop()
    }
    return { port: app.server.address().port, close }
  }
  return { app, open }
}

async function innerFastify(options: QuasarOptions, isWatched: boolean, prefix = '') {
  const app = load('fastify')()
  if (isWatched) await app.register(load('@gravito/quasar/fastify').quasarPlugin, options)
  app.get(`${prefix}/users/:id`, async () => 'user')
  app.get(`${prefix}/fail`, async () => fail())
  return app.ready()
}

function outerHono(options: QuasarOptions, isWatched: boolean, inner: (incoming: object, outgoing: object) => void) {
  const { RESPONSE_ALREADY_SENT } = load('@hono/node-server/utils/response')
  const app = new (load('hono').Hono)()
  const monitor = load('@gravito/quasar/hono').quasar(options)
  if (isWatched) app.use(monitor)
  app.get('/outer/:id', (c: { text(text: string): unknown }) => c.text('outer'))
  type Node = { env: { incoming: object; outgoing: { once(event: string, listener: () => void): void } } }
  app.all('/inner/*', ({ env }: Node) => {
    return new Promise((resolve) => {
      env.outgoing.once('close', () => resolve(RESPONSE_ALREADY_SENT))
      inner(env.incoming, env.outgoing)
    })
  })
  return { listener: load('@hono/node-server').getRequestListener(app.fetch) as RequestListener, monitor }
}

const nest = loadFrom('nest11')
const express5 = () => createRequire(nest.resolve('@nestjs/platform-express'))('express')

async function nestApp(options: QuasarOptions, isWatched: boolean, prefix: string, ...express: unknown[]) {
  nest('reflect-metadata')
  const { Controller, Get, Module, Param } = nest('@nestjs/common')
  class Users {
    user() {
      return 'user'
    }
    fail() {
      fail()
    }
  }
  for (const [name, path] of Object.entries({ user: 'users/:id', fail: 'fail' }))
    Get(path)(Users.prototype, name, Object.getOwnPropertyDescriptor(Users.prototype, name))
  Param('id')(Users.prototype, 'user', 0)
  Controller()(Users)
  class AppModule {}
  const { QuasarModule } = nest('@gravito/quasar/nest')
  Module({ controllers: [Users], imports: isWatched ? [QuasarModule.forRoot(options)] : [] })(AppModule)
  const adapter = new (nest('@nestjs/platform-express').ExpressAdapter)(...express)
  const app = await nest('@nestjs/core').NestFactory.create(AppModule, adapter, { logger: false })
  app.setGlobalPrefix(prefix)
  return app.init()
}

type Open = (options: QuasarOptions, isOuter: boolean, isInner: boolean) => Promise<Server>

/** The series of the inner app's two routes, and of a path that it does not know. */
type Names = readonly [user: string, fail: string, unknown: string]

const ROUTES: Names = ['GET /inner/users/:id', 'GET /inner/fail', '(unmatched)']
/** Of an inner app whose 404 is an answer of its mount, as the outer app sees it. */
const MOUNTED: Names = ['GET /inner/users/:id', 'GET /inner/fail', 'GET /inner/*']
const UNDER: Names = ['GET /inner/users/:id', 'GET /inner/fail', 'GET /inner']
const OWN: Names = ['GET /users/:id', 'GET /fail', '(unmatched)']
const WILDCARD: Names = ['GET /inner/*', 'GET /inner/*', 'GET /inner/*']
const MOUNT: Names = ['GET /inner', 'GET /inner', '(unmatched)']
const ALL_MOUNT: Names = ['GET /inner', 'GET /inner', 'GET /inner']

interface Shape {
  readonly open: Open
  readonly names: Partial<Record<Where, Names>>
  /** Whether the inner app tells no other of its errors. */
  readonly isSilent?: boolean
}

/** How an app is put into another, and what its requests are called. */
const SHAPES: Record<string, Shape> = {
  'Express under @fastify/express': {
    open: async (options, isOuter, isInner) => {
      const { app, open } = await outerFastify(options, isOuter)
      const inner = innerExpress(options, isInner)
      await app.register(load('@fastify/express'))
      app.use('/inner', inner.app)
      return open(inner.monitor.stop)
    },
    names: { outer: MOUNT, inner: ROUTES, both: ROUTES },
    isSilent: true,
  },
  'a router of Express under @fastify/express, without an error handler': {
    open: async (options, isOuter, isInner) => {
      const { app, open } = await outerFastify(options, isOuter)
      const monitor = load('@gravito/quasar/express').quasar(options)
      await app.register(load('@fastify/express'))
      if (isInner) app.use(monitor)
      const router = load('express').Router()
      router.get('/users/:id', user)
      router.get('/fail', fail)
      app.use('/inner', router)
      return open(monitor.stop)
    },
    names: { both: ROUTES },
  },
  'Express under @fastify/middie': {
    open: async (options, isOuter, isInner) => {
      const { app, open } = await outerFastify(options, isOuter)
      const inner = innerExpress(options, isInner)
      await app.register(load('@fastify/middie'))
      app.use('/inner', inner.app)
      return open(inner.monitor.stop)
    },
    names: { outer: MOUNT, inner: OWN, both: OWN },
    isSilent: true,
  },
  "Express in a route of Fastify's": {
    open: async (options, isOuter, isInner) => {
      const { app, open } = await outerFastify(options, isOuter)
      const inner = innerExpress(options, isInner)
      const express = load('express')()
      express.use('/inner', inner.app)
      app.all('/inner/*', (request: { raw: unknown }, reply: { raw: unknown; hijack(): void }) => {
        reply.hijack()
        express(request.raw, reply.raw)
      })
      return open(inner.monitor.stop)
    },
    names: { outer: WILDCARD, inner: ROUTES, both: MOUNTED },
    isSilent: true,
  },
  'Express in a route of Hono': {
    open: async (options, isOuter, isInner) => {
      const inner = innerExpress(options, isInner)
      const express = load('express')()
      express.use('/inner', inner.app)
      const { listener, monitor } = outerHono(options, isOuter, express)
      return listen(listener, monitor.stop, inner.monitor.stop)
    },
    names: { outer: WILDCARD, inner: ROUTES, both: MOUNTED },
    isSilent: true,
  },
  'Express beside Hono, by one listener': {
    open: async (options, isOuter, isInner) => {
      const inner = innerExpress(options, isInner)
      const express = load('express')()
      express.use('/inner', inner.app)
      const { listener, monitor } = outerHono(options, isOuter, () => {})
      const either: RequestListener = (request, response) =>
        request.url?.startsWith('/inner') ? express(request, response) : listener(request, response)
      return listen(either, monitor.stop, inner.monitor.stop)
    },
    names: { both: ROUTES },
  },
  'Fastify behind Express': {
    open: async (options, isOuter, isInner) => {
      const { app, monitor } = outerExpress(options, isOuter)
      const inner = await innerFastify(options, isInner)
      app.use('/inner', (request: unknown, response: unknown) => inner.routing(request, response))
      return listen(app, monitor.stop, () => inner.close())
    },
    names: { outer: ALL_MOUNT, inner: OWN, both: ['GET /users/:id', 'GET /fail', 'GET /inner'] },
    isSilent: true,
  },
  'Fastify in a route of another Fastify': {
    open: async (options, isOuter, isInner) => {
      const { app, open } = await outerFastify(options, isOuter)
      const inner = await innerFastify(options, isInner, '/inner')
      app.all('/inner/*', (request: { raw: unknown }, reply: { raw: unknown; hijack(): void }) => {
        reply.hijack()
        inner.routing(request.raw, reply.raw)
      })
      return open(() => inner.close())
    },
    names: { outer: WILDCARD, inner: ROUTES, both: MOUNTED },
    isSilent: true,
  },
  'Fastify in a route of Hono': {
    open: async (options, isOuter, isInner) => {
      const inner = await innerFastify(options, isInner, '/inner')
      const { listener, monitor } = outerHono(options, isOuter, (request, response) => inner.routing(request, response))
      return listen(listener, monitor.stop, () => inner.close())
    },
    names: { outer: WILDCARD, inner: ROUTES, both: MOUNTED },
    isSilent: true,
  },
  'Express under Connect': {
    open: async (options, isOuter, isInner) => {
      const app = load('connect')()
      const { quasar } = load('@gravito/quasar/express')
      const monitor = quasar(options)
      if (isOuter) app.use(monitor)
      const inner = innerExpress(options, isInner)
      app.use('/Inner/', inner.app)
      app.use('/outer', (_request: unknown, response: Answer) => response.end('outer'))
      return listen(app, monitor.stop, inner.monitor.stop)
    },
    names: { outer: ['GET /Inner/users/:id', 'GET /Inner/fail', '(unmatched)'], inner: OWN },
    isSilent: true,
  },
  'Connect under Express': {
    open: async (options, isOuter, isInner) => {
      const { app, monitor } = outerExpress(options, isOuter)
      const inner = load('connect')()
      const own = load('@gravito/quasar/express').quasar(options)
      if (isInner) inner.use(own)
      inner.use('/users', (_request: unknown, response: Answer) => response.end('user'))
      inner.use('/fail', fail)
      app.use('/inner', inner)
      return listen(app, monitor.stop, own.stop)
    },
    names: { outer: MOUNT, both: MOUNT },
  },
  'Nest under Express': {
    open: async (options, isOuter, isInner) => {
      const { app, monitor } = outerExpress(options, isOuter, express5())
      const inner = await nestApp(options, isInner, '')
      app.use('/inner', inner.getHttpAdapter().getInstance())
      return listen(app, monitor.stop, () => inner.close())
    },
    names: { outer: UNDER, inner: OWN, both: UNDER },
    isSilent: true,
  },
  'Nest on an app of Express that there is': {
    open: async (options, isOuter, isInner) => {
      const { app, monitor } = outerExpress(options, isOuter, express5())
      const inner = await nestApp(options, isInner, 'inner', app)
      return listen(app, monitor.stop, () => inner.close())
    },
    names: { outer: ROUTES, inner: ROUTES, both: ROUTES },
    isSilent: true,
  },
  'Nest under @fastify/middie': {
    open: async (options, isOuter, isInner) => {
      const { app, open } = await outerFastify(options, isOuter)
      const inner = await nestApp(options, isInner, '')
      await app.register(load('@fastify/middie'))
      app.use('/inner', inner.getHttpAdapter().getInstance())
      return open(() => inner.close())
    },
    names: { outer: ALL_MOUNT, inner: OWN, both: ['GET /users/:id', 'GET /fail', 'GET /inner'] },
    isSilent: true,
  },
}

const CASES = Object.entries(SHAPES).flatMap(([name, shape]) =>
  Object.entries(shape.names).map(([where, names]) => ({ name, where: where as Where, names, shape })),
)

function sum(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

describe.each(CASES)('$name, with Quasar in $where', ({ where, names, shape }) => {
  beforeAll(async () => {
    await packInto('graphql')
    await packInto('nest11')
  })

  it('counts a request once, by the route that is known, else by the mount', async () => {
    const store = memoryStore()
    const options = { service: 'both', store, logger: false, interval: 60_000 } as const
    const server = await shape.open(options, where !== 'inner', where !== 'outer')
    const app = request(`http://127.0.0.1:${server.port}`)
    await app.get('/inner/users/1').expect('user')
    await app.get('/inner/users/2').expect('user')
    await app.get('/inner/fail').expect(500)
    await app.get('/inner/secret/3').expect(404)
    if (where !== 'inner') await app.get('/outer/1').expect('outer')
    await server.close()
    const [user, failing, unknown] = names
    const { routes } = await recordedBy(store, 'both')
    const counted = Object.fromEntries([...routes].map(([key, { count }]) => [key.replace(/(outer).*/, '$1'), count]))
    const others = where === 'inner' ? [] : ['GET /outer']
    expect(counted).toEqual(sum([user, user, failing, unknown, ...others]))
    // Of an app that Quasar is not in, it depends on what else Quasar has hooked.
    if (where === 'outer' && shape.isSilent) return
    expect(await exceptions(store, 'both')).toMatchObject([{ name: 'OrderError', route: failing }])
  })
})

it('reports what an app of Connect fails with, by quasarErrorHandler', async () => {
  await packInto('graphql')
  const store = memoryStore()
  const { quasar, quasarErrorHandler } = load('@gravito/quasar/express')
  const app = load('connect')()
  const monitor = quasar({ service: 'connect', store, logger: false, interval: 60_000 })
  app.use(monitor)
  app.use('/fail', fail)
  app.use(quasarErrorHandler())
  const silent = (
    _error: unknown,
    _request: unknown,
    response: { statusCode: number; end(): void },
    _next: unknown,
  ) => {
    response.statusCode = 500
    response.end()
  }
  app.use(silent)
  const server = await listen(app, monitor.stop)
  await request(`http://127.0.0.1:${server.port}`).get('/fail').expect(500)
  await server.close()
  expect(await exceptions(store, 'connect')).toMatchObject([{ name: 'OrderError' }])
})
