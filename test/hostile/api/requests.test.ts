import { Queue } from 'bullmq'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createZenith, toNodeHandler, type Zenith } from '../../../src/create-zenith.js'
import {
  AUDIT_STEPS,
  JOB_ACTIONS,
  JOB_STATES,
  type Overview,
  PERIODS,
  QUEUE_ACTIONS,
} from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq.js'
import { OPERATIONS } from '../../../src/zenith/operations.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { ask } from '../../zenith/support/http.js'
import { serve, type TestServer } from '../../zenith/support/serve.js'
import { writeHealthy } from '../redis/poison.js'
import { isPolluted, oddJson, oddText, runs } from '../support/fuzz.js'

let redis: TestRedis
let zenith: Zenith
let server: TestServer
let token: string
/** Of a queue that there is. */
let mail = ''

beforeAll(async () => {
  redis = await startRedis()
  await writeHealthy(redis.client())
  const queue = new Queue('mail', { connection: { port: redis.port } })
  await queue.addBulk(Array.from({ length: 20 }, (_, index) => ({ name: 'send', data: { index } })))
  await queue.close()
  const queues = [bullmqQueues({ connection: redis.url })]
  zenith = createZenith({ redis: redis.url, auth: () => 'admin', interval: 50, queues, logger: false })
  server = await serve(toNodeHandler(zenith))
  mail = await keyOfQueue('mail')
  token = ((await (await fetchOf('/api/session')).json()) as { token: string }).token
})
afterAll(async () => {
  await server?.close()
  await zenith?.close()
  await redis?.stop()
})

const fetchOf = (path: string, init: RequestInit = {}) =>
  zenith.fetch(new Request(new URL(path.replace(/^\/+/, '/'), 'http://localhost'), init))

/** What names a queue in URLs, once it is seen. */
function keyOfQueue(name: string): Promise<string> {
  return vi.waitFor(async () => {
    const { queues } = (await (await fetchOf('/api/overview')).json()) as Overview
    const found = queues.find((queue) => queue.name === name && queue.driver === 'bullmq')
    return found?.key ?? Promise.reject(new Error(`There is no queue ${name}`))
  })
}

const known = fc.constantFrom('mail', 'shop', '1', '2', 'GET /healthy', ...JOB_STATES, ...Object.keys(PERIODS))
const word = fc.oneof(known, oddText)
const names = [...new Set(OPERATIONS.flatMap(({ parameters }) => Object.keys(parameters)))]
const query = fc
  .array(
    fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, { arbitrary: oddText, weight: 1 }), word),
    {
      maxLength: 4,
    },
  )
  .map((pairs) => pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&'))
const actions = fc.constantFrom(...JOB_ACTIONS, ...QUEUE_ACTIONS, ...AUDIT_STEPS, 'save', 'run')
const fields = fc.constantFrom('ids', 'state', 'job', 'jobs', 'name', 'data', 'selection', 'queues', 'before', 'limit')
const body = fc.oneof(
  oddJson,
  fc
    .tuple(actions, fc.dictionary(fields, fc.oneof(word, fc.jsonValue(), fc.array(word)), { maxKeys: 5 }))
    .map(([action, rest]) => JSON.stringify({ ...rest, action })),
  oddText,
)

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function pathOf(path: string, segments: readonly string[]): string {
  let next = 0
  return path.replace(/\{\w+\}/g, () => {
    const segment = segments[next++] ?? 'x'
    return segment === 'mail' ? escaped(mail) : escaped(segment) || 'x'
  })
}

/** The documented form: a status that says whose mistake it is, and what is wrong in words. */
async function expectDocumented(answer: Response, what: string): Promise<void> {
  expect(answer.status, what).toBeLessThan(500)
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.body?.cancel()
  const text = await answer.text()
  if (answer.status < 400) return
  expect(text, what).not.toMatch(/\n\s+at |node_modules|TypeError|RangeError|SyntaxError/)
  if (!answer.headers.get('content-type')?.includes('json')) return
  expect(JSON.parse(text), what).toEqual({
    error: { code: expect.stringMatching(/^\w+$/), message: expect.any(String) },
  })
}

describe.each(OPERATIONS.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  '%s',
  (_, { method, path }) => {
    it('answers whatever it is asked, or says what is wrong', async () => {
      await fc.assert(
        fc.asyncProperty(
          query,
          fc.array(fc.oneof(fc.constant('mail'), word), { maxLength: 3 }),
          body,
          async (search, segments, sent) => {
            const url = `${pathOf(path, segments)}?${search}`
            const headers = { 'content-type': 'application/json', 'x-zenith-token': token }
            const answer = await fetchOf(url, method === 'POST' ? { method, headers, body: sent } : {})
            await expectDocumented(answer, `${method} ${url} ${sent.slice(0, 200)}`)
          },
        ),
        runs(method === 'POST' ? 60 : 40),
      )
      expect(isPolluted()).toBe(false)
    })
  },
)

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
      expect(answer.text).not.toMatch(/\n\s+at |node_modules/)
    }),
    runs(150),
  )
})
