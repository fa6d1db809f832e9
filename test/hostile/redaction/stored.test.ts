import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { startQuasar } from '../../../src/index.js'
import { quasarErrorHandler, quasar as quasarMiddleware } from '../../../src/integrations/express/index.js'
import { keysOf } from '../../../src/protocol/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { ask } from '../../zenith/support/http.js'
import { anyPlanted, leaksOf, type Planted } from '../support/secrets.js'
import { around, piecesIn, SHAPES } from '../support/sweep.js'

const keys = keysOf()
const PLANTED = fc.sample(anyPlanted, { seed: Number(process.env.QUASAR_FUZZ_SEED ?? 4_280), numRuns: 60 })

let redis: TestRedis
let client: Redis
beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
})
beforeEach(() => client.flushall())
afterAll(() => redis?.stop())

/** A key and all that it holds. */
async function textOf(key: string): Promise<string> {
  const type = await client.type(key)
  if (type === 'stream') return key + JSON.stringify(await client.xrange(key, '-', '+'))
  if (type === 'zset') return key + JSON.stringify(await client.zrange(key, '0', '-1'))
  return key + (await client.get(key))
}

/** Nothing that is in Redis, in any key, holds any form of any secret. */
async function expectNoLeak(planted: readonly Planted[]): Promise<void> {
  const kept = (await Promise.all((await client.keys('*')).map(textOf))).join('\n')
  for (const { secret, text } of planted) expect(leaksOf(secret, kept), text).toEqual([])
}

it('no secret of an error, its causes, names, queues or ids is kept', async () => {
  const quasar = startQuasar({ service: 'secrets', redis: redis.url, interval: 60_000, slow: 0, logger: false })
  for (const { text } of PLANTED) {
    const error = Object.assign(new Error(text, { cause: new Error(text) }), { config: { headers: text }, data: text })
    quasar.captureException(error, { route: text, queue: text, requestId: text, traceId: text })
    quasar.captureException(Buffer.from(text))
    quasar.run(text, () => {})
    expect(() => quasar.run(`run ${text}`, () => fail(text))).toThrow()
  }
  await new Promise((resolve) => setImmediate(resolve))
  await quasar.stop()
  await vi.waitFor(async () => expect(await client.zcard(keys.errors('secrets'))).toBeGreaterThan(60))
  expect(await client.xlen(keys.slow('secrets'))).toBeGreaterThan(60)
  await expectNoLeak(PLANTED)
})

it('no piece of a secret is kept, wherever its record is cut', async () => {
  for (const edge of [200, 1_024]) {
    const quasar = startQuasar({ service: `cut-${edge}`, redis: redis.url, interval: 60_000, slow: 0, logger: false })
    for (const text of around(edge, SHAPES.slice(-2))) {
      const error = Object.assign(new Error(text, { cause: new Error(text) }), { code: text })
      quasar.captureException(error, { route: text, queue: text, requestId: text, traceId: text })
      quasar.run(text, () => {})
    }
    await quasar.stop()
  }
  await vi.waitFor(async () => expect(await client.zcard(keys.errors('cut-1024'))).toBeGreaterThan(100))
  const kept = (await Promise.all((await client.keys('*')).map(textOf))).join('\n')
  expect(piecesIn(kept)).toEqual([])
})

function fail(text: string): never {
  throw Object.assign(new Error('x'), { name: text, stack: `${text}\n    at ${text}` })
}

it('no secret of a request, its URL, headers, route or error is kept', async () => {
  const { server, middleware } = await serveApp()
  const { port } = server.address() as AddressInfo
  for (const { text } of PLANTED) {
    const word = encodeURIComponent(text)
    const header = text.replaceAll(/[^ -~]/g, ' ').trim()
    const headers = {
      'user-agent': header,
      'content-type': header,
      'x-request-id': header,
      cookie: header,
      referer: header,
    }
    await ask(`http://127.0.0.1:${port}/ok/${word}?q=${word}&${word}=1`, { headers })
    await ask(`http://127.0.0.1:${port}/fail?${word}`, { headers: { ...headers, accept: header } })
    await ask(`http://127.0.0.1:${port}/nothing/${word}`, { headers })
  }
  await middleware.stop()
  server.closeAllConnections()
  server.close()
  expect(await client.xlen(keys.slow('web'))).toBeGreaterThan(100)
  expect(await client.zcard(keys.errors('web'))).toBeGreaterThan(10)
  await expectNoLeak(PLANTED)
})

async function serveApp(): Promise<{ server: Server; middleware: ReturnType<typeof quasarMiddleware> }> {
  const app = express()
  const middleware = quasarMiddleware({ service: 'web', redis: redis.url, interval: 60_000, slow: 0, logger: false })
  app.use(middleware)
  app.get('/ok/:secret', (_, response) => void response.send('ok'))
  app.get('/fail', (request) => {
    throw new Error(decodeURIComponent(request.url), { cause: new Error(String(request.headers.cookie)) })
  })
  app.use(quasarErrorHandler())
  app.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(500).send('failed')
  })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, middleware }
}
