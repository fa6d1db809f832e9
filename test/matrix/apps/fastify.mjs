import { quasarPlugin } from '@gravito/quasar/fastify'
import fastify from 'fastify'
import { OrderError, options, ready, SLOW_MS, wait } from './app.mjs'

const app = fastify({ forceCloseConnections: true })
app.register(quasarPlugin, options)
app.get('/users/:id', async (request) => ({ id: request.params.id }))
app.get('/fail', async () => {
  throw new OrderError('no stock')
})
app.get('/slow', async () => {
  await wait(SLOW_MS)
  return 'slow'
})
await app.listen({ port: 0, host: '127.0.0.1' })

ready({ port: app.server.address().port, names: ['fastify'], close: () => app.close() })
