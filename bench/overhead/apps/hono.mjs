import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { routePath } from 'hono/route'
import { arrive, atEnd, histogramOf } from './floor.mjs'
import { load, quasarOptions } from './quasar.mjs'

const CONTEXT = Symbol('context')

/** What stands before the routes, and what is around the app. */
const PLUGINS = {
  bare: () => {},
  again: () => {},
  empty: (app) => app.use((_c, next) => next()),
  floor(app) {
    app.use((c, next) => {
      const { incoming } = c.env
      arrive(incoming)
      incoming.socket[CONTEXT] = c
      return next()
    })
    atEnd((_request, socket) => histogramOf(routePath(socket[CONTEXT], -1)))
  },
  async quasar(app, variant) {
    const { quasar } = await load('hono')
    app.use(quasar(quasarOptions(variant)))
  },
  async 'quasar-wrap'(app, variant) {
    const { quasarFetch } = await load('hono')
    return quasarFetch(app, quasarOptions(variant))
  },
  async 'hono-prometheus'(app) {
    const { prometheus } = await import('@hono/prometheus')
    app.use('*', prometheus().registerMetrics)
  },
  async otel(app) {
    const { httpInstrumentationMiddleware } = await import('@hono/otel')
    app.use(httpInstrumentationMiddleware())
  },
  apm: () => {},
}
PLUGINS['quasar-redis'] = PLUGINS.quasar
PLUGINS['otel-1pct'] = PLUGINS.otel

export async function hono(variant) {
  const app = new Hono()
  const fetch = (await PLUGINS[variant](app, variant)) ?? app.fetch
  app.get('/plain', (c) => c.json({ ok: true }))
  app.get('/users/:id', (c) => c.json({ id: c.req.param('id'), name: 'Ada' }))
  const api = new Hono()
  api.get('/orders/:id', (c) => c.json({ id: c.req.param('id'), total: 42 }))
  app.route('/api', api)
  return serve({ fetch: typeof fetch === 'function' ? fetch : app.fetch, port: 0, hostname: '127.0.0.1' })
}
