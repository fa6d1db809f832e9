// One app, as EXPRESS, FASTIFY or HONO, with Quasar or without (`WATCHED`), beside what was loaded before it by `node -r`.
const { setTimeout: sleep } = require('node:timers/promises')

class OrderError extends Error {
  name = 'OrderError'
}

const isWatched = process.env.WATCHED === '1'
// The first request of all may be slow on a busy machine.
const options = { slow: { requests: [['GET /slow', 50], 600_000] }, interval: 600_000, logger: false }
/** What a neighbour wants to do with the app, and how it sends what it has: set by its own file. */
const neighbour = globalThis.neighbour ?? {}

const apps = {
  async express() {
    const express = require('express')
    const app = express()
    const monitor = isWatched ? require('@gravito/quasar/express').quasar(options) : null
    if (monitor) app.use(monitor)
    neighbour.beforeRoutes?.(app)
    app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
    app.get('/slow', async (_request, response) => response.send(await slow()))
    app.get('/fail', fail)
    app.get('/crash', () => setImmediate(fail))
    neighbour.afterRoutes?.(app)
    app.use((error, _request, response, _next) => response.status(500).json({ message: error.message }))
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return { server, stop: () => monitor?.stop() }
  },

  async fastify() {
    const app = require('fastify')({ forceCloseConnections: true })
    if (isWatched) app.register(require('@gravito/quasar/fastify').quasarPlugin, options)
    await neighbour.beforeRoutes?.(app)
    app.get('/users/:id', async (request) => ({ id: request.params.id }))
    app.get('/slow', slow)
    app.get('/fail', async () => fail())
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { server: app.server, stop: () => app.close() }
  },

  async hono() {
    const { Hono } = require('hono')
    const app = new Hono()
    const monitor = isWatched ? require('@gravito/quasar/hono').quasar(options) : null
    if (monitor) app.use(monitor)
    app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
    app.get('/slow', async (c) => c.text(await slow()))
    app.get('/fail', fail)
    app.onError((error, c) => c.json({ message: error.message }, 500))
    const server = require('@hono/node-server').createAdaptorServer({ fetch: app.fetch })
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return { server, stop: () => monitor?.stop() }
  },
}

async function slow() {
  await sleep(80)
  return 'slow'
}

function fail() {
  throw new OrderError('no stock')
}

async function main() {
  const { server, stop } = await apps[process.argv[2]]()
  process.once('message', async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await stop()
    await neighbour.flush?.()
    process.exit(0)
  })
  process.send(server.address().port)
}

main()
