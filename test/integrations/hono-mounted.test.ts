// Hono under another framework, with Quasar in both.
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { quasar as expressQuasar } from '../../src/integrations/express/index.js'
import { quasarPlugin } from '../../src/integrations/fastify/index.js'
import { quasar } from '../../src/integrations/hono/index.js'
import { redisStore } from '../../src/stores/redis.js'
import { counts } from '../conformance/http-adapter.js'
import { ask } from '../support/ask.js'
import { exceptions, recordedBy } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'

let redis: TestRedis
let reader: ReturnType<typeof redisStore>
beforeAll(async () => {
  redis = await startRedis()
  reader = redisStore({ redis: redis.url })
})
afterAll(async () => {
  await reader.close()
  await redis.stop()
})

const optionsOf = (service: string) => ({ service, redis: redis.url, interval: 200 })

function honoOf(service: string, path: string) {
  const app = new Hono().basePath(path)
  const monitor = quasar(optionsOf(service))
  app.use(monitor)
  app.get('/things/:id', (c) => c.text('thing'))
  app.get('/fails', () => {
    throw new Error('no stock')
  })
  app.onError((error, c) => c.text(error.message, 500))
  return { listener: getRequestListener(app.fetch), stop: monitor.stop }
}

const portOf = (server: Server) => (server.address() as { port: number }).port

async function visit(port: number, paths: readonly string[]) {
  for (const path of paths) await ask(port, path)
}

async function expectNames(service: string, names: Record<string, number>, failed: string) {
  expect(counts(await recordedBy(reader, service))).toEqual(names)
  expect(await exceptions(reader, service)).toMatchObject([{ route: failed, message: 'no stock' }])
}

it('names the routes of Hono under the mount of Express', async () => {
  const service = 'in-express'
  const hono = honoOf(service, '/')
  const monitor = expressQuasar(optionsOf(service))
  const app = express()
  app.use(monitor)
  app.use('/t/:tenant', hono.listener)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await visit(portOf(server), ['/t/acme/things/1', '/t/globex/things/2', '/t/acme/fails'])
  await new Promise((resolve) => server.close(resolve))
  await Promise.all([hono.stop(), monitor.stop()])
  await expectNames(service, { 'GET /t/:tenant/things/:id': 2, 'GET /t/:tenant/fails': 1 }, 'GET /t/:tenant/fails')
})

it('names the routes of Hono behind a wildcard of Fastify', async () => {
  const service = 'in-fastify'
  const hono = honoOf(service, '/hono')
  const app = fastify()
  await app.register(quasarPlugin, optionsOf(service))
  app.all('/hono/*', (request, reply) => {
    reply.hijack()
    return hono.listener(request.raw, reply.raw)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  await visit(portOf(app.server), ['/hono/things/1', '/hono/fails'])
  await app.close()
  await hono.stop()
  await expectNames(service, { 'GET /hono/things/:id': 1, 'GET /hono/fails': 1 }, 'GET /hono/fails')
})
