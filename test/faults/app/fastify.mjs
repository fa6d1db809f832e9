import { quasarPlugin } from '@gravito/quasar/fastify'
import fastify from 'fastify'
import { ERRORS } from './errors.mjs'

export async function openApp({ options }) {
  const app = fastify({ forceCloseConnections: true })
  if (options) app.register(quasarPlugin, options)
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send('failed'))
  app.get('/plain', async () => 'plain')
  app.get('/users/:id', async (request) => ({ id: request.params.id }))
  app.get('/fail/:how', async (request) => {
    throw ERRORS[request.params.how]()
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: app.server.address().port, close: () => app.close() }
}
