import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { quasarPlugin } from '@gravito/quasar/fastify'
import Fastify from 'fastify'

const orders = new Map([
  ['1001', { id: '1001', total: 4900, state: 'paid' }],
  ['1002', { id: '1002', total: 39900, state: 'shipped' }],
])

const app = Fastify()
app.register(quasarPlugin)

app.get('/orders', async () => [...orders.values()])

app.get('/orders/:id', async (request, reply) => {
  const order = orders.get(request.params.id)
  return order ?? reply.code(404).send({ error: 'no such order' })
})

const newOrder = { type: 'object', required: ['total'], properties: { total: { type: 'integer', minimum: 1 } } }

app.post('/orders', { schema: { body: newOrder } }, async (request, reply) => {
  return reply.code(201).send({ id: '1003', total: request.body.total, state: 'new' })
})

// Slow: one query for each entry.
app.get('/orders/:id/history', async (request) => {
  await sleep(1100 + Math.random() * 900)
  return { order: request.params.id, entries: 12 }
})

// Fails: a bug that only some orders meet.
app.post('/orders/:id/refund', async (request) => {
  const order = orders.get(request.params.id)
  return { refunded: order.payment.amount }
})

// Streams: a line at a time.
app.get('/orders/export', async (_request, reply) => {
  return reply.type('application/x-ndjson').send(Readable.from(lines()))
})

// Blocks the event loop: every request of this process waits meanwhile.
app.get('/orders/:id/label', async (request) => {
  return { order: request.params.id, dots: renderLabel(200) }
})

async function* lines() {
  for (const order of orders.values()) {
    yield `${JSON.stringify(order)}\n`
    await sleep(100)
  }
}

/** Stands for a renderer that computes for `ms` without giving way. */
function renderLabel(ms) {
  const end = performance.now() + ms
  let dots = 0
  while (performance.now() < end) dots++
  return dots
}

const port = Number(process.env.PORT ?? 3002)
await app.listen({ port, host: '127.0.0.1' })
process.stdout.write(`orders on http://127.0.0.1:${port}\n`)

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())
