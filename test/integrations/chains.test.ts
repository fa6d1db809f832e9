import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Context, context, trace as otel, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import type { Queue, Telemetry } from 'bullmq'
import express from 'express'
import fastify from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { origins } from '../../src/core/origin/current.js'
import { monitorQueue } from '../../src/integrations/bullmq/index.js'
import { quasar } from '../../src/integrations/express/index.js'
import { quasarPlugin } from '../../src/integrations/fastify/index.js'
import type { Store } from '../../src/ports/index.js'
import { startQuasar } from '../../src/runtime/start-quasar.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { folderOf, requireFrom } from '../support/installed.js'
import type { BullMQ } from '../support/job-hosts.js'
import { type Program, startProgram } from '../support/program.js'
import { exceptions, slowEntries } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`

let redis: TestRedis
let store: Store
let worker: Program
beforeAll(async () => {
  redis = await startRedis()
  store = redisStore({ redis: redis.url })
})
afterAll(async () => {
  await store?.close()
  await redis?.stop()
})
beforeEach(() => redis.client().flushall())

/** A process whose job `build` adds a job `send`, which fails. It says what it sees of each job. */
const source = (host: string) => `import { createRequire } from 'node:module'
import { monitorQueue, monitorWorker } from '@gravito/quasar/bullmq'
const { Queue, Worker } = createRequire(${JSON.stringify(`${folderOf(host)}/package.json`)})('bullmq')
const options = { service: 'worker', interval: 100, slow: 0, logger: false }
const connection = { url: process.env.QUASAR_REDIS_URL, maxRetriesPerRequest: null }
const queue = new Queue('mail', { connection })
monitorQueue(queue, options)
const worker = new Worker('mail', async (job) => {
  process.send({ name: job.name, data: job.data, opts: job.opts })
  if (job.name === 'build') {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await queue.addBulk([{ name: 'send', data: { to: 'ada' } }])
  }
  if (job.name === 'send') throw new Error('no mailbox')
}, { connection })
monitorWorker(worker, options)
await worker.waitUntilReady()
process.send('ready')`

interface Seen {
  readonly name: string
  readonly data: unknown
  readonly opts: { readonly telemetry?: { readonly metadata?: string } }
}

async function startWorker(host: string): Promise<Seen[]> {
  const seen: Seen[] = []
  worker = await startProgram(source(host), { env: { QUASAR_REDIS_URL: redis.url } })
  const ready = new Promise((resolve) =>
    worker.child.on('message', (message) => (message === 'ready' ? resolve(null) : seen.push(message as Seen))),
  )
  await Promise.race([ready, worker.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))])
  return seen
}

/** Name and trace id of all slow entries, and those of the exception. */
async function recorded() {
  const slow = [...(await slowEntries(store, 'shop')), ...(await slowEntries(store, 'worker'))]
  const failed = await exceptions(store, 'worker')
  return {
    slow: new Map(slow.map(({ name, traceId }) => [name, traceId])),
    failed: failed.map(({ traceId }) => traceId),
  }
}

const quasarOptions = () => ({ service: 'shop', redis: redis.url, interval: 100, slow: 0, logger: false as const })

type Handler = () => Promise<unknown>
interface RunningApp {
  readonly url: string
  close(): Promise<unknown>
}

const apps: Readonly<Record<string, (handler: Handler) => Promise<RunningApp>>> = {
  async express(handler) {
    const monitor = quasar(quasarOptions())
    const app = express()
    app.use(monitor)
    app.use(express.json())
    app.post('/orders', async (_request, response) => void response.json(await handler()))
    const server: Server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async close() {
        server.close()
        await monitor.stop()
      },
    }
  },
  async fastify(handler) {
    const app = fastify()
    await app.register(quasarPlugin, quasarOptions())
    app.post('/orders', handler)
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
  },
}

function useOpenTelemetry(): Tracer {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => context.disable())
  return new BasicTracerProvider().getTracer('test')
}

/** What `bullmq-otel` does, for one queue. */
function telemetryOf(tracer: Tracer): Telemetry {
  return {
    tracer: {
      startSpan(name, _options, from = context.active()) {
        const span = tracer.startSpan(name, {}, from)
        return Object.assign(span, { setSpanOnContext: (on: Context) => otel.setSpan(on, span) }) as never
      },
    },
    contextManager: {
      with: (on, run) => context.with(on, run),
      active: () => context.active(),
      getMetadata(of) {
        const { traceId = '', spanId = '' } = otel.getSpanContext(of) ?? {}
        return JSON.stringify({ traceparent: `00-${traceId}-${spanId}-01`, own: true })
      },
      fromMetadata: (active) => active,
    },
  }
}

describe.each(['bullmq5', 'bullmq6'])('a request and its jobs on %s', (host) => {
  const bullmq: BullMQ = requireFrom(host)('bullmq')
  const undo: (() => unknown)[] = []
  let queue: Queue
  let seen: Seen[]

  beforeEach(async () => {
    seen = await startWorker(host)
    queue = new bullmq.Queue('mail', { connection: { host: '127.0.0.1', port: redis.port } })
  })
  afterEach(async () => {
    for (const end of undo.splice(0).reverse()) await end()
    await queue.close()
    worker.child.kill()
    await worker.ended
    expect(origins().storage).toBeNull()
  })

  function monitor(one = queue) {
    const handle = monitorQueue(one, quasarOptions())
    undo.push(() => handle.stop())
  }
  async function post(app: string, handler: Handler, headers = {}) {
    const running = await (apps[app] as (typeof apps)['express'])?.(handler)
    undo.push(() => running?.close())
    const json = { 'content-type': 'application/json' }
    const answer = await fetch(`${running?.url}/orders`, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: '{}',
    })
    await answer.arrayBuffer()
    return answer
  }

  it.each(Object.keys(apps))('have one trace id over two hops: %s', async (app) => {
    monitor()
    const headers: unknown[] = []
    await post(app, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const job = await queue.add('build', { order: 7 }, { attempts: 1, priority: 2 })
      headers.push(job.data)
      return { id: job.id }
    })
    await vi.waitFor(async () => expect((await recorded()).failed).toHaveLength(1))
    await vi.waitFor(async () => expect((await recorded()).slow.size).toBe(3))
    const { slow, failed } = await recorded()
    const trace = slow.get('POST /orders')
    expect(trace).toMatch(/^[\da-f]{32}$/)
    expect([slow.get('build'), slow.get('send'), failed[0]]).toEqual([trace, trace, trace])
    expect(headers).toEqual([{ order: 7 }])
    const metadata = JSON.stringify({ quasarTraceId: trace })
    expect(seen.map(({ name, data }) => [name, data])).toEqual([
      ['build', { order: 7 }],
      ['send', { to: 'ada' }],
    ])
    expect(seen[0]?.opts).toMatchObject({ attempts: 1, priority: 2, telemetry: { metadata } })
    expect(seen[1]?.opts.telemetry).toEqual({ metadata })
  })

  it('keep an incoming traceparent', async () => {
    monitor()
    await post('express', async () => ({ id: (await queue.add('build', {})).id }), { traceparent: TRACEPARENT })
    await vi.waitFor(async () => expect((await recorded()).failed).toEqual([TRACE]))
    await vi.waitFor(async () => expect([...(await recorded()).slow.values()]).toEqual([TRACE, TRACE, TRACE]))
    expect(seen.map(({ opts }) => opts.telemetry)).toEqual([
      { metadata: JSON.stringify({ traceparent: TRACEPARENT }) },
      { metadata: JSON.stringify({ traceparent: TRACEPARENT }) },
    ])
  })

  it("leave the app's own telemetry alone, and read it", async () => {
    const metadata = JSON.stringify({ traceparent: TRACEPARENT })
    monitor()
    await post('express', async () => {
      await queue.add('build', {}, { telemetry: { metadata } })
      await queue.add('plain', {}, { telemetry: { omitContext: true } })
      return {}
    })
    await vi.waitFor(async () => expect((await recorded()).failed).toEqual([TRACE]))
    await vi.waitFor(() => expect(seen).toHaveLength(3))
    expect(seen.find(({ name }) => name === 'plain')?.opts.telemetry).toEqual({ omitContext: true })
    await vi.waitFor(async () => expect((await recorded()).slow.has('plain')).toBe(true))
    const { slow } = await recorded()
    expect(slow.get('plain')).not.toBe(slow.get('POST /orders'))
  })

  it("are in the trace of OpenTelemetry's active span", async () => {
    const tracer = useOpenTelemetry()
    monitor()
    const span = tracer.startSpan('POST /orders')
    const { traceId, spanId } = span.spanContext()
    const recorder = startQuasar(quasarOptions())
    undo.push(() => recorder.stop())
    const add = () => recorder.run('outer', () => queue.add('plain', {}))
    // A tracer that has just come is noticed within 100 ms.
    await vi.waitFor(async () => {
      const { opts } = await context.with(otel.setSpan(context.active(), span), add)
      expect(opts.telemetry).toEqual({ metadata: JSON.stringify({ traceparent: `00-${traceId}-${spanId}-01` }) })
    })
  })

  it("are in the trace of a queue's own telemetry", async () => {
    const tracer = useOpenTelemetry()
    await queue.close()
    queue = new bullmq.Queue('mail', {
      connection: { host: '127.0.0.1', port: redis.port },
      telemetry: telemetryOf(tracer),
    })
    monitor()
    await post('express', async () => ({ id: (await queue.add('build', {})).id }))
    await vi.waitFor(async () => expect((await recorded()).failed).toHaveLength(1))
    const carried = seen[0]?.opts.telemetry?.metadata ?? ''
    expect(carried).toMatch(/^{"traceparent":"00-[\da-f]{32}-[\da-f]{16}-01","own":true}$/)
    const { slow, failed } = await recorded()
    const trace = JSON.parse(carried).traceparent.slice(3, 35)
    expect([slow.get('build'), slow.get('send'), failed[0]]).toEqual([trace, trace, trace])
  })

  it('have nothing to do with jobs that come from no request, each of which has a trace of its own', async () => {
    monitor()
    await queue.add('one', { a: 1 })
    await queue.add('two', {})
    await vi.waitFor(async () => expect((await recorded()).slow.size).toBe(2))
    const ids = [...(await recorded()).slow.values()]
    expect(new Set(ids).size).toBe(2)
    expect(ids).toEqual([expect.stringMatching(/^[\da-f]{32}$/), expect.stringMatching(/^[\da-f]{32}$/)])
    expect(seen.map(({ opts }) => opts.telemetry)).toEqual([undefined, undefined])
  })

  it('are not followed without a monitored queue, nor in one that is monitored no more', async () => {
    monitor()
    await undo.pop()?.()
    expect(Object.hasOwn(queue, 'add')).toBe(false)
    await post('express', async () => ({ id: (await queue.add('plain', {})).id }))
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    expect(seen[0]?.opts.telemetry).toBeUndefined()
  })

  it('are the same for runs of the app', async () => {
    monitor()
    const recorder = startQuasar(quasarOptions())
    undo.push(() => recorder.stop())
    await recorder.run('nightly', () => queue.add('plain', {}))
    await vi.waitFor(async () => expect((await recorded()).slow.size).toBe(2))
    const { slow } = await recorded()
    expect(slow.get('plain')).toBe(slow.get('nightly'))
  })
})

it('do not travel through releases whose jobs have no such field', async () => {
  const bullmq: BullMQ = requireFrom('bullmq512')('bullmq')
  const queue = new bullmq.Queue('mail', { connection: { host: '127.0.0.1', port: redis.port } })
  const handle = monitorQueue(queue, quasarOptions())
  expect(origins().storage).toBeNull()
  expect(Object.hasOwn(queue, 'add')).toBe(false)
  await handle.stop()
  await queue.close()
})
