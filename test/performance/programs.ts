/** Programs that answer requests, bare or with Quasar, as TEST_VARIANT says: each defines `serve(from, count)`. */

/** Hono leaves its shorter way through an app at the first middleware, whatever that does: the bare app has one, too. */
export const HONO = `
import { Hono } from 'hono'

const app = new Hono()
if (process.env.TEST_VARIANT === 'quasar') {
  const { quasar } = await import('@gravito/quasar/hono')
  app.use(quasar({ service: 'shop', redis: false, logger: false }))
} else {
  app.use((_c, next) => next())
}
for (let route = 0; route < 20; route++) app.get('/section-' + route + '/:id', (c) => c.text(c.req.param('id')))

async function serve(from, count) {
  for (let number = from; number < from + count; number++) {
    const response = await app.request('/section-' + (number % 20) + '/' + number)
    if (response.status !== 200) throw new Error('Answered with ' + response.status)
  }
}
`

/** The client is in the same process: it costs the same in both variants. */
export const FASTIFY = `
import { once } from 'node:events'
import { connect } from 'node:net'
import fastify from 'fastify'

const app = fastify()
if (process.env.TEST_VARIANT === 'quasar') {
  const { quasarPlugin } = await import('@gravito/quasar/fastify')
  app.register(quasarPlugin, { service: 'shop', redis: false, logger: false })
}
for (let route = 0; route < 20; route++) app.get('/section-' + route + '/:id', async () => 'here')
await app.listen({ port: 0, host: '127.0.0.1' })
app.server.keepAliveTimeout = 0
const socket = connect(app.server.address().port, '127.0.0.1')
await once(socket, 'connect')

let left = 0
let done = () => {}
const ANSWER = Buffer.from('HTTP/1.1 200')
socket.on('data', (part) => {
  for (let at = part.indexOf(ANSWER); at !== -1; at = part.indexOf(ANSWER, at + 1)) left -= 1
  if (left <= 0) done()
})

/** Many requests in one part: what is looked at is not the client. */
async function serve(from, count) {
  left = count
  let text = ''
  for (let number = from; number < from + count; number++) {
    text += 'GET /section-' + (number % 20) + '/' + number + ' HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n'
  }
  const answered = new Promise((resolve) => (done = resolve))
  socket.write(text)
  await answered
}
`

/**
 * Says what requests allocate and what they leave. Garbage is collected at any time, so what one request allocates is the
 * median over batches of how the heap grows, so small that most of them are over before the next collection.
 */
export const MEASURE = `
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const BATCH = 20
const requests = Number(process.env.TEST_REQUESTS)

async function settled() {
  for (let round = 0; round < 4; round++) {
    collect()
    await sleep(20)
  }
  return process.memoryUsage().heapUsed
}

async function batches(from, count) {
  const grown = []
  for (let start = from; start < from + count; start += BATCH) {
    const before = process.memoryUsage().heapUsed
    await serve(start, BATCH)
    grown.push((process.memoryUsage().heapUsed - before) / BATCH)
  }
  return grown.sort((a, b) => a - b)[Math.floor(grown.length / 2)]
}

const warm = Math.ceil(requests / 10)
await batches(0, warm)
const before = await settled()
const allocated = await batches(warm, requests)
process.send({ growth: (await settled()) - before, allocated })
process.on('disconnect', () => process.exit())
`
