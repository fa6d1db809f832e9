// Apps of shapes that real ones have, each under a name. What a route answers with does not matter where nothing else is said.
import { createServer } from 'node:http'
import { closeServer, listen, OrderError } from './host.mjs'

const pass = (_request, _response, next) => next()
const answer = (_request, response) => response.send('answered')
const fail = (message) => (_request, _response, next) => next(new OrderError(message))

/** @param app the app, which Quasar is registered in already */
export function addShape(app, express, shape) {
  shapes[shape](app, express, app.handle.toString().includes('lazyrouter') || '_router' in app)
}

function routerWith(express, path, ...handlers) {
  return express.Router({ mergeParams: true }).get(path, ...handlers)
}

const shapes = {
  /** An app with nothing in it, served by the same process. */
  empty(app, express) {
    app.get('/ask', async (_request, response) => {
      const server = createServer(express().set('env', 'test'))
      const { status } = await fetch(`http://127.0.0.1:${await listen(server)}/`)
      await closeServer(server)
      response.json(status)
    })
  },
  siblings(app, express) {
    app.use('/api', pass)
    app.use('/api/users', routerWith(express, '/:id', answer))
    app.use('/:locale', pass)
    app.use('/users/:id', routerWith(express, '/list', answer))
    app.use('/orders/:id', routerWith(express, '/list', answer))
    app.use('/guarded', pass)
    app.use('/guarded', (_request, response) => response.status(401).end())
    const twice = routerWith(express, '/x', answer)
    app.use('/first', twice)
    app.use('/second', pass, twice)
    const outer = express.Router()
    outer.use('/in', pass)
    outer.use('/', routerWith(express, '/in/:thing', answer))
    app.use('/out', outer)
  },
  wildcards(app, express, isLegacy) {
    if (isLegacy) {
      app.use('/files/*', answer)
      app.use('/x*', answer)
      app.use('/p/:p(.*)', answer)
      app.use('/l/:lang(en|fr)?/opt', answer)
      app.use('/num/:id(\\d+)', routerWith(express, '/x', answer))
      app.use('/ext/:file.:type?', answer)
      app.use(['/admin', '*'], answer)
    } else {
      app.use('/files/*rest', answer)
      app.use('/l{/:lang}/opt', answer)
      app.use('/V-:version/Api', routerWith(express, '/x', answer))
      app.use('/*rest', answer)
    }
  },
  parts(app) {
    app.use('/mix/:id{-:part}', answer)
    app.use('/file/:base.:type', answer)
    app.use('/u-:name', answer)
    app.use('/o{/:a}{/:b}', answer)
    app.use('/q{/lit}/:z', answer)
    app.use(['/arr/:x', '/arr2{/:y}'], answer)
    app.use('/pre-*rest', answer)
    app.use('/tail/*rest.zip', answer)
    app.use('/mid-*rest-end', answer)
  },
  star(app) {
    app.use('*', answer)
  },
  after(app) {
    app.get('/done/:id', (request, response, next) => {
      response.send('x'.repeat(Number(request.params.id)))
      next()
    })
    app.use('/late', (_request, response, next) => {
      response.send('late')
      next()
    })
    app.get('/json/:id', (_request, response, next) => {
      response.status(201).json({})
      setImmediate(next)
    })
    app.all(/.*/, pass)
    app.use((_request, response, next) => (response.headersSent ? next() : response.status(404).end()))
  },
  fill(app, express) {
    app.get('/orders/:id', (_request, response, next) => {
      response.locals.filled = true
      next()
    })
    const nested = express.Router()
    nested.get('/:id', async (_request, _response, next) => {
      await null
      next()
    })
    nested.use('/things', pass)
    app.use('/nested', nested)
    app.use((_request, response) => response.send('filled'))
  },
  guard(app, express) {
    const guard = express.Router()
    guard.use(pass)
    guard.get(/.*/, (request, response, next) => {
      if (request.query.refused) response.status(401).end()
      else setImmediate(next)
    })
    const account = express.Router()
    account.get('/get/:id', guard, answer)
    account.get('/hidden/:id', (request, response, next) => guard(request, response, next), answer)
    app.use('/account', account)
  },
  dispatch(app) {
    app.get('/old/:id', (request, response) => {
      request.url = `/new/${request.params.id}`
      app.handle(request, response)
    })
    app.get('/later/:id', async (request, response) => {
      await null
      request.url = `/new/${request.params.id}`
      app(request, response)
    })
    app.get('/gone', (request, response) => {
      request.url = '/nowhere'
      app.handle(request, response)
    })
    app.get('/new/:id', answer)
  },
  hidden(app, express) {
    const inner = express()
    inner.use('/deep/:key', routerWith(express, '/x', answer))
    inner.get('/y/:id', answer)
    app.use('/apps/:name', inner)
    app.use('/closed/:name', (request, response, next) => inner(request, response, next))
    const direct = express.Router()
    direct.use('/app', inner)
    app.use('/direct', direct)
  },
  decided(app, express) {
    app.get('/recovered', fail('first'))
    app.use('/recovered', (_error, _request, _response, next) => next())
    app.get('/recovered', fail('second'))
    app.get('/deliberate', fail('first'))
    app.use('/deliberate', (_error, _request, _response, next) => next())
    app.use('/deliberate', (_request, response) => response.status(503).end())
    app.get('/deliberate-later', fail('first'), async (_error, _request, _response, next) => {
      await null
      next()
    })
    app.use('/deliberate-later', (_request, response) => response.status(503).end())
    app.get(
      '/in-route',
      fail('first'),
      (_error, _request, _response, next) => next(),
      (_request, response) => response.status(503).end(),
    )
    const nested = express.Router()
    nested.get('/x', fail('first'))
    nested.use((_error, _request, _response, next) => next())
    app.use('/nested', nested)
    app.get('/nested/x', (_request, response) => response.status(503).end())
    app.get('/replaced', fail('first'))
    app.use('/replaced', (_error, _request, _response, next) => next(new OrderError('second')))
    const page = routerWith(express, /.*/, (_request, response) => response.status(500).send('page'))
    app.get('/page', fail('first'))
    app.use('/page', (_error, request, response, next) => page(request, response, next))
    app.use('/mounted', pass, fail('mounted'))
    app.use(async (request, _response, next) => {
      await null
      next(request.path === '/root' ? new OrderError('root') : undefined)
    })
    app.use('/async', (_request, _response, next) => setImmediate(next, new OrderError('async')))
    app.use((error, _request, response, _next) => response.status(500).send(error.message))
  },
  unhandled(app) {
    app.get('/view', (_request, response) => response.render('none'))
    app.get('/next', (request) => request.next(new OrderError('next')))
    app.get('/thrown', () => {
      throw new OrderError('thrown')
    })
    app.use('/mounted', (request) => request.next(new OrderError('mounted')))
    app.use((request, _response, next) => next(request.path === '/root' ? new OrderError('root') : undefined))
    app.param('who', fail('parameter'))
    app.get('/who/:who', answer)
  },
  same(app, express) {
    const tell = (request, response, next) => {
      response.locals.same ??= []
      response.locals.same.push(request.next === next)
      next()
    }
    const nested = express.Router()
    nested.use(tell)
    nested.use(async (request, response, next) => {
      await null
      tell(request, response, next)
    })
    app.use(tell)
    app.use('/nested', nested, tell)
    app.get('/nested', fail('told'))
    app.use((_error, request, response, next) => {
      response.locals.same.push(request.next === next)
      next()
    })
    app.use((_request, response) => response.json(response.locals.same))
  },
  stack(app) {
    const router = app._router ?? app.router
    const { stack } = router
    const index = stack.length
    app.get('/tenant', answer)
    app.get('/keep', answer)
    app.get('/remove', (_request, response) => {
      stack.splice(index, 1)
      response.json({ isSame: router.stack === stack, names: stack.map(({ name }) => name) })
    })
  },
  frames(app, express) {
    Error.stackTraceLimit = 50
    const stackOf = () => new Error('here').stack
    const nested = express.Router()
    const deep = express.Router({ mergeParams: true })
    deep.use(pass, pass)
    deep.get('/x', pass, (_request, response) => response.send(stackOf()))
    deep.get('/later', async (_request, _response, next) => {
      await null
      next()
    })
    deep.get('/later', pass, (_request, response) => response.send(stackOf()))
    nested.use(pass)
    nested.use('/:deep', pass, deep)
    const inner = express()
    inner.get('/x', (_request, response) => response.send(stackOf()))
    app.use('/inner', inner)
    app.use('/a/:b', pass, nested)
    app.use('/mounted', (_request, response) => response.send(stackOf()))
  },
  'strict-health'(app) {
    app.get('/health', answer)
  },
  health(app, express) {
    app.get('/health', answer)
    app.use('/ready', answer)
    app.get('/Mixed', answer)
    app.get('/users/:id', answer)
    app.use('/in', routerWith(express, '/health', answer))
    const strict = express.Router({ strict: true, caseSensitive: true })
    strict.get('/health', answer)
    strict.get('/health/', answer)
    strict.get('/HEALTH', answer)
    app.use('/strict', strict)
  },
}
