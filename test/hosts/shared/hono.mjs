// The app of the Hono hosts.
import { closeServer, listen, OrderError, refusal, STREAM_MS, wait } from './host.mjs'

export function honoApps({ Hono, HTTPException, validator, stream, createAdaptorServer }, { quasar, quasarFetch }) {
  return async function openApp({ options, registrations = 1, place = 'first', errorHandler = false, variant }) {
    const app = new Hono()
    const isAround = variant?.startsWith('around')
    const monitors = Array.from({ length: isAround ? 0 : registrations }, () => quasar(options))
    const monitor = (router) => {
      for (const middleware of monitors) router.use(middleware)
    }
    if (place === 'first') monitor(app)
    addRoutes(app, { Hono, HTTPException, validator, stream }, place === 'nested' ? monitor : () => {})
    if (errorHandler) app.onError((error, c) => c.json({ message: error.message }, error.status ?? 500))
    else app.onError(quietly)
    // Anywhere but on node-server there are no objects of Node's.
    const around = isAround ? quasarFetch(app, options) : app.fetch
    if (isAround) monitors.push(around)
    const fetch = variant?.endsWith('fetch') ? (request) => around(request) : around
    const server = createAdaptorServer({ fetch })
    return {
      port: await listen(server),
      stop: () => Promise.all(monitors.map((middleware) => middleware.stop())),
      async close() {
        await closeServer(server)
        await this.stop()
      },
    }
  }
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

function addStreams(app, { stream }) {
  app.get('/slow/:ms', async (c) => {
    await wait(Number(c.req.param('ms')))
    return c.text('slow')
  })
  app.get('/hang', () => new Promise(() => {}))
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
