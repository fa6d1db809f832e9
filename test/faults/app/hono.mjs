import { quasar } from '@gravito/quasar/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { ERRORS } from './errors.mjs'

export async function openApp({ options }) {
  const app = new Hono()
  const monitor = options && quasar(options)
  if (monitor) app.use(monitor)
  app.onError((_error, c) => c.text('failed', 500))
  app.get('/plain', (c) => c.text('plain'))
  app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
  app.get('/fail/:how', (c) => {
    throw ERRORS[c.req.param('how')]()
  })
  let server
  const port = await new Promise((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => resolve(info.port))
  })
  return {
    port,
    async close() {
      await new Promise((resolve) => server.close(resolve))
      await monitor?.stop()
    },
  }
}
