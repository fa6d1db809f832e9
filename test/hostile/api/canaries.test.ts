import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BulkOperation } from '../../../src/api/bulk.js'
import type { Overview } from '../../../src/api/overview.js'
import type { RouteListing } from '../../../src/api/routes.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import {
  encodeException,
  encodeHeartbeat,
  encodeQueueSnapshot,
  encodeRollup,
  encodeSlowEntry,
  keysOf,
} from '../../../src/protocol/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { createZenith, type Zenith } from '../../../src/runtime/create-zenith.js'
import type { Operation } from '../../../src/zenith/http/operation.js'
import { OPERATIONS } from '../../../src/zenith/operations.js'
import { exceptionOf, heartbeatOf, queueOf, rollupOf, slowOf, snapshotOf } from '../../stores/samples.js'
import { extent, isWhole } from '../../support/extent.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { guessesOf, piecesOf } from '../support/guesses.js'
import { around, CANARY, CREDENTIALS, piecesIn, SHAPES } from '../support/sweep.js'

/**
 * A store full of secrets, and all that can be asked of it: no answer holds a piece of one, and a right guess is answered as a
 * wrong one is.
 */

const keys = keysOf()
const ROLES = ['viewer', 'operator', 'admin'] as const
const ALL = SHAPES.join(' then ')
const PAYLOAD = CREDENTIALS.join(' then ')
const STATES = ['waiting', 'failed'] as const

let redis: TestRedis
let client: Redis
let zenith: Zenith
let token: string | null = null
/** The name of the planted route, masked, as a segment of a path. */
let route = ''
let queues: { readonly key: string; readonly name: string; readonly driver: string }[] = []

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
  await plantRecords()
  await plantBullmq()
  await plantBull()
  await plantGravito()
  const archive = inlineArchive(sqliteDriver({ dir: mkdtempSync(join(tmpdir(), 'quasar-canaries-')) }))
  zenith = createZenith({
    redis: redis.url,
    auth: (request) => (request.headers.get('x-role') ?? 'viewer') as 'viewer',
    interval: 100,
    payloads: 'viewer',
    queues: [
      bullmqQueues({ connection: redis.url, queues: ['mail'] }),
      bullQueues({ redis: redis.url, queues: ['old'], prefix: 'b3' }),
      gravitoStreamQueues({ redis: redis.url, queues: ['orders'] }),
    ],
    archive,
    logger: false,
  })
  await vi.waitFor(async () => {
    expect((await archive.status()).jobs).toBeGreaterThan(0)
    for (const kind of ['slow', 'exception'] as const)
      expect((await archive.records({ kind, from: 0, to: Date.now() + 60_000, limit: 1 })).items).not.toEqual([])
  })
  queues = await vi.waitFor(async () => {
    const found = ((await (await ask('/api/overview')).json()) as Overview).queues.filter(({ name }) => name !== 'told')
    expect(found).toHaveLength(3)
    return found.map(({ key, name, driver }) => ({ key, name, driver }))
  })
  route = await vi.waitFor(async () => {
    const { items } = (await (await ask('/api/routes')).json()) as RouteListing
    expect(items).not.toEqual([])
    return encodeURIComponent(items[0]?.key ?? '')
  })
})

afterAll(async () => {
  await zenith?.close()
  await redis?.stop()
})

/** Texts whose secret lies at each place around the cuts of lists, and one with all shapes. */
const ERRORS = [ALL, `password=${CANARY}`, ...around(300, SHAPES.slice(0, 1))]

const SOME_ERRORS = ERRORS.filter((_, index) => index < 3 || index % 5 === 0)

/** As reporters in other languages write them, masked by nobody. */
async function plantRecords(): Promise<void> {
  const score = Date.now()
  const texts = [ALL, ...around(1_024, SHAPES.slice(0, 2)), ...around(200, SHAPES.slice(0, 1))]
  for (const [index, text] of texts.entries()) {
    const named = { name: text, route: text, queue: text, path: text, requestId: text, traceId: text }
    const stack = `Error: ${text}\n    at ${text} (/app/a.js:1:2)`
    const exception = exceptionOf('shop', `e-${index}`, { message: text, stack, ts: score, ...named })
    await client.zadd(keys.errors('shop'), score, encodeException(exception))
    const { fingerprint: _, id: __, ...bare } = exceptionOf('shop', '', { message: text, ts: score + index })
    await client.zadd(keys.errors('shop'), score + index, JSON.stringify(bare))
    const headers = { accept: text, authorization: CANARY }
    const slow = slowOf('shop', { name: text, status: text, requestId: text, traceId: text, ts: score })
    const meta = { ...slow.meta, method: text, url: `/${text}`, headers, queue: text, jobId: text }
    await client.xadd(keys.slow('shop'), '*', ...encodeSlowEntry({ ...slow, meta, durationMs: 2_000 + index }))
  }
  const heartbeat = heartbeatOf('shop', 'n1', {
    meta: { note: PAYLOAD, token: CANARY },
    setup: [ALL],
    children: {
      running: [{ pid: 1, command: ALL, cores: null, rss: null, grown: null, age: null }],
      more: 0,
      ended: [{ pid: 2, command: ALL, age: null }],
    },
    hostname: ALL,
    appVersion: ALL,
  })
  await client.set(
    keys.node('shop', 'n1'),
    encodeHeartbeat({ ...heartbeat, ready: { status: 'ready', deps: { db: PAYLOAD } } }),
  )
  await client.zadd(keys.nodeIndex, Date.now(), 'shop:n1')
  const series = <T extends object>(one: T): T => ({ ...one, key: ALL })
  // A minute ago, so that it lies in a step that is over.
  const rollup = rollupOf({ from: score - 70_000, to: score - 60_000 })
  const named = { ...rollup, routes: rollup.routes.map(series), jobs: rollup.jobs.map(series) }
  for (const key of [keys.rollup('shop'), keys.history('shop')])
    await client.xadd(key, '*', 'data', encodeRollup(named))
  const told = queueOf('told', { error: ALL, meta: { note: PAYLOAD }, place: `redis://app:${CANARY}@cache bull` })
  await client.set(keys.queues('shop'), encodeQueueSnapshot(snapshotOf('shop', { queues: [told] })))
  await client.zadd(keys.queueIndex, Date.now(), 'shop')
}

const DATA = { password: CANARY, url: `postgres://app:${CANARY}@db`, inner: JSON.stringify({ token: CANARY }) }

async function plantBullmq(): Promise<void> {
  const queue = new Queue('mail', { connection: { port: redis.port } })
  const name = `send password=${CANARY}`
  await queue.add(name, DATA, { jobId: 'w-1' })
  await queue.add(name, DATA, { jobId: 'd-1', delay: 1_000_000 })
  await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name, data: DATA })
  for (const [index, text] of ERRORS.entries()) await plantEnded('bull:mail', 'failed', `f-${index}`, name, text)
  await plantEnded('bull:mail', 'completed', 'c-1', name, ALL)
  await queue.close()
}

async function plantEnded(base: string, state: string, id: string, name: string, text: string): Promise<void> {
  await client.zadd(`${base}:${state}`, Date.now(), id)
  await client.hset(`${base}:${id}`, {
    name,
    data: JSON.stringify({ ...DATA, note: PAYLOAD }),
    opts: JSON.stringify({ attempts: 1, token: CANARY }),
    timestamp: Date.now(),
    finishedOn: Date.now(),
    failedReason: text.slice(0, 8_000),
    stacktrace: JSON.stringify([`Error: ${text}\n    at send (/app/a.js:1:2)`]),
    returnvalue: JSON.stringify({ token: CANARY, text: PAYLOAD }),
    progress: JSON.stringify({ token: CANARY }),
    atm: 1,
    attemptsMade: 1,
  })
  if (id === 'f-0') await client.rpush(`${base}:${id}:logs`, ALL, ...around(4_000, SHAPES.slice(0, 2)))
}

async function plantBull(): Promise<void> {
  await client.hset('b3:old:1', {
    name: 'send',
    data: JSON.stringify(DATA),
    opts: '{}',
    timestamp: Date.now(),
    delay: 0,
    priority: 0,
  })
  await client.lpush('b3:old:wait', '1')
  for (const [index, text] of SOME_ERRORS.entries()) await plantEnded('b3:old', 'failed', `o-${index}`, 'send', text)
  await client.set('b3:old:id', 100)
}

async function plantGravito(): Promise<void> {
  const job = (id: string, error: string | null) => {
    const data = JSON.stringify({ class: `Send token=${CANARY}`, properties: DATA })
    return JSON.stringify({
      id,
      type: 'class',
      data,
      attempts: 3,
      token: CANARY,
      ...(error && { error, failedAt: Date.now() }),
    })
  }
  await client.lpush('queue:orders', job('g-1', null))
  for (const [index, text] of SOME_ERRORS.entries()) await client.lpush('queue:orders:failed', job(`x-${index}`, text))
}

function ask(path: string, role: string = 'viewer', init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, 'x-role': role }
  return zenith.fetch(new Request(`http://localhost${path}`, { ...init, headers }))
}

async function post(path: string, body: unknown): Promise<Response> {
  token ??= ((await (await ask('/api/session', 'admin')).json()) as { token: string }).token
  const headers = { 'content-type': 'application/json', 'x-zenith-token': token }
  return ask(path, 'admin', { method: 'POST', headers, body: JSON.stringify(body) })
}

/** What is there for each name in a path. */
const JOBS = ['w-1', 'd-1', 'c-1', 'f-0', 'f-1', 'f-9', '1', 'o-0', 'o-9', 'g-1', 'x-0', 'x-9']

function pathsOf({ path }: Operation): string[] {
  const withQueue = path.includes('{queue}')
    ? queues.map(({ key }) => path.replace('{queue}', encodeURIComponent(key)))
    : [path]
  const withJob = withQueue.flatMap((one) =>
    one.includes('{job}') ? JOBS.map((id) => one.replace('{job}', id)) : [one],
  )
  return withJob.map((one) => {
    return one.replace('{service}', 'shop').replace('{id}', 'none').replace('{node}', 'n1').replace('{route}', route)
  })
}

const NEEDED: Readonly<Record<string, string>> = {
  state: 'failed',
  service: 'shop',
  from: String(Date.now() - 3_600_000),
  to: String(Date.now() + 600_000),
  t: String(Date.now()),
}

/** Each choice that an operation lets one make, one after the other, and all that it must be told. */
function queriesOf({ parameters }: Operation): string[] {
  const all = Object.entries(parameters)
  const choices = all.flatMap(([name, { schema }]) => (schema.enum ?? []).map((word) => `${name}=${String(word)}`))
  const needed = all.filter(([, { isRequired }]) => isRequired).map(([name]) => name)
  const fill = (query: string) =>
    needed.filter((name) => !query.startsWith(`${name}=`)).map((name) => `&${name}=${NEEDED[name] ?? 'a'}`)
  const large = parameters.limit ? [`limit=${parameters.limit.schema.maximum}`] : []
  return ['', ...choices, ...large].map((query) => `?${query}${fill(query).join('')}`.replace('?&', '?'))
}

/** In the short form every fifth: among them is one of each kind. */
const GUESSES = guessesOf(CANARY).filter((_, index) => isWhole || index % 5 === 0)

async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text()
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes('event: system_pulse') || !text.endsWith('\n\n')) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  await reader?.cancel()
  return text
}

/** Users and their secrets are in no store that an app writes: test/zenith/people asks for them. */
const OF_PEOPLE = ['/api/people', '/api/people/sessions', '/api/account']
const READING = OPERATIONS.filter(({ method, path }) => method === 'GET' && !OF_PEOPLE.includes(path))

describe.each(READING.map((operation) => [operation.path, operation] as const))('%s', (_, operation) => {
  it.each(extent(ROLES, (role) => role !== 'operator'))('shows no piece of a secret to a %s', async (role) => {
    let answered = 0
    for (const path of pathsOf(operation))
      for (const query of queriesOf(operation)) {
        const answer = await ask(path + query, role)
        if (answer.status === 200) answered += 1
        const text = await textOf(answer)
        const [piece] = piecesIn(text)
        if (piece) expect.fail(`${path}${query} has ${piece}: ${aroundPiece(text, piece)}`)
      }
    if (!operation.path.includes('{id}')) expect(answered).toBeGreaterThan(0)
  })
})

function aroundPiece(text: string, piece: string): string {
  const at = text.toLowerCase().indexOf(piece)
  return text.slice(Math.max(0, at - 150), at + 30)
}

/** An answer but for what was asked, and for what is another one each time. */
async function answerTo(path: string, term: string): Promise<string> {
  const text = (await textOf(await ask(path))).replaceAll(JSON.stringify(term).slice(1, -1), '')
  return text.replace(/"(?:now|timestamp|lastBeat|latencyMs|collectMs)":[\d.]+/g, '')
}

const TEXTS = READING.flatMap((operation) =>
  Object.entries(operation.parameters)
    .filter(([, { schema }]) => schema.type === 'string' && !schema.enum)
    .map(([name]) => [`${operation.path}?${name}`, operation, name] as const),
)

it('there are texts that can be asked for', () => {
  expect(TEXTS.map(([name]) => name)).toEqual(
    expect.arrayContaining(['/api/queues/{queue}/search?text', '/api/errors?text']),
  )
})

it.each(TEXTS)('answers a right guess by %s as a wrong one', async (_, operation, name) => {
  for (const path of pathsOf(operation))
    for (const state of operation.parameters.state ? STATES : [null])
      for (const [right, wrong] of GUESSES) {
        const [one, other] = await Promise.all(
          [right, wrong].map((term) =>
            answerTo(`${path}?${state ? `state=${state}&` : ''}${name}=${encodeURIComponent(term)}`, term),
          ),
        )
        expect(one, `${path} ${state} ${right}`).toBe(other)
      }
})

/** What a bulk operation would be about. */
async function dryRunOf(selection: object): Promise<object> {
  const created = await post('/api/bulk', { action: 'retry', selection })
  expect(created.status).toBe(201)
  const { id } = (await created.json()) as BulkOperation
  const operation = await vi.waitFor(
    async () => {
      const found = (await (await ask(`/api/bulk/${id}`, 'admin')).json()) as BulkOperation
      expect(['ready', 'failed']).toContain(found.phase)
      return found
    },
    { interval: 5 },
  )
  const { eligible, looked, total, notEligible, isPartial, phase, error } = operation
  await post(`/api/bulk/${id}/cancel`, {})
  return { eligible, looked, total, notEligible, isPartial, phase, error }
}

it.each(['text', 'name'])('counts as many jobs by a right guess of a %s as by a wrong one', async (field) => {
  for (const { key } of queues) {
    const selection = (value: string) => ({
      queues: [key],
      state: 'failed',
      ids: null,
      name: null,
      fingerprint: null,
      text: null,
      [field]: value,
    })
    for (const [right, wrong] of guessesOf(CANARY).slice(-6))
      expect(await dryRunOf(selection(right)), right).toEqual(await dryRunOf(selection(wrong)))
    const whole = ['failed', 'failed password=', 'send password='].map((before) => before + CANARY)
    for (const text of whole)
      expect(await dryRunOf(selection(text)), text).toEqual(
        await dryRunOf(selection(text.slice(0, -CANARY.length) + piecesOf('Wr0ngWr0ngWr0ng1')[0])),
      )
  }
})
