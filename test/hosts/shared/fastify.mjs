// The app of the Fastify hosts.
import { Readable } from 'node:stream'
import { addSocketIo, breakOff, echo, errorWith, failing, OrderError, refusal, STREAM_MS, wait } from './host.mjs'

/** A router that takes several spellings of a path for the same. */
const ROUTERS = { lenient: { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true } }

/** @param kind `hookless`: without a hook of the app that runs for all routes; `http2`: on HTTP/2 without TLS */
export function fastifyApps(fastify, { quasarPlugin }, kind, sockets) {
  const mount = kind === 'hookless' ? mountByRoute : mountByHook
  return async function openApp({
    options,
    registrations = 1,
    place = 'first',
    errorHandler = false,
    timeout = 0,
    variant,
  }) {
    const app = fastify({ forceCloseConnections: true, http2: kind === 'http2', ...ROUTERS[variant] })
    const monitor = (scope) => {
      for (let count = 0; count < registrations; count++) scope.register(quasarPlugin, options)
    }
    ;({ guarded: addGuard, shapes: addShapes })[variant]?.(app)
    if (place === 'first') monitor(app)
    if (errorHandler)
      app.setErrorHandler((error, _request, reply) => {
        reply.code(error.statusCode ?? 500).send({ message: error.message })
      })
    mount(app)
    addRoutes(app, place === 'nested' ? monitor : () => {})
    if (variant === 'sockets') addSockets(app, sockets.websocket)
    if (variant === 'sockets' || variant === 'events') addEvents(app)
    addSocketIo(sockets?.Server, app.server, variant)
    if (place === 'late') monitor(app)
    app.server.setTimeout(timeout)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      port: app.server.address().port,
      close: () => app.close(),
      inject: async (url) => (await app.inject({ url })).statusCode,
    }
  }
}

/** What answers in a hook that is older than ours: preflights, and a guard, at once, later, and never. */
function addGuard(app) {
  app.addHook('onRequest', (request, reply, done) => {
    const { 'x-guard': guard } = request.headers
    if (request.method === 'OPTIONS') reply.code(204).send()
    else if (guard === 'refuses') reply.code(503).send('overloaded')
    else if (guard === 'throws') throw new OrderError('guard')
    else if (guard === 'hijacks') reply.hijack().raw.writeHead(503).end()
    else if (guard !== 'hangs') done()
  })
  app.options('*', async () => 'never')
}

/** Patterns of every form, and ways out of a handler other than an answer. */
function addShapes(app) {
  const answer = async () => 'shape'
  for (const path of ['/files/*', '/opt/:a?', '/num/:id(^\\d+$)', '/pictures/:name.png', '/Upper/:id'])
    app.get(path, answer)
  app.register(async (scope) => scope.get('/', answer), { prefix: '/pre/:tenant' })
  app.get('/again', (request, reply) => {
    reply.hijack()
    request.raw.url = '/plain'
    app.routing(request.raw, reply.raw)
  })
  app.get('/gone', (_request, reply) => reply.callNotFound())
  app.get('/frames', (_request, reply) => {
    Error.stackTraceLimit = 50
    reply.send(new Error('frames').stack)
  })
}

function addSockets(app, websocket) {
  app.register(websocket)
  app.register(async (scope) => {
    scope.get('/ws/:room', { websocket: true }, echo)
    const preValidation = async (_request, reply) => reply.code(401).send()
    scope.get('/refused', { websocket: true, preValidation }, echo)
  })
}

/** Event streams by a reply that is hijacked and by one that is not. */
function addEvents(app) {
  app.get('/events', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n')
  })
  app.get('/events/end', (_request, reply) => {
    const pieces = (async function* () {
      yield 'data: one\n\n'
      await wait(STREAM_MS)
    })()
    reply.header('content-type', 'Text/Event-Stream').send(Readable.from(pieces))
  })
}

function mountByHook(app) {
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/mounted')) return reply.send('mounted')
  })
}

function mountByRoute(app) {
  app.get('/mounted/*', async () => 'mounted')
}

function addRoutes(app, monitorNested) {
  app.get('/plain', async () => 'plain')
  app.get('/users/:id', async (request) => ({ id: request.params.id }))
  app.register(tenantScope(monitorNested), { prefix: '/t/:tenant' })
  app.register(
    tenantScope(() => {}),
    { prefix: '/v2/t/:tenant' },
  )
  app.post('/orders', async (request, reply) => reply.code(201).send(request.body))
  addFailures(app)
  app.register(failingHandlers, { prefix: '/handlers' })
  addStreams(app)
  app.register(adminScope, { prefix: '/admin' })
  const query = { type: 'object', properties: { page: { type: 'integer' } } }
  app.get('/pages', { schema: { querystring: query } }, async () => 'pages')
  app.get('/health', async () => 'healthy')
  app.get('/unseen', { config: { quasar: false } }, async () => 'unseen')
  app.get('/unseen/fail', { config: { quasar: false } }, async () => {
    throw new OrderError('unseen')
  })
  app.get('/hijacked', (_request, reply) => {
    reply.hijack()
    reply.raw.end('hijacked')
  })
  app.get(
    '/refused-by-hook',
    {
      preHandler: async () => {
        throw new OrderError('hook')
      },
    },
    async () => 'never',
  )
}

function tenantScope(monitorNested) {
  return async (scope) => {
    monitorNested(scope)
    scope.get('/', async () => 'tenant')
    scope.register(
      async (orders) => {
        orders.get('/:id', async (request) => ({ id: request.params.id }))
        orders.get('/:id/fail', async () => {
          throw new OrderError('no stock')
        })
      },
      { prefix: '/orders' },
    )
  }
}

async function adminScope(scope) {
  scope.addHook('preHandler', async (request, reply) => {
    const status = refusal(request.headers['x-name'])
    if (status) return reply.code(status).send('refused')
  })
  scope.get('/:section', async (request) => request.params.section)
}

function addFailures(app) {
  app.get('/fail/sync', () => {
    throw new OrderError('no stock')
  })
  app.get('/fail/async', async () => {
    await null
    throw new OrderError('no stock')
  })
  app.get('/fail/next', (_request, reply) => {
    reply.send(new OrderError('no stock'))
  })
  app.get('/fail/with/:status', async (request) => {
    throw errorWith(Number(request.params.status))
  })
  app.get('/missing/:id', async (_request, reply) => reply.code(404).send({ error: 'no such thing' }))
}

/** Error handlers that fail themselves. */
async function failingHandlers(scope) {
  const second = (how) => ({
    errorHandler: how,
  })
  const fail = async () => {
    throw new OrderError('first')
  }
  scope.get(
    '/throws',
    second(() => {
      throw new OrderError('second')
    }),
    fail,
  )
  scope.get(
    '/rejects',
    second(async () => {
      throw new OrderError('second')
    }),
    fail,
  )
  scope.get(
    '/sends',
    second((_error, _request, reply) => reply.send(new OrderError('second'))),
    fail,
  )
  scope.get(
    '/deliberate',
    second((_error, _request, reply) => reply.code(503).send('later')),
    fail,
  )
}

function addStreams(app) {
  app.get('/slow/:ms', async (request) => {
    await wait(Number(request.params.ms))
    return 'slow'
  })
  app.get('/blocked/:after/:ms', async (request) => {
    if (request.params.after !== '0') await wait(Number(request.params.after))
    const until = performance.now() + Number(request.params.ms)
    while (performance.now() < until);
    return 'blocked'
  })
  app.get('/hang', () => new Promise(() => {}))
  app.get('/stream', (_request, reply) => {
    reply.send(
      Readable.from(
        (async function* () {
          yield 'one'
          await wait(STREAM_MS)
          yield 'two'
        })(),
      ),
    )
  })
  app.get('/broken/:how', (request, reply) => {
    reply.hijack()
    breakOff(request.params.how, request.raw, reply.raw)
  })
  app.get('/torn', (_request, reply) => reply.send(failing()))
  app.get('/drip', (_request, reply) => {
    const body = new Readable({ read() {} })
    body.push('one')
    reply.send(body)
  })
}
