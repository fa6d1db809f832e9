import { EventEmitter, once } from 'node:events'
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { context, trace as otel } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { QuasarOptions } from '../../src/core/options/options.js'
import type { Reader } from '../../src/ports/index.js'
import { MAX_SERIES } from '../../src/protocol/index.js'
import { leaseRecorder, type RecorderLease } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { exceptions, recordedBy, serve, slowEntries } from '../support/recorded.js'

type Handler = (request: IncomingMessage, response: ServerResponse, lease: RecorderLease) => void

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** A plain Node server whose path is its route; `/none/…` has none. */
async function app(options: QuasarOptions, handler: Handler) {
  const store = memoryStore()
  const lease = leaseRecorder({ service: 'shop', store, interval: 3_600_000, logger: false, ...options })
  const server = await serve((request, response) => {
    const path = (request.url ?? '').split('?')[0] as string
    lease.recorder.requests.track(request, response, () => (path.startsWith('/none') ? null : path))
    handler(request, response, lease)
  })
  undo.push(server.close, lease.release)
  return { ...lease, store, url: server.url, routes: () => flushedRoutes(lease, store) }
}

async function flushedRoutes(lease: RecorderLease, reader: Reader) {
  await lease.recorder.flush()
  return (await recordedBy(reader, 'shop')).routes
}

const answer: Handler = (_request, response) => void response.end('ok')

/** Asks and waits until the server has seen the response close. */
async function ask(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init)
  await response.text()
  return response.status
}

describe('requests', () => {
  it('are counted by route and status class, with their durations', async () => {
    const { url, routes } = await app({}, (request, response) => {
      response.statusCode = request.url === '/a?fail' ? 503 : request.method === 'POST' ? 201 : 200
      response.end()
    })
    for (const path of ['/a', '/a', '/a?fail', '/b']) await ask(url + path)
    await ask(`${url}/a`, { method: 'POST' })
    const recorded = await vi.waitFor(async () => {
      const found = await routes()
      expect([...found.values()].reduce((sum, { count }) => sum + count, 0)).toBe(5)
      return found
    })
    expect(recorded.get('GET /a')).toMatchObject({ count: 3, errors: 1, aborted: 0, classes: [0, 2, 0, 0, 1] })
    expect(recorded.get('GET /a')?.durations.count).toBe(3)
    expect(recorded.get('POST /a')).toMatchObject({ count: 1, classes: [0, 1, 0, 0, 0] })
    expect(recorded.get('GET /b')?.count).toBe(1)
  })

  it('that no route took share one series', async () => {
    const { url, routes } = await app({}, answer)
    for (let index = 0; index < 50; index++) await ask(`${url}/none/${index}`)
    await vi.waitFor(async () => expect((await routes()).get('(unmatched)')?.count).toBe(50))
    expect([...(await routes()).keys()]).toEqual(['(unmatched)'])
  })

  it('over the cap of series go to (other)', async () => {
    const { url, routes } = await app({}, answer)
    for (let index = 0; index < MAX_SERIES + 20; index++) await ask(`${url}/${index}`)
    await vi.waitFor(async () => expect((await routes()).get('(other)')?.count).toBe(20))
    expect((await routes()).size).toBe(MAX_SERIES + 1)
  })

  it('whose client goes away count as aborted, before and in the middle of the answer', async () => {
    const reached = new EventEmitter()
    const { url, routes } = await app({}, (request, response) => {
      if (request.url === '/half') response.write('half')
      else reached.emit('request')
    })
    await abortWhenReached(`${url}/never`, reached)
    await abortWhenReached(`${url}/half`)
    await vi.waitFor(async () => {
      const recorded = await routes()
      for (const key of ['GET /never', 'GET /half']) {
        expect(recorded.get(key)).toMatchObject({ count: 1, aborted: 1, errors: 0, classes: [0, 0, 0, 1, 0] })
      }
    })
  })

  it('on the list to ignore leave nothing', async () => {
    const ignore = ['/health', '/static/*', /^\/api\/internal/, (path: string) => path.endsWith('.ico')]
    const { url, routes } = await app({ ignore }, answer)
    for (const path of ['/health?full', '/static/a/b.js', '/api/internal/x', '/favicon.ico', '/healthy']) {
      await ask(url + path)
    }
    await vi.waitFor(async () => expect([...(await routes()).keys()]).toEqual(['GET /healthy']))
  })

  it('that are followed twice count once', async () => {
    const { url, routes } = await app({}, (request, response, lease) => {
      const again = lease.recorder.requests.track(request, response)
      expect(again).toBe(lease.recorder.requests.find(response))
      response.end()
    })
    await ask(`${url}/a`)
    await vi.waitFor(async () => expect((await routes()).get('GET /a')?.count).toBe(1))
  })

  it('that are discarded leave nothing', async () => {
    const { url, routes } = await app({}, (request, response, lease) => {
      if (request.url === '/gone') lease.recorder.requests.find(response)?.discard()
      response.end()
    })
    await ask(`${url}/gone`)
    await ask(`${url}/there`)
    await vi.waitFor(async () => expect([...(await routes()).keys()]).toEqual(['GET /there']))
  })

  it('in flight are in the heartbeat with the age of the oldest; event streams are not', async () => {
    const { url, recorder, store } = await app({}, (request, response) => {
      if (request.url === '/stream') response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n')
      else if (request.url !== '/hang') response.end()
    })
    const abort = new AbortController()
    const hanging = ['/stream', '/hang', '/hang'].map((path) =>
      fetch(url + path, { signal: abort.signal }).catch(() => {}),
    )
    await vi.waitFor(async () => {
      await recorder.flush()
      const { nodes } = await store.nodes()
      expect(nodes[0]?.heartbeat?.requests).toMatchObject({ inFlight: 2, oldestMs: expect.any(Number) })
    })
    abort.abort()
    await Promise.all(hanging)
    await vi.waitFor(async () => {
      await recorder.flush()
      expect((await store.nodes()).nodes[0]?.heartbeat?.requests).toMatchObject({ inFlight: 0, oldestMs: null })
    })
  })
})

describe('a slow request', () => {
  const headers = {
    'x-request-id': 'req-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    cookie: 'session=secret-cookie',
    'user-agent': 'tester',
  }

  it('says which it was and what the process did meanwhile, without secrets', async () => {
    const { url, recorder, store } = await app({ slow: 100 }, (_request, response) => {
      const end = performance.now() + 300
      while (performance.now() < end);
      response.statusCode = 202
      response.end()
    })
    await ask(`${url}/block?card=4242&token=hunter2`, { headers })
    await vi.waitFor(async () => {
      await recorder.flush()
      expect(await slowEntries(store, 'shop')).toHaveLength(1)
    })
    const [entry] = await slowEntries(store, 'shop')
    expect(entry).toMatchObject({
      kind: 'request',
      name: 'GET /block',
      thresholdMs: 100,
      status: '202',
      requestId: 'req-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      meta: { method: 'GET', url: '/block?card=&token=', aborted: false, headers: { 'user-agent': 'tester' } },
    })
    expect(entry?.durationMs).toBeGreaterThanOrEqual(290)
    expect(entry?.meta.loopBlockedMs).toBeGreaterThan(150)
    expect(JSON.stringify(entry)).not.toMatch(/hunter2|4242|secret-cookie/)
  })

  it('gets a request id where it has none, and the threshold of its own rule', async () => {
    const slow = { requests: [['/fine', 60_000], 0] as const }
    const { url, recorder, store } = await app({ slow: slow as unknown as NonNullable<QuasarOptions['slow']> }, answer)
    await ask(`${url}/fine`)
    await ask(`${url}/other`)
    await vi.waitFor(async () => {
      await recorder.flush()
      const entries = await slowEntries(store, 'shop')
      expect(entries.map((entry) => entry.name)).toEqual(['GET /other'])
      expect(entries[0]?.requestId).toMatch(/^[\da-f-]{36}$/)
    })
  })

  it("takes the trace id of OpenTelemetry's active span before the header's", async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const tracer = new BasicTracerProvider().getTracer('test')
    const store = memoryStore()
    const lease = leaseRecorder({ service: 'shop', store, interval: 3_600_000, slow: 0, logger: false })
    const span = tracer.startSpan('request')
    const server = await serve((request, response) => {
      context.with(otel.setSpan(context.active(), span), () => lease.recorder.requests.track(request, response))
      response.end()
    })
    undo.push(server.close, lease.release, async () => context.disable())
    // A tracer that was registered after the first request is noticed within 100 ms.
    await vi.waitFor(async () => {
      await ask(`${server.url}/a`, { headers })
      await lease.recorder.flush()
      const ids = (await slowEntries(store, 'shop')).map(({ traceId }) => traceId)
      expect(ids).toContain(span.spanContext().traceId)
    })
  })

  it('is not an event stream, which lasts as long as somebody listens', async () => {
    const { url, recorder, store, routes } = await app({ slow: 20 }, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).write(':\n')
      setTimeout(() => response.end(), 60)
    })
    await ask(`${url}/events`)
    await vi.waitFor(async () => expect((await routes()).get('GET /events')?.count).toBe(1))
    await recorder.flush()
    expect(await slowEntries(store, 'shop')).toEqual([])
    expect((await routes()).get('GET /events')?.durations.count).toBe(0)
  })

  it('is kept by the share that `sample` says, and counted always', async () => {
    const { url, store, routes } = await app({ slow: 0, sample: 0 }, answer)
    await ask(`${url}/a`)
    await vi.waitFor(async () => expect((await routes()).get('GET /a')?.count).toBe(1))
    expect(await slowEntries(store, 'shop')).toEqual([])
  })
})

describe('an error of a request', () => {
  const failing =
    (status: number): Handler =>
    (_request, response, lease) => {
      lease.recorder.requests.find(response)?.fail(new RangeError(`broke with token=hunter2`))
      response.statusCode = status
      response.end()
    }

  it('is an exception when the answer is 5xx', async () => {
    const { url, recorder, store } = await app({}, failing(500))
    await ask(`${url}/a`)
    await vi.waitFor(async () => {
      await recorder.flush()
      const [record] = await exceptions(store, 'shop')
      expect(record).toMatchObject({ kind: 'request', name: 'RangeError', route: 'GET /a', handled: false })
      expect(record?.message).not.toContain('hunter2')
    })
  })

  it('is none when the app answered 4xx or less', async () => {
    for (const status of [200, 404, 422]) {
      const { url, recorder, store, routes } = await app({}, failing(status))
      await ask(`${url}/a`)
      await vi.waitFor(async () => expect((await routes()).get('GET /a')?.count).toBe(1))
      await recorder.flush()
      expect(await exceptions(store, 'shop')).toEqual([])
    }
  })
})

describe('the exception of a request', () => {
  const kinds: Record<string, { handler: Handler; told: string[]; errors: number }> = {
    'is the last error before the answer': {
      handler: (_request, response, { recorder }) => {
        const trace = recorder.requests.find(response)
        trace?.fail(new Error('first'))
        trace?.fail(new Error('last'))
        response.writeHead(500).end()
      },
      told: ['last'],
      errors: 1,
    },
    'is none that the app recovered from': {
      handler: (_request, response, { recorder }) => {
        const trace = recorder.requests.find(response)
        trace?.fail(new Error('first'))
        trace?.recovered()
        response.writeHead(503).end()
      },
      told: [],
      errors: 1,
    },
    'is not one that came after the answer': {
      handler: (_request, response, { recorder }) => {
        const trace = recorder.requests.find(response)
        trace?.fail(new Error('first'))
        response.writeHead(500).end()
        trace?.fail(new Error('late'))
      },
      told: ['first'],
      errors: 1,
    },
    'is what cut the answer short, which makes it an error': {
      handler: (_request, response, { recorder }) => {
        const trace = recorder.requests.find(response)
        trace?.fail(new Error('recovered from by this answer'))
        response.write('half')
        trace?.fail(new Error('cut'))
        trace?.fail(new Error('consequence'))
        response.end()
      },
      told: ['cut'],
      errors: 1,
    },
    'may be undefined': {
      handler: (_request, response, { recorder }) => {
        recorder.requests.find(response)?.fail(undefined)
        response.writeHead(500).end()
      },
      told: ['undefined'],
      errors: 1,
    },
  }
  it.each(Object.entries(kinds))('%s', async (_, { handler, told, errors }) => {
    const { url, recorder, store, routes } = await app({}, handler)
    await ask(`${url}/a`)
    await vi.waitFor(async () => expect((await routes()).get('GET /a')).toMatchObject({ count: 1, errors }))
    await recorder.flush()
    expect((await exceptions(store, 'shop')).map(({ message }) => message)).toEqual(told)
  })
})

describe('a request that Node itself refuses the rest of', () => {
  const rests = {
    'that does not come in time': { rest: '', status: '408' },
    'that is no HTTP': { rest: 'no chunk\r\n', status: '400' },
  }
  it.each(Object.entries(rests))('%s is a client error', async (_, { rest, status }) => {
    const options = { requestTimeout: 200, connectionsCheckingInterval: 50 }
    const { port, store, lease } = await plainServer(options, (request) => request.on('error', () => {}).resume())
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST /late HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${rest}`)
    const answer = await text(socket)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
    await vi.waitFor(async () => {
      const series = (await flushedRoutes(lease, store)).get('(unmatched)')
      expect(series).toMatchObject({ count: 1, aborted: 0, errors: 0, classes: [0, 0, 0, 1, 0] })
    })
  })
})

describe('a request whose client', () => {
  const leave: Record<string, (socket: Socket) => unknown> = {
    ends: (socket) => socket.end(),
    closes: (socket) => socket.destroy(),
    resets: (socket) => socket.resetAndDestroy(),
  }
  for (const [how, go] of Object.entries(leave)) {
    it.each([
      ['/hang', ''],
      ['/half', ''],
      ['/hang', 'half a body'],
      ['/half', 'half a body'],
    ])(`${how} the connection is aborted (%s, %s)`, async (path, body) => {
      const { port, store, lease } = await plainServer({}, (request, response) => {
        request.on('error', () => {}).resume()
        if (request.url === '/half') response.write('half')
      })
      const socket = connect(port, '127.0.0.1')
        .on('error', () => {})
        .resume()
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body ? 1_000 : 0}\r\n\r\n${body}`)
      await vi.waitFor(async () => {
        await lease.recorder.flush()
        expect((await store.nodes()).nodes[0]?.heartbeat?.requests?.inFlight).toBe(1)
      })
      go(socket)
      await vi.waitFor(async () => {
        const series = (await flushedRoutes(lease, store)).get('(unmatched)')
        expect(series).toMatchObject({ count: 1, aborted: 1, errors: 0, classes: [0, 0, 0, 1, 0] })
      })
    })
  }
})

async function plainServer(options: ServerOptions, handler: RequestListener) {
  const store = memoryStore()
  const lease = leaseRecorder({ service: 'shop', store, interval: 3_600_000, logger: false })
  const server = createServer(options, (request, response) => {
    lease.recorder.requests.track(request, response)
    handler(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo.push(
    lease.release,
    async () => void server.close(),
    async () => server.closeAllConnections(),
  )
  return { port: (server.address() as AddressInfo).port, store, lease }
}

/** Sends a request and goes away once the server has it, as `reached` tells, or has begun to answer. */
function abortWhenReached(url: string, reached?: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const request = get(url, (response) => {
      response.once('data', () => request.destroy())
      response.once('error', () => {})
    })
    request.once('close', () => resolve())
    request.once('error', () => {})
    reached?.once('request', () => request.destroy())
  })
}
