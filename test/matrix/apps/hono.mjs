import { quasar } from '@gravito/quasar/hono'
import { Hono } from 'hono'
import { OrderError, options, ready, SLOW_MS, wait } from './app.mjs'

const app = new Hono()
const monitor = quasar(options)
app.use(monitor)
app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
app.get('/fail', () => {
  throw new OrderError('no stock')
})
app.get('/slow', async (c) => {
  await wait(SLOW_MS)
  return c.text('slow')
})
app.onError((error, c) => c.text(error.message, 500))

const server = await (globalThis.Bun ? onBun() : globalThis.Deno ? onDeno() : onNode())

ready({
  port: server.port,
  names: globalThis.Bun || globalThis.Deno ? ['hono'] : ['hono', '@hono/node-server'],
  async close() {
    await server.close()
    await monitor.stop()
  },
})

async function onBun() {
  const server = globalThis.Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app.fetch })
  return { port: server.port, close: () => server.stop() }
}

async function onDeno() {
  const server = globalThis.Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, app.fetch)
  return { port: server.addr.port, close: () => server.shutdown() }
}

async function onNode() {
  const { serve } = await import('@hono/node-server')
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ port, close: () => new Promise((done) => server.close(done)) }),
    )
  })
}
