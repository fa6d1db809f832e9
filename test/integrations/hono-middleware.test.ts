// Hono's own middleware answers alike with Quasar before it, behind it and around the app.
import { type Handler, Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { bearerAuth } from 'hono/bearer-auth'
import { bodyLimit } from 'hono/body-limit'
import { every, except, some } from 'hono/combine'
import { compress } from 'hono/compress'
import { contextStorage, getContext } from 'hono/context-storage'
import { cors } from 'hono/cors'
import { csrf } from 'hono/csrf'
import { etag } from 'hono/etag'
import { languageDetector } from 'hono/language'
import { logger } from 'hono/logger'
import { methodOverride } from 'hono/method-override'
import { poweredBy } from 'hono/powered-by'
import { prettyJSON } from 'hono/pretty-json'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { serveStatic } from 'hono/serve-static'
import { streamSSE, streamText } from 'hono/streaming'
import { timeout } from 'hono/timeout'
import { endTime, startTime, timing } from 'hono/timing'
import { trimTrailingSlash } from 'hono/trailing-slash'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { quasar, quasarFetch } from '../../src/integrations/hono/index.js'

const options = { service: 'middleware', redis: false } as const
const stops: (() => Promise<void>)[] = []
afterAll(() => Promise.all(stops.map((stop) => stop())))

const LONG = 'a long text '.repeat(200)

/** Each adds to an app, and is asked for `/`, unless it names other requests. */
const apps: Record<string, { add(app: Hono): void; requests?: [path: string, init?: RequestInit][] }> = {
  basicAuth: { add: (app) => app.use(basicAuth({ username: 'a', password: 'b' })).get('/', text) },
  bearerAuth: { add: (app) => app.use('/x/*', bearerAuth({ token: 't' })).get('/x/y', text), requests: [['/x/y']] },
  bodyLimit: {
    add: (app) => app.post('/', bodyLimit({ maxSize: 4 }), async (c) => c.text(await c.req.text())),
    requests: [
      ['/', { method: 'POST', body: 'much too long' }],
      ['/', { method: 'POST', body: 'ok' }],
    ],
  },
  combine: {
    add: (app) => {
      const never: Handler = () => {
        throw new Error('never')
      }
      app.use(some(never, every(poweredBy(), except('/open', cors())))).get('*', text)
    },
    requests: [['/'], ['/open']],
  },
  compress: {
    add: (app) => app.use(compress()).get('/', (c) => c.text(LONG)),
    requests: [['/', { headers: { 'accept-encoding': 'gzip' } }], ['/']],
  },
  contextStorage: {
    add: (app) => app.use(contextStorage()).get('/', (c) => c.text(getContext().req.path)),
  },
  cors: { add: (app) => app.use(cors()).get('/', text), requests: [['/', { method: 'OPTIONS' }], ['/']] },
  csrf: {
    add: (app) => app.use(csrf()).post('/', text),
    requests: [['/', { method: 'POST', headers: { 'content-type': 'text/plain', origin: 'http://other' } }]],
  },
  etag: {
    add: (app) => app.use(etag()).get('/', text),
    requests: [['/'], ['/', { headers: { 'if-none-match': '"372ea08cab33e71c02c651dbc83a474d32c676ea"' } }]],
  },
  'the error handler': {
    add: (app) => {
      app.onError((error, c) => c.text(`${error.message} ${c.error === error}`, 500))
      app.get('/', () => {
        throw new Error('no stock')
      })
    },
  },
  language: {
    add: (app) => app.use(languageDetector({ fallbackLanguage: 'en' })).get('/', (c) => c.text(`${c.get('language')}`)),
  },
  methodOverride: {
    add: (app) => {
      app.use('/posts', methodOverride({ app, header: 'x-method' }))
      app.delete('/posts', (c) => c.text('deleted')).post('/posts', (c) => c.text('posted'))
    },
    requests: [['/posts', { method: 'POST', headers: { 'x-method': 'DELETE' } }]],
  },
  'a not-found handler': {
    add: (app) => {
      app.notFound((c) => c.text(`nothing at ${c.req.path} of ${c.req.routeIndex}`, 404))
      app.use('/x/*', (_c, next) => next())
    },
    requests: [['/'], ['/x/y'], ['/', { method: 'HEAD' }]],
  },
  prettyJSON: {
    add: (app) => app.use(prettyJSON()).get('/', (c) => c.json({ a: 1 })),
    requests: [['/?pretty'], ['/']],
  },
  'a replaced answer': {
    add: (app) => {
      app.use(async (c, next) => {
        await next()
        c.res = new Response('replaced', c.res)
        c.header('x-after', 'yes')
      })
      app.get('/', text)
    },
  },
  requestId: {
    add: (app) => app.use(requestId({ generator: () => 'r-1' })).get('/', (c) => c.text(c.get('requestId'))),
  },
  secureHeaders: { add: (app) => app.use(secureHeaders()).get('/', text) },
  serveStatic: {
    add: (app) => {
      const getContent = async (path: string) => (path.endsWith('there.txt') ? 'there' : null)
      app.use('/files/*', serveStatic({ getContent })).get('*', serveStatic({ getContent })).get('/late', text)
    },
    requests: [['/files/there.txt'], ['/files/nothing'], ['/there.txt'], ['/late']],
  },
  streaming: {
    add: (app) => {
      app.get('/text', (c) => streamText(c, async (stream) => void (await stream.write('one'))))
      app.get('/sse', (c) => streamSSE(c, (stream) => stream.writeSSE({ data: 'one' })))
    },
    requests: [['/text'], ['/sse']],
  },
  timeout: {
    add: (app) =>
      app.get('/', timeout(5), () => new Promise<Response>((resolve) => setTimeout(resolve, 100, new Response()))),
  },
  trailingSlash: { add: (app) => app.use(trimTrailingSlash()).get('/x', text), requests: [['/x/'], ['/x']] },
}

function text(c: Parameters<Handler>[0]) {
  return c.text('text')
}

type Ask = (path: string, init?: RequestInit) => Response | Promise<Response>

const ways: Record<string, (add: (app: Hono) => void) => Ask> = {
  before: (add) => {
    const app = new Hono()
    const monitor = quasar(options)
    stops.push(monitor.stop)
    app.use(monitor)
    add(app)
    return (path, init) => app.request(path, init)
  },
  around: (add) => {
    const app = new Hono()
    add(app)
    const fetch = quasarFetch(app, options)
    stops.push(fetch.stop)
    return (path, init) => fetch(new Request(`http://localhost${path}`, init))
  },
}

/** Without Quasar there is a middleware in its place: some answers tell how many there are. */
function bare(way: string, add: (app: Hono) => void): Ask {
  const app = new Hono()
  if (way === 'before') app.use((_c, next) => next())
  add(app)
  return (path, init) => app.request(path, init)
}

async function answersOf(ask: Ask, requests: [string, RequestInit?][]) {
  const answers: unknown[] = []
  for (const [path, init] of requests) {
    const response = await ask(path, init)
    const body = Buffer.from(await response.arrayBuffer()).toString('base64')
    answers.push([path, response.status, [...response.headers].sort(), body])
  }
  return answers
}

describe.each(Object.keys(ways))('with Quasar %s', (way) => {
  it.each(Object.keys(apps))('%s answers as without it', async (name) => {
    const { add, requests = [['/']] } = apps[name] as (typeof apps)[string]
    const followed = (ways[way] as (typeof ways)[string])(add)
    const expected = await answersOf(bare(way, add), requests)
    expect(await answersOf(followed, requests)).toEqual(expected)
    // Twice: what is learned from an app's first requests must not change the next ones.
    expect(await answersOf(followed, requests)).toEqual(expected)
  })

  it('logger writes the lines that it writes without it', async () => {
    const lines = async (open: (add: (app: Hono) => void) => Ask) => {
      const written: string[] = []
      const ask = open((app) => void app.use(logger((line) => written.push(line.replace(/\d+ms/, '')))).get('/', text))
      await ask('/')
      await ask('/nowhere')
      return written
    }
    expect(await lines(ways[way] as (typeof ways)[string])).toEqual(await lines((add) => bare(way, add)))
  })

  it('timing works where the global performance is gone', async () => {
    const { performance } = globalThis
    Reflect.deleteProperty(globalThis, 'performance')
    const now = vi.spyOn(Date, 'now')
    try {
      const ask = (ways[way] as (typeof ways)[string])((app) => {
        app.use(timing()).get('/', (c) => {
          startTime(c, 'db')
          endTime(c, 'db')
          return c.text('timed')
        })
      })
      const response = await ask('/')
      expect(response.status).toBe(200)
      expect(response.headers.get('server-timing')).toMatch(/^db;dur=.*total;dur=/)
      expect(now).toHaveBeenCalled()
    } finally {
      now.mockRestore()
      globalThis.performance = performance
    }
  })

  it('leaves readings of a mocked clock to the app', async () => {
    const ask = (ways[way] as (typeof ways)[string])((app) => {
      app.use(timing({ total: false })).get('/', (c) => {
        startTime(c, 'db')
        endTime(c, 'db')
        return c.text('timed')
      })
    })
    const now = vi.spyOn(performance, 'now').mockReturnValueOnce(1_000).mockReturnValueOnce(1_234)
    try {
      expect((await ask('/')).headers.get('server-timing')).toBe('db;dur=234.0')
    } finally {
      now.mockRestore()
    }
  })
})
