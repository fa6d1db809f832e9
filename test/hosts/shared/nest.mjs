// The app of the Nest hosts, with decorators called by hand: no compiler stands between it and the framework.
import { Readable } from 'node:stream'
import { breakOff, echo, failing, OrderError, refusal, STREAM_MS, wait } from './host.mjs'

/**
 * @param nest `{ common, core, adapters: { express: () => adapter, fastify: () => adapter } }`
 * @param integration the exports of `@gravito/quasar/nest`
 */
export function nestApps(nest, integration, adapter) {
  return async function openApp(config) {
    const app = await createApp(nest, rootModule(nest, integration, config), adapter, config)
    // biome-ignore lint/correctness/useHookAtTopLevel: no hook of React
    if (config.errorHandler) app.useGlobalFilters(catchAll(nest, app.getHttpAdapter()))
    if (config.variant === 'prefix') {
      app.setGlobalPrefix('api/:region')
      app.enableVersioning({ type: nest.common.VersioningType.URI, defaultVersion: '1' })
    }
    app.getHttpServer().setTimeout(config.timeout ?? 0)
    const Adapter = { sockets: nest.sockets?.WsAdapter, 'socket.io': nest.sockets?.IoAdapter }[config.variant]
    // biome-ignore lint/correctness/useHookAtTopLevel: no hook of React
    if (Adapter) app.useWebSocketAdapter(new Adapter(app))
    await app.listen(0, '127.0.0.1')
    return { port: app.getHttpServer().address().port, close: () => app.close() }
  }
}

async function createApp({ core, adapters, testing }, module, adapter, { variant }) {
  const options = { logger: false, forceCloseConnections: true, abortOnError: false }
  if (variant !== 'testing') return core.NestFactory.create(module, adapters[adapter](), options)
  const compiled = await testing.Test.createTestingModule({ imports: [module] }).compile()
  return compiled.createNestApplication(adapters[adapter](), options)
}

/** Answers some, and passes the others on. */
function blocking(request, response, next) {
  if (request.headers['x-name'] !== 'blocked') return next()
  response.statusCode = 418
  response.end('blocked')
}

function rootModule(nest, integration, { options, registrations = 1, variant }) {
  const { Module, RequestMethod } = nest.common
  class AppModule {
    configure(consumer) {
      const mounted = (_request, response) => response.end('mounted')
      consumer.apply(mounted).forRoutes({ path: nest.wildcard ?? 'mounted/*rest', method: RequestMethod.ALL })
      const failing = () => {
        throw new OrderError('middleware')
      }
      consumer.apply(failing).forRoutes({ path: 'fails-in-middleware', method: RequestMethod.GET })
      if (variant === 'everywhere') consumer.apply(blocking).forRoutes('*')
    }
  }
  const { QuasarModule } = integration
  const form = () =>
    variant === 'async' ? QuasarModule.forRootAsync({ useFactory: async () => options }) : QuasarModule.forRoot(options)
  const isEventful = variant === 'sockets' || variant === 'socket.io'
  const hasEvents = isEventful || variant === 'events'
  const providers = isEventful ? gateways(nest, variant) : []
  const imports = Array.from({ length: registrations }, form)
  const own = controllers(nest, integration, registrations > 0)
  Module({ imports, providers, controllers: [...own, ...(hasEvents ? [events(nest)] : [])] })(AppModule)
  return AppModule
}

function controllers(nest, integration, isMonitored) {
  const { Param, Body } = nest.common
  const id = { params: [Param('id')] }
  const orders = {
    'GET :id': { run: (id) => ({ id }), ...id },
    'GET :id/fail': { run: () => fail(), ...id },
  }
  return [
    controller(nest, '', {
      'GET plain': { run: () => 'plain' },
      'GET users/:id': { run: (id) => ({ id }), ...id },
      'GET health': { run: () => 'healthy' },
      'POST orders': { run: (body) => body, params: [Body()] },
      ...failures(nest),
      ...streams(nest),
    }),
    controller(nest, 't/:tenant', { 'GET /': { run: () => 'tenant' } }),
    controller(nest, 't/:tenant/orders', orders),
    controller(nest, 'v2/t/:tenant/orders', orders),
    admin(nest),
    ...scoped(nest),
    ...(isMonitored ? monitored(nest, integration) : []),
  ]
}

/** By class and path what a gateway of each adapter does. */
function gateways({ sockets }, variant) {
  class Gateway {
    handleConnection(socket) {
      if (variant === 'sockets') echo(socket)
      else socket.on('slow', (answer) => setTimeout(answer, STREAM_MS))
    }
  }
  class Refusing {}
  const verifyClient = (_info, done) => done(false, 401)
  const allowRequest = (request, done) => done(null, request.headers['x-name'] !== 'nobody')
  sockets.WebSocketGateway(variant === 'sockets' ? { path: '/ws/1' } : { allowRequest })(Gateway)
  if (variant === 'sockets') sockets.WebSocketGateway({ path: '/refused', verifyClient })(Refusing)
  return variant === 'sockets' ? [Gateway, Refusing] : [Gateway]
}

function events(nest) {
  const { concat, NEVER, of, timer, ignoreElements } = nest.sockets.rxjs
  const one = () => of({ data: 'one' })
  return controller(nest, 'events', {
    'SSE /': { run: () => concat(one(), NEVER) },
    'SSE end': { run: () => concat(one(), timer(STREAM_MS).pipe(ignoreElements())) },
  })
}

function fail() {
  throw new OrderError('no stock')
}

function failures({ common }) {
  const { HttpException, Param, NotFoundException } = common
  class FailingPipe {
    transform() {
      fail()
    }
  }
  class FailingGuard {
    canActivate() {
      throw new OrderError('guard')
    }
  }
  return {
    'GET fail/sync': { run: fail },
    'GET fail/async': { run: () => wait(1).then(fail) },
    // The nearest thing to it: an error before the handler runs.
    'GET fail/next': { run: () => 'never', params: [Param('any', FailingPipe)] },
    'GET fail/with/:status': {
      run: (status) => {
        throw new HttpException(`refused with ${status}`, Number(status))
      },
      params: [Param('status')],
    },
    'GET fail/in/guard': { run: () => 'never', decorators: [common.UseGuards(FailingGuard)] },
    'GET missing/:id': {
      run: (id) => {
        throw new NotFoundException(`no ${id}`)
      },
      params: [Param('id')],
    },
  }
}

function streams({ common }) {
  const { Param, Req, Res, StreamableFile } = common
  return {
    'GET broken/:how': {
      run: (how, request, response) => breakOff(how, request.raw ?? request, response.raw ?? response),
      params: [Param('how'), Req(), Res()],
    },
    'GET torn': { run: () => new StreamableFile(failing()) },
    'GET slow/:ms': { run: (ms) => wait(Number(ms)).then(() => 'slow'), params: [Param('ms')] },
    'GET hang': { run: () => new Promise(() => {}) },
    'GET stream': { run: () => new StreamableFile(Readable.from(pieces())) },
    'GET drip': {
      run: () => {
        const body = new Readable({ read() {} })
        body.push('one')
        return new StreamableFile(body)
      },
    },
  }
}

async function* pieces() {
  yield Buffer.from('one')
  await wait(STREAM_MS)
  yield Buffer.from('two')
}

function admin(nest) {
  const { HttpException, Param, UseGuards } = nest.common
  class NameGuard {
    canActivate(context) {
      const status = refusal(context.switchToHttp().getRequest().headers['x-name'])
      if (status) throw new HttpException('refused', status)
      return true
    }
  }
  return controller(
    nest,
    'admin',
    { 'GET :section': { run: (section) => section, params: [Param('section')] } },
    { decorators: [UseGuards(NameGuard)] },
  )
}

/** A controller of its own for each request. */
function scoped(nest) {
  const routes = { 'GET :id': { run: () => 'scoped' }, 'GET :id/fail': { run: fail } }
  return [controller(nest, { path: 'scoped', scope: nest.common.Scope.REQUEST }, routes)]
}

/** What the app says to Quasar. */
function monitored(nest, { QuasarService, SkipQuasar }) {
  const { Inject } = nest.common
  const skipped = { 'GET a': { run: () => 'skipped' }, 'GET fail': { run: fail } }
  return [
    controller(nest, 'skipped', skipped, { decorators: [SkipQuasar()] }),
    controller(nest, 'partly', {
      'GET skipped': { run: () => 'skipped', decorators: [SkipQuasar()] },
      'GET seen': { run: () => 'seen' },
    }),
    controller(
      nest,
      'told',
      {
        'GET error': {
          run() {
            this.service.captureException(new OrderError('told'))
            return this.service.run('tell', () => this.service.status().service)
          },
        },
      },
      { inject: (Class) => Inject(QuasarService)(Class, undefined, 0) },
    ),
  ]
}

function catchAll({ common }, httpAdapter) {
  class CatchAll {
    catch(error, host) {
      const status = error.getStatus?.() ?? error.status ?? error.statusCode ?? 500
      httpAdapter.reply(host.switchToHttp().getResponse(), { message: error.message }, status)
    }
  }
  common.Catch()(CatchAll)
  return new CatchAll()
}

/** A controller class: routes are `METHOD path: { run, params, decorators }`. */
function controller({ common }, path, routes, { decorators = [], inject } = {}) {
  class TestController {
    constructor(service) {
      this.service = service
    }
  }
  Object.entries(routes).forEach(([route, { run, params = [], decorators: own = [] }], index) => {
    const [method, routePath] = route.split(' ')
    const name = `handle${index}`
    Object.defineProperty(TestController.prototype, name, {
      value(...args) {
        return run.apply(this, args)
      },
      writable: true,
      configurable: true,
    })
    const descriptor = Object.getOwnPropertyDescriptor(TestController.prototype, name)
    const map = { POST: common.Post, GET: common.Get, SSE: common.Sse }[method]
    for (const decorate of [map(routePath), ...own]) decorate(TestController.prototype, name, descriptor)
    for (const [at, decorate] of params.entries()) decorate(TestController.prototype, name, at)
  })
  inject?.(TestController)
  for (const decorate of [...decorators, common.Controller(path)]) decorate(TestController)
  return TestController
}
