import { quasar, quasarErrorHandler } from '@gravito/quasar/express'
import express from 'express'
import { ERRORS } from './errors.mjs'

export async function openApp({ options }) {
  const app = express()
  const monitor = options && quasar(options)
  if (monitor) app.use(monitor)
  app.get('/plain', (_request, response) => response.send('plain'))
  app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
  app.get('/fail/:how', (request) => {
    throw ERRORS[request.params.how]()
  })
  if (monitor) app.use(quasarErrorHandler())
  app.use((_error, _request, response, _next) => response.status(500).send('failed'))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: server.address().port,
    async close() {
      await new Promise((resolve) => server.close(resolve))
      await monitor?.stop()
    },
  }
}
