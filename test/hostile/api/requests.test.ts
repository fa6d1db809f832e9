import { Queue } from 'bullmq'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Overview } from '../../../src/api/overview.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { createZenith, toNodeHandler, type Zenith } from '../../../src/runtime/create-zenith.js'
import { OPERATIONS } from '../../../src/zenith/operations.js'
import { archiveDir } from '../../support/archive-files.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { ask } from '../../zenith/support/http.js'
import { serve, type TestServer } from '../../zenith/support/serve.js'
import { writeHealthy } from '../redis/poison.js'
import { isPolluted, oddText, runs } from '../support/fuzz.js'
import {
  bodiesOf,
  bodyCheckOf,
  escaped,
  OPERATION,
  pathsOf,
  QUEUE,
  type Query,
  queriesOf,
  takesQuery,
} from './asked.js'

let redis: TestRedis
let zenith: Zenith
let server: TestServer
let token: string
/** Of a queue that there is. */
let mail = ''
/** Of what is done with many jobs, prepared and not begun. */
let operationId = ''

beforeAll(async () => {
  redis = await startRedis()
  await writeHealthy(redis.client())
  const queue = new Queue('mail', { connection: { port: redis.port } })
  await queue.addBulk(Array.from({ length: 20 }, (_, index) => ({ name: 'send', data: { index } })))
  await queue.close()
  const queues = [bullmqQueues({ connection: redis.url })]
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  zenith = createZenith({ redis: redis.url, auth: () => 'admin', interval: 50, queues, archive, logger: false })
  server = await serve(toNodeHandler(zenith))
  mail = await keyOfQueue('mail')
  token = ((await (await fetchOf('/api/session')).json()) as { token: string }).token
  operationId = await prepareOperation()
})
afterAll(async () => {
  await server?.close()
  await zenith?.close()
  await redis?.stop()
})

const fetchOf = (path: string, init: RequestInit = {}) =>
  zenith.fetch(new Request(new URL(path.replace(/^\/+/, '/'), 'http://localhost'), init))

const post = (path: string, body: string) =>
  fetchOf(path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-zenith-token': token }, body })

const searchOf = (query: Query) =>
  query.map(([name, value], index) => `${index === 0 ? '?' : '&'}${escaped(name)}=${escaped(value)}`).join('')

/** What names a queue in URLs, once it is seen. */
function keyOfQueue(name: string): Promise<string> {
  return vi.waitFor(async () => {
    const { queues } = (await (await fetchOf('/api/overview')).json()) as Overview
    const found = queues.find((queue) => queue.name === name && queue.driver === 'bullmq')
    return found?.key ?? Promise.reject(new Error(`There is no queue ${name}`))
  })
}

async function prepareOperation(): Promise<string> {
  const selection = { queues: [mail], state: 'waiting', ids: ['3', '4'] }
  const answer = await post('/api/bulk', JSON.stringify({ action: 'remove', selection }))
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

/** What is asked, of the queue and of the operation that there are. */
const named = (text: string, encode: (name: string) => string = String) =>
  text.replaceAll(QUEUE, () => encode(mail)).replaceAll(OPERATION, () => operationId)

/**
 * The documented form: a status that says whose mistake it is, and what is wrong in words.
 *
 * @param unavailable codes of refusals that a queue's system may have: what it can't do it says when it is told to
 */
async function expectDocumented(answer: Response, what: string, unavailable: readonly string[]): Promise<void> {
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.body?.cancel()
  const text = await answer.text()
  if (answer.status < 400) return
  expect(text, what).not.toMatch(/(?:\n|\\n)\s+at |node_modules|TypeError|RangeError|SyntaxError/)
  const isJson = answer.headers.get('content-type')?.includes('json')
  const said = isJson ? (JSON.parse(text) as { error: { code: string } }) : null
  if (said) expect(said, what).toEqual({ error: { code: expect.stringMatching(/^\w+$/), message: expect.any(String) } })
  if (unavailable.includes(said?.error.code ?? '')) expect(answer.status, what).toBe(503)
  else expect(answer.status, `${what} ${text.slice(0, 300)}`).toBeLessThan(500)
}

describe.each(OPERATIONS.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  '%s',
  (_, operation) => {
    const { method } = operation
    /** Fewer requests have all that is required, or are right in each of many parameters. */
    const parameters = Object.values(operation.parameters)
    const needed = parameters.filter(({ isRequired }) => isRequired).length + Math.floor(parameters.length / 6)

    it('answers whatever it is asked, or says what is wrong', async () => {
      const takesBody = bodyCheckOf(operation)
      let taken = 0
      await fc.assert(
        fc.asyncProperty(queriesOf(operation), pathsOf(operation), bodiesOf(operation), async (query, path, body) => {
          const url = named(`${path}${searchOf(query)}`, escaped)
          const sent = method === 'POST' ? named(body) : null
          const answer = await (sent === null ? fetchOf(url) : post(url, sent))
          const what = `${method} ${url.slice(0, 500)} ${sent?.slice(0, 500)}`
          await expectDocumented(answer, what, method === 'POST' ? ['queue_unavailable'] : [])
          const isTaken = takesQuery(operation, query) && (sent === null || takesBody(sent))
          if (isTaken) taken += 1
          else expect([400, 404, 413], what).toContain(answer.status)
        }),
        runs(method === 'POST' ? 100 : 60 * (1 + needed)),
      )
      expect(taken, 'how often it came to its handler').toBeGreaterThan(5)
      expect(isPolluted()).toBe(false)
    })
  },
)

it('begins a stream anew whatever id it is to go on after', async () => {
  const header = oddText.map((text) => text.replaceAll(/[^ -~]/g, '').slice(0, 500))
  const id = fc.oneof(header, fc.constantFrom('00000000-1', `${'0'.repeat(8)}-${'9'.repeat(15)}`, 'deadbeef--1'))
  await fc.assert(
    fc.asyncProperty(id, async (lastEventId) => {
      const answer = await fetchOf('/api/stream', { headers: { 'last-event-id': lastEventId } })
      const reader = answer.body?.getReader()
      const decoder = new TextDecoder()
      let text = ''
      while (!text.includes('"full":true')) {
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (done) break
        text += decoder.decode(value, { stream: true })
      }
      await reader?.cancel()
      expect(text).toContain('event: system_pulse')
    }),
    runs(60),
  )
})

it('answers requests over a socket whatever their path, method and headers are', async () => {
  const path = fc.oneof(
    oddText.map((text) => `/${escaped(text)}`),
    fc.constantFrom(
      '//',
      '/api//',
      '/api/%',
      '/api/%E0%A4%A',
      '/api/queues/%00',
      '/?%',
      '/api/../..',
      '*',
      '/api/slow?%&=',
    ),
    fc.string().map((text) => `/${text.replaceAll(/[^!-~]/g, '')}`),
  )
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH')
  const header = fc.constantFrom('last-event-id', 'accept', 'x-forwarded-prefix', 'x-zenith-token', 'origin', 'cookie')
  const value = oddText.map((text) => text.replaceAll(/[^ -~]/g, '').slice(0, 500))
  await fc.assert(
    fc.asyncProperty(path, method, header, value, async (asked, verb, name, text) => {
      const answer = await ask(`${server.url}/`, { method: verb, path: asked, headers: { [name]: text } } as never)
      expect(answer.status, `${verb} ${asked}`).toBeLessThan(500)
      expect(answer.text).not.toMatch(/(?:\n|\\n)\s+at |node_modules/)
    }),
    runs(150),
  )
})
