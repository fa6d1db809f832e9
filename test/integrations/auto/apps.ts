/** Apps without a line of Quasar, each with the line that its plugin takes beside it. */

export type Framework = 'express' | 'fastify' | 'hono' | 'nest-express' | 'nest-fastify' | 'bullmq'
export type Format = 'esm' | 'cjs'

interface App {
  /** What it imports: a binding and its package. */
  readonly imports: readonly (readonly [binding: string, name: string])[]
  /** Runs in an async function. `PLUGIN` is where the plugin goes. */
  readonly body: string
  readonly plugin: { readonly imports: readonly (readonly [string, string])[]; readonly line: string }
}

const nest = (adapter: 'Express' | 'Fastify'): App => ({
  imports: [
    ['{ Controller, Get, Module }', '@nestjs/common'],
    ['{ NestFactory }', '@nestjs/core'],
    [`{ ${adapter}Adapter }`, `@nestjs/platform-${adapter.toLowerCase()}`],
  ],
  body: `
    class Users {
      find() { return 'user' }
      slow() { return sleep(1_050).then(() => 'slow') }
      fail() { throw new RangeError('no such user') }
    }
    const route = (path, name) =>
      Get(path)(Users.prototype, name, Object.getOwnPropertyDescriptor(Users.prototype, name))
    route('users/:id', 'find')
    route('slow', 'slow')
    route('fail', 'fail')
    Controller()(Users)
    class AppModule {}
    Module({ imports: [PLUGIN], controllers: [Users] })(AppModule)
    const app = await NestFactory.create(AppModule, new ${adapter}Adapter(), { logger: false })
    await app.listen(0, '127.0.0.1')
    serving(app.getHttpServer())`,
  plugin: { imports: [['{ QuasarModule }', '@gravito/quasar/nest']], line: 'QuasarModule.forRoot()' },
})

const APPS: Readonly<Record<Framework, App>> = {
  express: {
    imports: [['express', 'express']],
    body: `
      const app = express()
      PLUGIN
      const router = express.Router()
      router.get('/users/:id', (request, response) => response.send('user'))
      router.get('/slow', (request, response) => void sleep(1_050).then(() => response.send('slow')))
      router.get('/fail', () => { throw new RangeError('no such user') })
      app.use(router)
      const server = app.listen(0, '127.0.0.1', () => serving(server))`,
    plugin: { imports: [['{ quasar }', '@gravito/quasar/express']], line: 'app.use(quasar())' },
  },
  fastify: {
    imports: [['{ fastify }', 'fastify']],
    body: `
      const app = fastify()
      await app.register(async () => {})
      app.register(async (scope) => {
        scope.get('/users/:id', async () => 'user')
        scope.get('/slow', () => sleep(1_050).then(() => 'slow'))
      })
      PLUGIN
      app.get('/fail', () => { throw new RangeError('no such user') })
      await app.listen({ port: 0, host: '127.0.0.1' })
      serving(app.server)`,
    plugin: { imports: [['{ quasarPlugin }', '@gravito/quasar/fastify']], line: 'app.register(quasarPlugin)' },
  },
  hono: {
    imports: [
      ['{ Hono }', 'hono'],
      ['{ serve }', '@hono/node-server'],
    ],
    body: `
      const app = new Hono().basePath('/')
      PLUGIN
      const users = new Hono()
      users.get('/:id', (c) => c.text('user'))
      app.route('/users', users)
      app.get('/slow', (c) => sleep(1_050).then(() => c.text('slow')))
      app.get('/fail', () => { throw new RangeError('no such user') })
      app.onError((error, c) => c.text('failed', 500))
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => serving(server))`,
    plugin: { imports: [['{ quasar }', '@gravito/quasar/hono']], line: 'app.use(quasar())' },
  },
  'nest-express': nest('Express'),
  'nest-fastify': nest('Fastify'),
  bullmq: {
    imports: [['{ Queue, Worker }', 'bullmq']],
    body: `
      const connection = { host: '127.0.0.1', port: Number(process.env.QUEUE_PORT) }
      const mails = new Queue('mails-' + process.env.QUASAR_SERVICE, { connection })
      const parked = new Queue('parked-' + process.env.QUASAR_SERVICE, { connection })
      await parked.add('later', {})
      class Mailer extends Worker {}
      const worker = new Mailer(mails.name, async (job) => {
        if (job.name === 'slow') await sleep(1_050)
        if (job.name === 'fail') throw new RangeError('no such user')
      }, { connection })
      PLUGIN
      let left = 4
      const done = () => { if (--left === 0) process.send('done') }
      worker.on('completed', done)
      worker.on('failed', done)
      for (const name of ['mail', 'mail', 'slow', 'fail']) await mails.add(name, {})`,
    plugin: {
      imports: [['{ monitorQueue, monitorWorker }', '@gravito/quasar/bullmq']],
      line: 'monitorWorker(worker); monitorQueue(parked)',
    },
  },
}

const COMMON = `
const serving = (server) => process.send(server.address().port)
const fail = (error) => { console.error(error); process.exit(1) }
`

/** The text of an app. */
export function appSource(framework: Framework, format: Format, hasPlugin: boolean): string {
  const { imports, body, plugin } = APPS[framework]
  const all = [
    ...(hasPlugin ? plugin.imports : []),
    ['{ setTimeout: sleep }', 'node:timers/promises'] as const,
    ...imports,
  ]
  const lines = all.map(([binding, name]) => {
    if (format === 'cjs') return `const ${binding} = require('${name}')`
    return `import ${binding.replace('setTimeout: sleep', 'setTimeout as sleep')} from '${name}'`
  })
  const first = format === 'cjs' ? "require('reflect-metadata')" : "import 'reflect-metadata'"
  const head = framework.startsWith('nest') ? [first, ...lines] : lines
  return `${head.join('\n')}${COMMON}async function main() {${body.replace('PLUGIN', hasPlugin ? plugin.line : '')}\n}\nmain().catch(fail)\n`
}
