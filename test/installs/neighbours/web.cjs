// helmet, compression and bull-board in one Express app, with Quasar or without.
const { createBullBoard } = require('@bull-board/api')
const { BullMQAdapter } = require('@bull-board/api/bullMQAdapter')
const { ExpressAdapter } = require('@bull-board/express')
const { Queue } = require('bullmq')
const compression = require('compression')
const express = require('express')
const helmet = require('helmet')

const isWatched = process.env.WATCHED === '1'
const app = express()
const monitor = isWatched ? require('@gravito/quasar/express').quasar({ interval: 600_000, logger: false }) : null
if (monitor) app.use(monitor)
app.use(helmet(), compression({ threshold: 100 }))

const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT) }
const queue = new Queue('mail', { connection })
const board = new ExpressAdapter()
board.setBasePath('/board')
createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter: board })
app.use('/board', board.getRouter())

app.get('/large/:id', (request, response) => response.send(request.params.id.repeat(5_000)))
app.get('/stream', async (_request, response) => {
  response.type('text')
  for (let part = 0; part < 5; part++) {
    response.write('part of a text that is written bit by bit. '.repeat(20))
    response.flush()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  response.end()
})

// The same job, whichever run this is.
queue.add('welcome', { to: 'ada' }, { jobId: 'first' }).then(() => {
  const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))
  process.once('message', () => {
    server.closeAllConnections()
    server.close(async () => {
      await monitor?.stop()
      await queue.close()
      process.exit(0)
    })
  })
})
