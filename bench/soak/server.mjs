// A Fastify app with many routes, bare, with Quasar, or with nothing but a client of Redis, run with --expose-gc:
// node server.mjs <bare|quasar|client> <routes>. Answers with its memory.
import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'
import { answering, hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'
import { settledMemory } from '../shared/memory.mjs'
import { HANG_MS, SLOW_MS } from './plan.mjs'

const [variant, routes] = process.argv.slice(2)
const app = fastify()
if (variant === 'quasar') {
  const { quasarPlugin } = await fromDist('integrations/fastify/index.js')
  app.register(quasarPlugin, { service: 'bench', redis: process.env.BENCH_REDIS, slow: SLOW_MS, logger: false })
}
if (variant === 'client')
  await import('../shared/redis-figures.mjs').then(({ clientOf }) => clientOf(process.env.BENCH_REDIS).ping())
for (let route = 0; route < Number(routes); route++) app.get(`/section-${route}/items/:id`, answer)
await app.listen({ port: 0, host: '127.0.0.1' })
app.server.keepAliveTimeout = 0

/** What a request is for is in its query, so that every route has all kinds. */
async function answer(request) {
  const { do: what } = request.query
  if (what === 'fail') throw new Error(`No item ${request.params.id}`)
  if (what === 'slow') await sleep(SLOW_MS + 1)
  if (what === 'hang') await sleep(HANG_MS)
  return { id: request.params.id }
}

answering(settledMemory)
hello({ port: app.server.address().port })
