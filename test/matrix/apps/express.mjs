import { once } from 'node:events'
import { quasar } from '@gravito/quasar/express'
import express from 'express'
import { OrderError, options, ready, SLOW_MS, wait } from './app.mjs'

const app = express()
// Its own error handler logs to stderr elsewhere.
app.set('env', 'test')
const monitor = quasar(options)
app.use(monitor)
app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
app.get('/fail', () => {
  throw new OrderError('no stock')
})
app.get('/slow', async (_request, response) => {
  await wait(SLOW_MS)
  response.send('slow')
})

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

ready({
  port: server.address().port,
  names: ['express'],
  async close() {
    await new Promise((resolve) => server.close(resolve))
    await monitor.stop()
  },
})
