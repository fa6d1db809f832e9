import createApp from 'fastify'
import { arrive, atEnd, histogramOf } from './floor.mjs'
import { load, quasarOptions } from './quasar.mjs'

const HISTOGRAM = Symbol('histogram')

const PLUGINS = {
  bare: () => {},
  again: () => {},
  empty: (app) => app.addHook('onRequest', (_request, _reply, done) => done()),
  floor: followByRoutes,
  async quasar(app, variant) {
    const { quasarPlugin } = await load('fastify')
    app.register(quasarPlugin, quasarOptions(variant))
  },
  async 'fastify-metrics'(app) {
    const { default: metrics } = await import('fastify-metrics')
    await app.register(metrics.default ?? metrics, { endpoint: '/metrics' })
  },
  async 'under-pressure'(app) {
    const { default: underPressure } = await import('@fastify/under-pressure')
    await app.register(underPressure, { maxEventLoopDelay: 60_000 })
  },
  async otel(app) {
    const { FastifyOtelInstrumentation } = await import('@fastify/otel')
    await app.register(new FastifyOtelInstrumentation().plugin())
  },
  apm: () => {},
}
PLUGINS['quasar-redis'] = PLUGINS.quasar
PLUGINS['otel-1pct'] = PLUGINS.otel

/** A hook for each route, which knows its histogram. */
export function followByRoutes(app) {
  app.addHook('onRoute', (route) => {
    const histogram = histogramOf(route.url)
    route.onRequest = ({ raw }, _reply, done) => {
      arrive(raw)
      raw.socket[HISTOGRAM] = histogram
      done()
    }
  })
  atEnd((_request, socket) => socket[HISTOGRAM])
}

export async function fastify(variant) {
  const app = createApp()
  await PLUGINS[variant](app, variant)
  app.get('/plain', async () => ({ ok: true }))
  app.get('/users/:id', async (request) => ({ id: request.params.id, name: 'Ada' }))
  app.register(async (api) => api.get('/orders/:id', async (request) => ({ id: request.params.id, total: 42 })), {
    prefix: '/api',
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}
