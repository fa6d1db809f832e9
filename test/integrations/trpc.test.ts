import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { beforeAll, describe, expect, it } from 'vitest'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { counts } from '../conformance/http-adapter.js'
import { loadFrom } from '../support/graphql-servers.js'
import { packInto } from '../support/pack.js'
import { recordedBy } from '../support/recorded.js'

const load = loadFrom('graphql')

interface Call {
  readonly ctx: { readonly req: object }
  readonly path: string
  next(): unknown
}

/** @param isNamed whether the base procedure names requests, as the documentation has it */
function routerOf(isNamed: boolean) {
  const t = load('@trpc/server').initTRPC.context().create()
  const { nameRequest } = load('@gravito/quasar')
  const naming = t.procedure.use(({ ctx, path, next }: Call) => {
    nameRequest(ctx.req, `/trpc/${path}`)
    return next()
  })
  const procedure = isNamed ? naming : t.procedure
  return t.router({
    user: t.router({ byId: procedure.query(() => 'user') }),
    rename: procedure.mutation(() => 'renamed'),
    fails: procedure.query(() => {
      throw new Error('no stock')
    }),
  })
}

const createContext = ({ req }: { req: object }) => ({ req })

async function listen(listener: RequestListener, stop: () => Promise<unknown>) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await stop()
    },
  }
}

type Open = (options: QuasarOptions, router: unknown) => Promise<{ port: number; close(): Promise<unknown> }>

/** Each adapter with the pattern of its mount. */
const ADAPTERS: [name: string, mount: string, open: Open][] = [
  [
    'Express',
    '/trpc',
    async (options, router) => {
      const app = load('express')()
      const monitor = load('@gravito/quasar/express').quasar(options)
      app.use(monitor)
      app.use('/trpc', load('@trpc/server/adapters/express').createExpressMiddleware({ router, createContext }))
      return listen(app, monitor.stop)
    },
  ],
  [
    'Fastify',
    '/trpc/:path',
    async (options, router) => {
      const app = load('fastify')({ forceCloseConnections: true })
      await app.register(load('@gravito/quasar/fastify').quasarPlugin, options)
      const { fastifyTRPCPlugin } = load('@trpc/server/adapters/fastify')
      await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router, createContext } })
      await app.listen({ port: 0, host: '127.0.0.1' })
      return { port: app.server.address().port, close: () => app.close() }
    },
  ],
  [
    'Hono',
    '/trpc/*',
    async (options, router) => {
      const app = new (load('hono').Hono)()
      const monitor = load('@gravito/quasar/hono').quasar(options)
      const { fetchRequestHandler } = load('@trpc/server/adapters/fetch')
      app.use(monitor)
      app.use('/trpc/*', (c: { req: { raw: Request } }) =>
        fetchRequestHandler({ endpoint: '/trpc', req: c.req.raw, router, createContext }),
      )
      return listen(load('@hono/node-server').getRequestListener(app.fetch), monitor.stop)
    },
  ],
]

describe.each(ADAPTERS)('tRPC in %s', (_name, mount, open) => {
  beforeAll(() => packInto('graphql'))

  const ROUTED = { 'GET /trpc/user.byId': 1, 'GET /trpc/fails': 1, 'POST /trpc/rename': 1, [`GET ${mount}`]: 1 }
  it.each([
    [false, { [`GET ${mount}`]: 3, [`POST ${mount}`]: 1 }],
    [true, ROUTED],
  ])('is named by the procedure where the app tells it, else by the mount (told: %s)', async (isNamed, expected) => {
    const store = memoryStore()
    const service = 'trpc'
    const { port, close } = await open({ service, store, logger: false, interval: 60_000 }, routerOf(isNamed))
    const app = request(`http://127.0.0.1:${port}`)
    await app.get('/trpc/user.byId?input=1').expect(200)
    await app.post('/trpc/rename').type('json').send('1').expect(200)
    await app.get('/trpc/fails').expect(500)
    await app.get('/trpc/secret.path').expect(404)
    await close()
    expect(counts(await recordedBy(store, service))).toEqual(expected)
  })
})
