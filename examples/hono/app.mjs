import { setTimeout as sleep } from 'node:timers/promises'
import { quasar } from '@gravito/quasar/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { streamText } from 'hono/streaming'

const items = [
  { id: 'a1', title: 'Reading light' },
  { id: 'b2', title: 'Standing desk' },
]

const app = new Hono()
app.use(quasar())

app.get('/items', (c) => c.json(items))

app.get('/items/:id', (c) => {
  const item = items.find(({ id }) => id === c.req.param('id'))
  return item ? c.json(item) : c.json({ error: 'no such item' }, 404)
})

// Slow: asks a model that takes its time.
app.get('/recommendations/:user', async (c) => {
  await sleep(1000 + Math.random() * 1000)
  return c.json({ user: c.req.param('user'), items })
})

// Fails: the review service sent something else than JSON.
app.get('/items/:id/reviews', (c) => c.json(JSON.parse('<html>Bad gateway</html>')))

// Streams: an entry at a time.
app.get('/feed', (c) =>
  streamText(c, async (stream) => {
    for (let entry = 0; entry < 15; entry++) {
      await stream.writeln(`entry ${entry}`)
      await sleep(20)
    }
  }),
)

// Blocks the event loop: every request of this process waits meanwhile.
app.get('/items/:id/thumbnail', (c) => c.json({ item: c.req.param('id'), pixels: scale(180) }))

/** Stands for an image library that computes for `ms` without giving way. */
function scale(ms) {
  const end = performance.now() + ms
  let pixels = 0
  while (performance.now() < end) pixels++
  return pixels
}

const port = Number(process.env.PORT ?? 3003)
const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => {
  process.stdout.write(`catalog on http://127.0.0.1:${port}\n`)
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
