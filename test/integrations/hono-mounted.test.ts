// Hono under another framework, with Quasar in both.
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { quasar as expressQuasar } from '../../src/integrations/express/index.js'
import { quasarPlugin } from '../../src/integrations/fastify/index.js'
import { quasar, quasarFetch } from '../../src/integrations/hono/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { counts } from '../conformance/http-adapter.js'
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

type Form = 'in' | 'around'

function honoOf(form: Form, service: string, path: string) {
  const app = new Hono().basePath(path)
  const monitor = form === 'in' ? quasar(optionsOf(service)) : null
  if (monitor) app.use(monitor)
  app.get('/things/:id', (c) => c.text('thing'))
  app.get('/later/:id', async (c) => c.text(await 'later'))
  app.get('/fails', () => {
    throw new Error('no stock')
  })
  app.onError((error, c) => c.text(error.message, 500))
  if (monitor) return { listener: getRequestListener(app.fetch), stop: monitor.stop }
  const fetch = quasarFetch(app, optionsOf(service))
  return { listener: getRequestListener(fetch), stop: fetch.stop }
}

async function visit(server: Server, paths: readonly string[]) {
  for (const path of paths) await request(server).get(path)
}

async function expectNames(service: string, names: Record<string, number>, failed: string) {
  expect(counts(await recordedBy(reader, service))).toEqual(names)
  expect(await exceptions(reader, service)).toMatchObject([{ route: failed, message: 'no stock' }])
}

it.each<Form>(['in', 'around'])('names the routes of Hono under the mount of Express, Quasar %s Hono', async (form) => {
  const service = `${form}-express`
  const hono = honoOf(form, service, '/')
  const monitor = expressQuasar(optionsOf(service))
  const app = express()
  app.use(monitor)
  app.use('/t/:tenant', hono.listener)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await visit(server, ['/t/acme/things/1', '/t/globex/things/2', '/t/acme/later/1', '/t/acme/fails', '/t/a/no'])
  await new Promise((resolve) => server.close(resolve))
  await Promise.all([hono.stop(), monitor.stop()])
  const names = {
    'GET /t/:tenant/things/:id': 2,
    'GET /t/:tenant/later/:id': 1,
    'GET /t/:tenant/fails': 1,
    'GET /t/:tenant': 1,
  }
  await expectNames(service, names, 'GET /t/:tenant/fails')
})

it.each<Form>(['in', 'around'])(
  'names the routes of Hono behind a wildcard of Fastify, Quasar %s Hono',
  async (form) => {
    const service = `${form}-fastify`
    const hono = honoOf(form, service, '/hono')
    const app = fastify()
    await app.register(quasarPlugin, optionsOf(service))
    app.all('/hono/*', (request, reply) => {
      reply.hijack()
      return hono.listener(request.raw, reply.raw)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    await visit(app.server, ['/hono/things/1', '/hono/later/1', '/hono/fails', '/hono/no'])
    await app.close()
    await hono.stop()
    const names = { 'GET /hono/things/:id': 1, 'GET /hono/later/:id': 1, 'GET /hono/fails': 1, 'GET /hono/*': 1 }
    await expectNames(service, names, 'GET /hono/fails')
  },
)
