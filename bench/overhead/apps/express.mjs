import createApp, { json, Router } from 'express'
import { arrive, atEnd, histogramOf } from './floor.mjs'
import { load, quasarOptions } from './quasar.mjs'

const PLUGINS = {
  bare: () => {},
  again: () => {},
  empty: (app) => app.use((_request, _response, next) => next()),
  floor(app) {
    app.use((request, _response, next) => {
      arrive(request)
      next()
    })
    atEnd((request) => histogramOf(request.baseUrl + request.route.path))
  },
  async quasar(app, variant) {
    const { quasar } = await load('express')
    app.use(quasar(quasarOptions(variant)))
  },
  async 'express-prom-bundle'(app) {
    const { default: bundle } = await import('express-prom-bundle')
    app.use(bundle({ includeMethod: true, includePath: true, includeStatusCode: true }))
  },
  async 'express-status-monitor'(app) {
    const { default: monitor } = await import('express-status-monitor')
    app.use(monitor())
  },
  otel: () => {},
  apm: () => {},
}
PLUGINS['quasar-redis'] = PLUGINS.quasar
PLUGINS['otel-1pct'] = PLUGINS.otel

export async function express(variant) {
  const app = createApp()
  await PLUGINS[variant](app, variant)
  app.use(json())
  app.get('/plain', (_request, response) => response.json({ ok: true }))
  app.get('/users/:id', (request, response) => response.json({ id: request.params.id, name: 'Ada' }))
  const api = Router()
  api.get('/orders/:id', (request, response) => response.json({ id: request.params.id, total: 42 }))
  app.use('/api', api)
  return app.listen(0, '127.0.0.1')
}
