import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { beforeAll, describe, expect, it } from 'vitest'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { loadFrom } from '../support/graphql-servers.js'
import { classOf, loadNestEntries, watchedModule } from '../support/nest-entries.js'
import { packInto } from '../support/pack.js'
import { recordedBy } from '../support/recorded.js'

type Name = (request: unknown, name: unknown) => boolean
/** Opens an app that answers `/*` by `on`, with what its handlers have of a request. */
type Open = (
  options: QuasarOptions,
  on: (...carriers: unknown[]) => void,
) => Promise<{ port: number; close(): Promise<unknown> }>

const load = loadFrom('graphql')

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

const express: Open = (options, on) => {
  const app = load('express')()
  const monitor = load('@gravito/quasar/express').quasar(options)
  app.use(monitor)
  app.use((request: object, response: { end(text: string): void }) => {
    on(request, response, { context: { req: request } })
    response.end('ok')
  })
  return listen(app, monitor.stop)
}

const fastify: Open = async (options, on) => {
  const app = load('fastify')({ forceCloseConnections: true })
  app.register(load('@gravito/quasar/fastify').quasarPlugin, options)
  app.get('/*', async (request: object, reply: object) => {
    on(request, reply, { reply })
    return 'ok'
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: app.server.address().port, close: () => app.close() }
}

const hono: Open = async (options, on) => {
  const app = new (load('hono').Hono)()
  const monitor = load('@gravito/quasar/hono').quasar(options)
  app.use(monitor)
  app.get('/*', (c: { req: { raw: Request }; text(text: string): Response }) => {
    on(c, c.req, c.req.raw, { c })
    return c.text('ok')
  })
  const { getRequestListener } = load('@hono/node-server')
  return listen(getRequestListener(app.fetch), monitor.stop)
}

const APPS: [string, Open][] = [
  ['Express', express],
  ['Fastify', fastify],
  ['Hono', hono],
]

describe.each(APPS)('a request of %s that the app names', (_name, open) => {
  let nameRequest: Name
  beforeAll(async () => {
    await packInto('graphql')
    nameRequest = load('@gravito/quasar').nameRequest
  })

  async function report(paths: string[], on: (...carriers: unknown[]) => void, options: QuasarOptions = {}) {
    const store = memoryStore()
    const app = await open({ service: 'named', store, logger: false, interval: 60_000, ...options }, on)
    for (const path of paths) await request(`http://127.0.0.1:${app.port}`).get(path).expect(200)
    await app.close()
    const { routes } = await recordedBy(store, 'named')
    return Object.fromEntries([...routes].map(([key, { count }]) => [key, count]))
  }

  it('has that name, whatever of it the app has', async () => {
    const results: boolean[] = []
    let carriers = 0
    const paths = ['/blog/one', '/blog/two', '/blog/three', '/blog/four']
    const counts = await report(paths, (...all) => {
      carriers = all.length
      results.push(nameRequest(all[results.length % all.length], '/blog/[slug]'))
    })
    expect(carriers).toBeGreaterThan(1)
    expect(results).toEqual([true, true, true, true])
    expect(counts).toEqual({ 'GET /blog/[slug]': 4 })
  })

  it('has the last one, without its method, and masked', async () => {
    const counts = await report(['/a', '/b'], (carrier) => {
      nameRequest(carrier, '/first')
      nameRequest(carrier, 'GET /second/password=hunter2secret')
    })
    expect(Object.keys(counts)).toHaveLength(1)
    expect(Object.keys(counts)[0]).toMatch(/^GET \/second\//)
    expect(JSON.stringify(counts)).not.toContain('hunter2')
  })

  it('keeps its own where the name is none', async () => {
    const named: unknown[] = []
    const bare = await report(['/a'], () => {})
    const counts = await report(['/a'], (carrier) => {
      for (const name of ['', '  ', 'a\nb', '\u0000', 'x'.repeat(2_000), 7, null, undefined, {}]) {
        named.push(nameRequest(carrier, name))
      }
      const trap = new Proxy(
        {},
        {
          get: () => {
            throw new Error('trap')
          },
          has: () => {
            throw new Error('trap')
          },
        },
      )
      for (const other of [null, undefined, 'text', {}, [], trap]) named.push(nameRequest(other, '/other'))
    })
    expect(named.every((one) => one === false)).toBe(true)
    expect(counts).toEqual(bare)
  })

  it('counts among the routes that a node tells apart', async () => {
    let last = 0
    const counts = await report(Array(505).fill('/a'), (carrier) => void nameRequest(carrier, `/invented/${++last}`))
    expect(counts['(other)']).toBe(5)
  })

  it('is let go when it is over or ignored', async () => {
    const kept: unknown[] = []
    await report(['/a'], (...all) => void kept.push(...all))
    expect(kept.map((one) => nameRequest(one, '/late'))).toEqual(kept.map(() => false))
    const named: boolean[] = []
    const counts = await report(['/a'], (carrier) => void named.push(nameRequest(carrier, '/ignored')), {
      ignore: ['/a'],
    })
    expect([named, counts]).toEqual([[false], {}])
  })
})

it('a request of Nest is named by its context', async () => {
  const nest = await loadNestEntries('entries12')
  const nameRequest = nest.load('@gravito/quasar').nameRequest as Name
  const Naming = classOf(
    'Naming',
    { canActivate: [(context: never) => nameRequest(context, '/by/guard')] },
    nest.common.Injectable() as ClassDecorator,
  )
  const Controller = classOf(
    'TestController',
    { handle: [() => 'ok', nest.common.Get('x'), nest.common.UseGuards(Naming as never) as MethodDecorator] },
    nest.common.Controller(),
  )
  const { AppModule, close } = watchedModule(nest, { controllers: [Controller] })
  const app = await nest.core.NestFactory.create(AppModule, { logger: false, abortOnError: false })
  await app.listen(0, '127.0.0.1')
  await request(app.getHttpServer()).get('/x').expect(200)
  expect((await close(app)).routes).toEqual({ 'GET /by/guard': { count: 1, errors: 0 } })
})

it('procedures of tRPC are named by a middleware', async () => {
  await packInto('graphql')
  const nameRequest = load('@gravito/quasar').nameRequest as Name
  const { initTRPC } = load('@trpc/server')
  const { createExpressMiddleware } = load('@trpc/server/adapters/express')
  const t = initTRPC.context().create()
  const procedure = t.procedure.use(({ ctx, path, next }: { ctx: { req: unknown }; path: string; next(): unknown }) => {
    nameRequest(ctx.req, `/trpc/${path}`)
    return next()
  })
  const router = t.router({
    user: t.router({ byId: procedure.query(() => 'ada'), rename: procedure.mutation(() => 'bob') }),
  })
  const store = memoryStore()
  const app = load('express')()
  const monitor = load('@gravito/quasar/express').quasar({ service: 'trpc', store, logger: false, interval: 60_000 })
  app.use(monitor)
  app.use('/trpc', createExpressMiddleware({ router, createContext: ({ req }: { req: unknown }) => ({ req }) }))
  const { port, close } = await listen(app, monitor.stop)
  await request(`http://127.0.0.1:${port}`).get('/trpc/user.byId').expect(200)
  await request(`http://127.0.0.1:${port}`).get('/trpc/user.none').expect(404)
  await close()
  const { routes } = await recordedBy(store, 'trpc')
  expect([...routes.keys()].sort()).toEqual(['GET /trpc', 'GET /trpc/user.byId'])
})
