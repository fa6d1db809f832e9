import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { serve as serveHono } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import request from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Overview } from '../../src/api/overview.js'
import { quasar as quasarForExpress } from '../../src/integrations/express/index.js'
import { quasarPlugin, zenithPlugin } from '../../src/integrations/fastify/index.js'
import { quasar as quasarForHono } from '../../src/integrations/hono/index.js'
import { createZenith, toNodeHandler } from '../../src/runtime/create-zenith.js'
import { openStream } from './support/http.js'
import { listen, urlOf } from './support/serve.js'

/** A namespace of its own: the memory of the process is shared by all that use it. */
const namespace = (name: string) => ({ redis: false as const, prefix: `test-${name}-${Math.random()}:`, interval: 100 })

const starts: Record<string, () => Promise<string>> = {
  async express() {
    const options = namespace('express')
    const recording = quasarForExpress({ ...options, service: 'shop', logger: false })
    const zenith = createZenith({ ...options, auth: () => true })
    const app = express()
    app.use(recording)
    app.use('/quasar', toNodeHandler(zenith))
    app.get('/hello/:name', (_request, response) => void response.send('hello'))
    const server = await listen(createServer(app as RequestListener))
    onTestFinished(async () => {
      await zenith.close()
      await server.close()
      await recording.stop()
    })
    return server.url
  },
  async fastify() {
    const { prefix, ...options } = namespace('fastify')
    const app = fastify()
    await app.register(quasarPlugin, { ...options, prefix, service: 'shop', logger: false })
    await app.register(zenithPlugin, { ...options, keyPrefix: prefix, auth: () => true })
    app.get('/hello/:name', async () => 'hello')
    await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(() => app.close())
    return urlOf(app.server)
  },
  async hono() {
    const options = namespace('hono')
    const recording = quasarForHono({ ...options, service: 'shop', logger: false })
    const zenith = createZenith({ ...options, auth: () => true })
    const app = new Hono()
    app.use(recording)
    app.mount('/quasar', zenith.fetch)
    app.get('/hello/:name', (c) => c.text('hello'))
    const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    if (!server.listening) await once(server, 'listening')
    onTestFinished(async () => {
      await zenith.close()
      await new Promise((resolve) => server.close(resolve))
      await recording.stop()
    })
    return urlOf(server)
  },
}

describe('Quasar and Zenith in one process without Redis', () => {
  it.each(Object.keys(starts))('find each other in %s, and Zenith’s own requests are left out', async (framework) => {
    const url = await (starts[framework] as () => Promise<string>)()
    const stream = await openStream(`${url}/quasar/api/stream`)
    for (let round = 0; round < 3; round++) {
      await request(url).get('/hello/ada').expect(200)
      await request(url).get('/quasar/').expect(200)
      await request(url).get('/quasar/api/nothing').expect(404)
    }
    stream.close()
    const overview = async (): Promise<Overview> => (await request(url).get('/quasar/api/overview')).body
    await vi.waitFor(
      async () => {
        const { services, nodes } = await overview()
        expect(services[0]?.routes).toMatchObject([{ key: 'GET /hello/:name', count: 3 }])
        expect(nodes[0]?.heartbeat?.requests?.inFlight).toBe(0)
        expect(nodes[0]?.heartbeat?.runtime.framework).toBe(framework)
      },
      { timeout: 10_000 },
    )
  })
})
