// The app of the Express hosts.
import { createServer } from 'node:http'
import { addShape } from './express-shapes.mjs'
import {
  addSocketIo,
  breakOff,
  closeServer,
  echo,
  errorWith,
  failing,
  listen,
  OrderError,
  refusal,
  STREAM_MS,
  wait,
} from './host.mjs'

export function expressApps(express, { quasar, quasarErrorHandler }, { expressWs, Server }) {
  return async function openApp({
    options,
    registrations = 1,
    place = 'first',
    errorHandler = false,
    variant,
    timeout = 0,
  }) {
    const shape = variant?.match(/^shape (.*)/)?.[1]
    const app = createApp(express, shape)
    const monitors = Array.from({ length: registrations }, () => quasar(options))
    const monitor = (router) => {
      for (const middleware of monitors) router.use(middleware)
    }
    // Refused by no one: parsers come before Quasar here.
    if (place === 'late' || variant === 'late') app.use(express.json())
    if (place !== 'nested') monitor(app)
    const server = openServer(app, place, timeout)
    addSockets(app, server, expressWs, variant)
    addSocketIo(Server, server, variant)
    if (shape) addShape(app, express, shape)
    else addRoutes(app, express, place === 'nested' ? monitor : () => {})
    if (quasarErrorHandler && variant !== 'plain' && !shape) app.use(quasarErrorHandler())
    if (errorHandler) addErrorHandler(app)
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

function createApp(express, shape) {
  const app = express()
  if (shape === 'strict-health') app.enable('strict routing').enable('case sensitive routing')
  // Its default error handler logs to stderr in all other environments.
  app.set('env', 'test')
  return app
}

/** A listener that does not show the app. */
function hiding(app) {
  return (request, response) => app(request, response)
}

function addErrorHandler(app) {
  app.use((error, _request, response, _next) => {
    response.status(error.status ?? 500).json({ message: error.message })
  })
}

function addRoutes(app, express, monitorNested) {
  app.use(express.json())
  app.get('/plain', (_request, response) => response.send('plain'))
  app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
  app.use('/t/:tenant', tenantRouter(express, monitorNested))
  app.use(
    '/v2/t/:tenant',
    tenantRouter(express, () => {}),
  )
  app.post('/orders', (request, response) => response.status(201).json(request.body))
  addFailures(app)
  addStreams(app)
  app.use('/admin', (request, response, next) => {
    const status = refusal(request.get('x-name'))
    if (status) response.status(status).send('refused')
    else next()
  })
  app.get('/admin/:section', (request, response) => response.send(request.params.section))
  app.use('/mounted', (_request, response) => response.send('mounted'))
  app.get('/health', (_request, response) => response.send('healthy'))
  addPatterns(app, express)
}

function tenantRouter(express, monitorNested) {
  const router = express.Router({ mergeParams: true })
  monitorNested(router)
  router.use((_request, _response, next) => next())
  const orders = express.Router({ mergeParams: true })
  orders.get('/:id', (request, response) => response.json({ id: request.params.id }))
  orders.get('/:id/fail', (_request, _response, next) => next(new OrderError('no stock')))
  router.use('/orders', orders)
  router.get('/', (_request, response) => response.send('tenant'))
  return router
}

function addFailures(app) {
  app.get('/fail/sync', () => {
    throw new OrderError('no stock')
  })
  app.get('/fail/async', async (_request, _response, next) => {
    await null
    // Express 4 does not wait for promises.
    next(new OrderError('no stock'))
  })
  app.get('/fail/next', (_request, _response, next) => next(new OrderError('no stock')))
  app.get('/fail/with/:status', (request, _response, next) => next(errorWith(Number(request.params.status))))
  app.get('/missing/:id', (_request, response) => response.status(404).json({ error: 'no such thing' }))
}

function addStreams(app) {
  app.get('/slow/:ms', async (request, response) => {
    await wait(Number(request.params.ms))
    response.send('slow')
  })
  app.get('/hang', () => {})
  app.get('/stream', async (_request, response) => {
    response.write('one')
    await wait(STREAM_MS)
    response.end('two')
  })
  app.get('/drip', (_request, response) => response.write('one'))
  app.get('/broken/:how', (request, response) => breakOff(request.params.how, request, response))
  app.get('/torn', (_request, response, next) => {
    response.write('one')
    failing().on('error', next).resume()
  })
}

function openServer(app, place, timeout) {
  const server = createServer(place === 'behind' ? hiding(app) : app)
  server.setTimeout(timeout)
  return server
}

/** WebSockets, and event streams whose headers are given in both ways. */
function addSockets(app, server, expressWs, variant) {
  if (variant !== 'sockets') return
  const verifyClient = ({ req }, done) => (req.url === '/refused' ? done(false, 401) : done(true))
  expressWs(app, server, { leaveRouterUntouched: true, wsOptions: { verifyClient } })
  app.ws('/ws/:room', echo)
  app.get('/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n')
  })
  app.get('/events/end', async (_request, response) => {
    response.set('Content-Type', 'Text/Event-Stream; charset=utf-8').write('data: one\n\n')
    await wait(STREAM_MS)
    response.end()
  })
}

/** What only Express has. */
function addPatterns(app, express) {
  app.get(/^\/items-(\d+)$/, (_request, response) => response.send('item'))
  app.get(['/list-a', '/list-b'], (_request, response) => response.send('list'))
  app.get('/passed/:on', (_request, _response, next) => next())
  const shop = express()
  shop.set('env', 'test')
  shop.get('/things/:id', (request, response) => response.send(request.params.id))
  app.use('/shops/:shop', shop)
  const byExpression = express.Router()
  byExpression.get('/x', (_request, response) => response.send('x'))
  app.use(/\/u-\d+/, byExpression)
  const byEither = express.Router()
  byEither.get('/x', (_request, response) => response.send('x'))
  app.use(['/either/:a', '/or/:b'], byEither)
  const throwing = express.Router()
  throwing.param('who', (_request, _response, next) => next(new OrderError('nobody')))
  throwing.get('/:who', (_request, response) => response.send('never'))
  app.use('/param', throwing)
}
