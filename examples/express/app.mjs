import { setTimeout as sleep } from 'node:timers/promises'
import { quasar } from '@gravito/quasar/express'
import express from 'express'

const products = [
  { id: '1', name: 'Lamp', price: 4900 },
  { id: '2', name: 'Desk', price: 39900 },
]

const app = express()
app.use(quasar())
app.use(express.json())

app.get('/products', (_req, res) => {
  res.json(products)
})

app.get('/products/:id', (req, res) => {
  const product = products.find(({ id }) => id === req.params.id)
  if (product) res.json(product)
  else res.status(404).json({ error: 'no such product' })
})

// Slow: a search without an index.
app.get('/search', async (req, res) => {
  await sleep(1100 + Math.random() * 700)
  res.json(products.filter(({ name }) => name.toLowerCase().includes(String(req.query.q ?? ''))))
})

// Fails: the payment provider is down.
app.post('/checkout', async (_req, res) => {
  await sleep(30)
  res.json(await pay())
})

// Streams: a row at a time.
app.get('/export.csv', async (_req, res) => {
  res.type('csv')
  for (let row = 0; row < 20; row++) {
    res.write(`${row},${row * 100}\n`)
    await sleep(20)
  }
  res.end()
})

// Blocks the event loop: every request of this process waits meanwhile.
app.get('/invoices/:id/pdf', (req, res) => {
  const pages = renderPages(250)
  res.json({ invoice: req.params.id, pages })
})

async function pay() {
  throw new Error('payment provider answered 503')
}

/** Stands for a renderer that computes for `ms` without giving way. */
function renderPages(ms) {
  const end = performance.now() + ms
  let pages = 0
  while (performance.now() < end) pages++
  return pages
}

const port = Number(process.env.PORT ?? 3001)
const server = app.listen(port, '127.0.0.1', () => {
  process.stdout.write(`shop on http://127.0.0.1:${port}\n`)
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
