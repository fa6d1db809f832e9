import { once } from 'node:events'
import { connect } from 'node:net'
import express from 'express'
import request from 'supertest'
import { expect, it, onTestFinished } from 'vitest'
import { createZenith, toNodeHandler, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { serve } from '../support/serve.js'

/** An app whose own guard closes Zenith's API. */
async function guarded(options: ZenithOptions = {}): Promise<string> {
  const zenith = createZenith({ store: memoryStore(), auth: () => true, logger: false, ...options })
  const app = express()
  app.use('/quasar/api', (_request, response) => void response.status(403).send('guarded'))
  app.use('/quasar', toNodeHandler(zenith))
  const server = await serve(app)
  onTestFinished(async () => {
    await server.close()
    await zenith.close()
  })
  return server.url
}

/** Sends what `fetch` and `node:http` would not. @returns the status, and the body */
async function raw(url: string, path: string, host = 'localhost'): Promise<{ status: number; text: string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  await once(socket, 'close')
  return { status: Number(text.split(' ', 2)[1]), text }
}

const OVERVIEW = /"services"/

it('is closed by the app’s guard', async () => {
  const url = await guarded()
  await request(url).get('/quasar/api/overview').expect(403)
  await request(url).get('/quasar/').expect(200)
})

it.each(['/x', '/quasar', '/x/y/', '/api'])('ignores the prefix %s of a client', async (prefix) => {
  const url = await guarded()
  const answer = await request(url)
    .get(`/quasar${prefix.replace(/\/$/, '')}/api/overview`)
    .set('x-forwarded-prefix', prefix)
  expect(answer.text).not.toMatch(OVERVIEW)
})

it.each([['10.0.0.0/8'], ['::1'], ['192.168.1.7']])('ignores it where the proxies are %s', async (network) => {
  const url = await guarded({ proxies: [network] })
  const answer = await request(url.replace('localhost', '127.0.0.1'))
    .get('/quasar/x/api/overview')
    .set('x-forwarded-prefix', '/x')
  expect(answer.text).not.toMatch(OVERVIEW)
})

const PROXIES = [['127.0.0.1'], ['127.0.0.0/8'], ['10.0.0.0/8', '127.0.0.1/32']]

it.each(PROXIES)('believes it of the proxies %s', async (...proxies) => {
  const zenith = createZenith({ store: memoryStore(), auth: () => true, logger: false, proxies })
  const server = await serve(toNodeHandler(zenith))
  onTestFinished(async () => {
    await server.close()
    await zenith.close()
  })
  await request(server.url.replace('localhost', '127.0.0.1'))
    .get('/x/api/overview')
    .set('x-forwarded-prefix', '/x')
    .expect(200, OVERVIEW)
})

// A proxy may pass on what its client wrote.
it.each(['/x', '/quasar', '/x/y/'])(
  'ignores the prefix %s of a proxy where a router names the path',
  async (prefix) => {
    const url = await guarded({ proxies: ['127.0.0.1'] })
    const answer = await request(url.replace('localhost', '127.0.0.1'))
      .get(`/quasar${prefix.replace(/\/$/, '')}/api/overview`)
      .set('x-forwarded-prefix', prefix)
    expect(answer.text).not.toMatch(OVERVIEW)
  },
)

it.each([
  '/quasar/x/../api/overview',
  '/quasar/./api/overview',
  '/quasar/x/%2e%2e/api/overview',
  '/quasar/%2E/api/overview',
  '/quasar/x/.%2e/api/overview',
  '/quasar\\api/overview',
  '/quasar/x\\..\\api/overview',
])('answers %s with 400', async (path) => {
  const { status, text } = await raw(await guarded(), path)
  expect([status, text]).not.toEqual([status, expect.stringMatching(OVERVIEW)])
  expect([400, 404]).toContain(status)
})

it.each(['#', '#x', '\t', '?#', '#?x', '/#', '\\', '/.', '/x/..'])(
  'serves no path that an exact comparison did not see: with %j behind it',
  async (rest) => {
    const zenith = createZenith({ store: memoryStore(), auth: () => true, logger: false })
    const answer = toNodeHandler(zenith)
    const server = await serve((request, response) => {
      if (request.url?.split('?', 1)[0] === '/api/overview') response.writeHead(403).end()
      else answer(request, response)
    })
    onTestFinished(async () => {
      await server.close()
      await zenith.close()
    })
    const { status, text } = await raw(server.url, `/api/overview${rest}`)
    expect([400, 403, 404]).toContain(status)
    expect(text).not.toMatch(OVERVIEW)
  },
)

it.each(['x/quasar/api/overview?', 'x/api/overview?', 'x/api/overview#', 'ada@x', 'x\\api', '[::1', 'a b'])(
  'answers the host %s with 400',
  async (host) => {
    const { status, text } = await raw(await guarded(), '/quasar/', host)
    expect([status, text]).toEqual([400, expect.not.stringMatching(OVERVIEW)])
  },
)

it.each(['localhost', 'localhost:8080', '127.0.0.1', '[::1]:80', 'münchen.example', 'a_b.example:1', 'x.example:'])(
  'answers the host %s',
  async (host) => {
    expect((await raw(await guarded(), '/quasar/', host)).status).toBe(200)
  },
)

it.each([[['proxy.example']], [['10.0.0.0/33']], [['10.0.0.0/8/8']], [['fd00::/129']], ['127.0.0.1'], [[1]]])(
  'refuses the option proxies: %j',
  (proxies) => {
    expect(() => createZenith({ store: memoryStore(), logger: false, proxies: proxies as string[] })).toThrow(
      /"proxies" takes a list of addresses and networks/,
    )
  },
)
