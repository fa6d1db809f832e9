// The app of the Hono hosts.
import { Readable } from 'node:stream'
import { addSocketIo, breakOff, closeServer, failing, listen, OrderError, refusal, STREAM_MS, wait } from './host.mjs'

const NO_SOCKETS = { options: {}, inject() {} }

export function honoApps(framework, { quasar, quasarFetch }) {
  const { Hono } = framework
  return async function openApp({
    options,
    registrations = 1,
    place = 'first',
    errorHandler = false,
    variant,
    router,
    timeout = 0,
  }) {
    const app = router ? framework.routers[router]() : new Hono({ strict: !variant?.includes('loose') })
    const isAround = variant?.startsWith('around')
    const monitors = Array.from({ length: isAround ? 0 : registrations }, () => quasar(options))
    const monitor = (router) => {
      for (const middleware of monitors) router.use(middleware)
    }
    if (place === 'first') monitor(app)
    // The whole app has more than one router can do.
    if (router) addFew(app)
    else addRoutes(app, { ...framework, monitor }, place === 'nested' ? monitor : () => {})
    const webSockets = addSockets(app, framework, variant)
    addFallbacks(app, errorHandler, variant)
    const around = isAround ? quasarFetch(app, options) : app.fetch
    if (isAround) monitors.push(around)
    const answer = variant?.includes('fetch') ? (request) => around(request) : around
    const server = await serve(answer, { timeout, webSockets, variant }, framework)
    return {
      port: server.port,
      stop: () => Promise.all(monitors.map((middleware) => middleware.stop())),
      async close() {
        await server.close()
        await this.stop()
      },
    }
  }
}

/** With the server of node-server, or with that of the runtime, which has no objects of Node's. */
async function serve(fetch, { timeout, webSockets, variant }, { createAdaptorServer, Server }) {
  const where = { port: 0, hostname: '127.0.0.1' }
  if (!process.argv.includes('native')) {
    const server = createAdaptorServer({ fetch, ...webSockets.options })
    server.setTimeout(timeout)
    webSockets.inject(server)
    addSocketIo(Server, server, variant)
    return { port: await listen(server), close: () => closeServer(server) }
  }
  if (globalThis.Bun) {
    const server = globalThis.Bun.serve({ ...where, fetch })
    return { port: server.port, close: () => server.stop(true) }
  }
  const closing = new AbortController()
  const server = globalThis.Deno.serve({ ...where, signal: closing.signal, onListen() {} }, fetch)
  return {
    port: server.addr.port,
    close() {
      closing.abort()
      return server.finished
    },
  }
}

function addFallbacks(app, errorHandler, variant) {
  if (variant?.endsWith('not-found')) app.notFound((c) => c.text('the page for everything'))
  app.onError(errorHandler ? (error, c) => c.json({ message: error.message }, error.status ?? 500) : quietly)
}

/** What Hono does by itself, without its log. */
function quietly(error, c) {
  return 'getResponse' in error
    ? c.newResponse(error.getResponse().body, error.getResponse())
    : c.text('Internal Server Error', 500)
}

function addRoutes(app, framework, monitorNested) {
  const { validator } = framework
  app.use('/mounted/*', (c) => c.text('mounted'))
  app.use('/t/*', (_c, next) => next())
  app.get('/plain', (c) => c.text('plain'))
  app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
  app.route('/t/:tenant', tenantApp(framework, monitorNested))
  app.route(
    '/v2/t/:tenant',
    tenantApp(framework, () => {}),
  )
  app.post(
    '/orders',
    validator('json', (value) => value),
    (c) => c.json(c.req.valid('json'), 201),
  )
  addFailures(app, framework)
  addStreams(app, framework)
  app.use('/admin/*', async (c, next) => {
    const status = refusal(c.req.header('x-name'))
    if (status) return c.text('refused', status)
    await next()
  })
  app.get('/admin/:section', (c) => c.text(c.req.param('section')))
  app.get('/health', (c) => c.text('healthy'))
  app.all('/any/:id', (c) => c.text('any'))
  app.get(
    '/chain/:id',
    async (_c, next) => next(),
    (c) => c.text('chain'),
  )
  app.get('/throws/value', () => {
    throw 'no error at all'
  })
  app.route('/own', ownErrors(framework))
  addRecovering(app, framework)
  addPatterns(app, framework)
  addCalls(app, framework)
  addStacks(app)
  // At the end: what nothing before has answered passes it.
  app.get('/pages/*', (c, next) => (c.req.path.endsWith('.html') ? c.text('page') : next()))
  app.get('/pages/late', (c) => c.text('late'))
}

function addFew(app) {
  app.use(async (_c, next) => next())
  app.get('/users/:id', (c) => c.text('user'))
  app.get('/static', (c, next) => (c.req.query('pass') ? next() : c.text('static')))
  app.use('/guarded/*', (c, next) => (c.req.query('in') ? next() : c.text('refused', 401)))
  app.get('/guarded/:id', (c) => c.text('guarded'))
  app.all('/proxy/*', (c) => c.text('proxied'))
  addStacks(app)
  app.get('*', (c, next) => (c.req.query('fall') ? c.text('fallback') : next()))
}

/** Answers with the stacks of errors that are made here. */
function addStacks(app) {
  const stackOf = () => new Error('here').stack
  app.get('/stacks/sync', (c) => c.text(stackOf()))
  app.get('/stacks/async', async (c) => {
    await wait(1)
    return c.text(stackOf())
  })
  app.use('/stacks/through/*', async function passing(_c, next) {
    await next()
  })
  app.get('/stacks/through/it', (c) => c.text(stackOf()))
  app.get('/stacks/inner', (c) => app.fetch(new Request(new URL('/stacks/sync', c.req.url)), c.env))
  app.get('/stacks/last', (c, _next) => c.text(stackOf()))
  const recovering = new app.constructor()
  recovering.onError((error) => {
    throw error
  })
  recovering.get('/sub-app', (c) => c.text(stackOf()))
  app.route('/stacks', recovering)
}

/** What only Hono has. */
function addPatterns(app, { Hono }) {
  app.all('/proxy/*', (c) => c.text('proxied'))
  app.use('/rpc/*', (c) => c.text('called'))
  app.use('/files/*', (c, next) => (c.req.path.endsWith('.txt') ? c.text('file') : next()))
  app.use('/guarded/*', (c, next) => (c.req.query('in') ? next() : c.text('refused', 401)))
  app.mount('/old', (request) => new Response(`old ${new URL(request.url).pathname}`))
  app.get('/optional/:id?', (c) => c.text('optional'))
  app.get('/numbers/:id{[0-9]+}', (c) => c.text('number'))
  app.get('/middle/*/end', (c) => c.text('middle'))
  app.on(['PUT', 'PURGE'], ['/one/:id', '/other/:id'], (c) => c.text('on'))
  app.basePath('/base').get('/:id', (c) => c.text('base'))
  app.get('/filled/:id', (c, next) => {
    c.res = c.text('filled')
    return next()
  })
  app.get('/handed/:id', (c, next) => {
    c.set('value', 'handed')
    return next()
  })
  app.use('/handed/*', (c) => c.text(c.get('value') ?? 'nothing'))
  app.use('/replaced/*', async (c, next) => {
    await next()
    c.res = c.text('replaced', c.res.status)
  })
  app.get('/replaced/:id', (c) => c.text('not yet'))
  app.all('/both/:id', (c, next) => (c.req.query('in') ? next() : c.text('all')))
  app.get('/both/:id', (c) => c.text('get'))
  const deep = new Hono()
  deep.onError((error, c) => c.text(error.message, 503))
  deep.route('/own', ownErrors({ Hono }))
  app.route('/deep', deep)
}

/** An app that calls itself. */
function addCalls(app, { Hono, monitor }) {
  const call = (c, path) => app.fetch(new Request(new URL(path, c.req.url), c.req.raw), c.env)
  app.get('/alias/:id', (c) => call(c, `/users/${c.req.param('id')}`))
  app.get('/calls/:id', async (c) => c.json(await (await app.request(`/users/${c.req.param('id')}`)).json()))
  app.get('/batch', async (c) => {
    const answers = await Promise.all([call(c, '/users/1'), call(c, '/plain'), app.request('/plain')])
    return c.json(answers.map(({ status }) => status))
  })
  app.get('/busy', async (c) => {
    const { status } = await app.request('/fail/sync')
    return c.text(`busy, for ${status}`, 503)
  })
  app.use('/v1/*', (c) => call(c, c.req.path.replace(/^\/v1/, '')))
  const inner = new Hono()
  monitor(inner)
  inner.get('/things/:id', (c) => c.text('thing'))
  app.mount('/mounted-app', inner.fetch)
}

/** @returns what its server needs */
function addSockets(app, { stream, streamSSE, sockets }, variant) {
  const isUpgrading = variant?.endsWith('sockets')
  if (isUpgrading) addEvents(app, streamSSE)
  if (variant === 'events') addEvents(app, plainEvents(stream))
  if (!isUpgrading) return NO_SOCKETS
  const webSockets = sockets(app)
  const { upgrade } = webSockets
  app.use('/refused', (c) => c.text('refused', 401))
  app.get('/refused', upgrade)
  app.get('/ws/:room', upgrade)
  return webSockets
}

/** In place of `streamSSE`, whose headers HTTP/2 does not allow. */
function plainEvents(stream) {
  return (c, run) => {
    c.header('content-type', 'text/event-stream')
    return stream(c, (body) => {
      body.writeSSE = ({ data }) => body.write(`data: ${data}\n\n`)
      return run(body)
    })
  }
}

function addEvents(app, streamSSE) {
  app.get('/events', (c) =>
    streamSSE(c, async (body) => {
      await body.writeSSE({ data: 'one' })
      await new Promise((resolve) => body.onAbort(resolve))
    }),
  )
  app.get('/events/end', (c) =>
    streamSSE(c, async (body) => {
      await body.writeSSE({ data: 'one' })
      await wait(STREAM_MS)
    }),
  )
}

/** Has an error handler of its own, for which Hono wraps its handlers. */
function ownErrors({ Hono }) {
  const own = new Hono()
  own.onError((error, c) => c.text(error.message, 503))
  own.all('/any/:id', (c) => c.text('any'))
  own.get('/fail', () => {
    throw new OrderError('no stock')
  })
  return own
}

/** Its error handler answers with what the client asks for, which a middleware around it may replace. */
function addRecovering(app, { Hono }) {
  const recovering = new Hono()
  recovering.onError((_error, c) => c.text('recovered', Number(c.req.query('with') ?? 200)))
  recovering.get('/fail', () => {
    throw new OrderError('first')
  })
  app.use('/recovering/*', async (c, next) => {
    await next()
    const { then } = c.req.query()
    if (then === 'busy') c.res = c.text('busy', 503)
    if (then === 'throws') throw new OrderError('second')
  })
  app.route('/recovering', recovering)
}

function tenantApp({ Hono }, monitorNested) {
  const tenant = new Hono()
  monitorNested(tenant)
  tenant.get('/', (c) => c.text('tenant'))
  const orders = new Hono()
  orders.get('/:id', (c) => c.json({ id: c.req.param('id') }))
  orders.get('/:id/fail', () => {
    throw new OrderError('no stock')
  })
  tenant.route('/orders', orders)
  return tenant
}

function addFailures(app, { HTTPException }) {
  app.get('/fail/sync', () => {
    throw new OrderError('no stock')
  })
  app.get('/fail/async', async () => {
    await null
    throw new OrderError('no stock')
  })
  app.get(
    '/fail/next',
    async (_c, next) => next(),
    () => {
      throw new OrderError('no stock')
    },
  )
  app.get('/fail/with/:status', (c) => {
    const status = Number(c.req.param('status'))
    throw new HTTPException(status, { message: `refused with ${status}` })
  })
  app.get('/missing/:id', (c) => c.json({ error: 'no such thing' }, 404))
}

function addStreams(app, { stream, RESPONSE_ALREADY_SENT: alreadySent }) {
  app.get('/slow/:ms', async (c) => {
    await wait(Number(c.req.param('ms')))
    return c.text('slow')
  })
  app.get('/hang', () => new Promise(() => {}))
  app.get('/broken/:how', (c) => {
    breakOff(c.req.param('how'), c.env.incoming, c.env.outgoing)
    return alreadySent
  })
  app.get('/torn', (c) => c.body(Readable.toWeb(failing())))
  app.get('/stream', (c) =>
    stream(c, async (body) => {
      await body.write('one')
      await wait(STREAM_MS)
      await body.write('two')
    }),
  )
  app.get('/drip', (c) =>
    stream(c, async (body) => {
      await body.write('one')
      await new Promise((resolve) => body.onAbort(resolve))
    }),
  )
}
