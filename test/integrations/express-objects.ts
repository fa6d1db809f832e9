/** Programs that print what their handlers see of the request and the response at each moment, as JSON; with Quasar where TEST_VARIANT says so. */

const SEEN = `
import http from 'node:http'
import { once } from 'node:events'
import { createRequire } from 'node:module'

const isMonitored = process.env.TEST_VARIANT === 'quasar'
const options = { service: 'shop', redis: false, logger: false }
const NAMES = ['res', 'next', 'baseUrl', 'originalUrl', '_parsedUrl', 'params', 'route', 'body', 'query', 'locals', 'app', 'req']

/** Everything that a program can find out of an object's properties. */
function seen(object) {
  const inLoop = []
  for (const key in object) inLoop.push(key)
  const own = Reflect.ownKeys(object).map((key) => {
    const { value, get, ...flags } = Object.getOwnPropertyDescriptor(object, key)
    return [String(key), get ? 'getter' : value === undefined ? 'undefined' : typeof value, Object.values(flags).join()]
  })
  const has = NAMES.map((name) => [name, name in object, Object.hasOwn(object, name), name in object ? typeof object[name] : ''])
  return { own, inLoop, has, entries: Object.entries(object).length, keys: Object.keys({ ...object }) }
}

/** By app, path and moment: each different thing that was seen. */
const moments = {}
let shape = ''
function note(moment, request, response) {
  const place = moments[[shape, request.originalUrl, moment].join(' ')] ??= []
  const text = JSON.stringify([seen(request), seen(response)])
  if (!place.includes(text)) place.push(text)
}

async function ask(port, path, headers = {}) {
  const request = http.request({ port, path, method: 'POST', headers: { 'content-type': 'application/json', ...headers } })
  request.end('{"a":1}')
  const [response] = await once(request, 'response')
  response.resume()
  await once(response, 'end')
}

async function askAll(server, paths, headers, rounds = 20) {
  if (!server.listening) await once(server, 'listening')
  for (let round = 0; round < rounds; round++) await ask(server.address().port, paths[round % paths.length], headers)
}

function finish() {
  process.stdout.write(JSON.stringify(moments), () => process.exit())
}
`

const EXPRESS = `${SEEN}
const express = createRequire(process.env.TEST_EXPRESS)('express')
const follow = async (app) => {
  if (isMonitored) app.use((await import('@gravito/quasar/express')).quasar(options))
}
`

const SHAPES: Readonly<Record<string, string>> = {
  'a middleware first, then all kinds of layers': `
    app.use((request, response, next) => (note('first', request, response), next()))
    app.use(express.json())
    app.use((request, response, next) => (note('parsed', request, response), next()))
    app.param('id', (request, response, next) => (note('param', request, response), next()))
    app.use('/mount', (request, response, next) => (note('mount', request, response), next()))
    const router = express.Router({ mergeParams: true })
    router.use((request, response, next) => (note('router', request, response), next()))
    router.post('/in/:id', (request, response) => (note('in router', request, response), response.json({})))
    app.use('/mount/:tenant', router)
    const inner = express()
    inner.use((request, response, next) => (note('inner', request, response), next()))
    inner.post('/x', (request, response) => (note('inner route', request, response), response.send('x')))
    app.use('/inner', inner)
    app.post('/users/:id', (request, response, next) => setTimeout(() => (note('route', request, response), next())),
      (request, response) => {
        response.on('finish', () => note('finished', request, response))
        response.status(201).json({ id: request.params.id })
        note('answered', request, response)
      })
    app.post('/fail', () => { throw new Error('failed') })
    app.use((error, request, response, _next) => (note('error', request, response), response.status(500).end()))
    // More requests than Quasar goes by what it learned from one.
    await askAll(app.listen(0), ['/users/1', '/mount/t/in/2', '/inner/x', '/fail', '/none'], {}, 300)`,
  'a route first': `
    app.post('/first/:id', (request, response) => (note('route', request, response), response.send('x')))
    app.use((request, response, next) => (note('middleware', request, response), next()))
    app.post('/second', (request, response) => (note('route', request, response), response.send('x')))
    await askAll(app.listen(0), ['/first/1', '/second', '/none'])`,
  'a path first': `
    app.use('/path', (request, response, next) => (note('path', request, response), next()))
    app.use((request, response) => (note('middleware', request, response), response.send('x')))
    await askAll(app.listen(0), ['/path/1', '/second'])`,
  'a layer that comes to stand first': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    const server = app.listen(0)
    await askAll(server, ['/x'])
    const { stack } = app._router ?? app.router
    const own = ['query', 'expressInit']
    stack.splice(stack.findIndex(({ name }) => !own.includes(name)), 0, stack.pop())
    await askAll(server, ['/x', '/y'])`,
  'an accessor for requests from some request on': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    const server = app.listen(0)
    await askAll(server, ['/x'])
    let base = ''
    Object.defineProperty(app.request, 'baseUrl', { get: () => base, set: (value) => { base = value }, enumerable: true })
    await askAll(server, ['/x'])`,
  'an accessor for responses from some request on': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    const server = app.listen(0)
    await askAll(server, ['/x'])
    Object.defineProperty(app.response, 'locals', { get: () => ({}), set() {}, enumerable: true })
    await askAll(server, ['/x'])`,
  'an accessor for what a request gets first': `
    Object.defineProperty(app.request, 'res', { get: () => 'the accessor', set() {}, enumerable: true })
    app.use((request, response, next) => (note('middleware ' + typeof request.res, request, response), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    await askAll(app.listen(0), ['/x'])`,
  'an accessor for what is a property of every request': `
    app.use((request, response, next) => (note('middleware ' + request.url, request, response), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    const server = app.listen(0)
    await askAll(server, ['/x'])
    Object.defineProperty(app.request, 'url', { get: () => '/y', set() {} })
    Object.defineProperty(app.response, 'sendDate', { value: false })
    await askAll(server, ['/x'])`,
  'a method of its own that is called first': `
    const { setHeader } = app.response
    const calls = []
    app.use((request, response, next) => (note('middleware ' + calls, request, response), calls.splice(0), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    const server = app.listen(0)
    await askAll(server, ['/x'])
    app.response.setHeader = function (name, value) {
      calls.push(name)
      return setHeader.call(this, name, value)
    }
    await askAll(server, ['/x'])`,
  'other prototypes from some request on': `
    app.use((request, response, next) => (note('middleware ' + request.more + response.more, request, response), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    const server = app.listen(0)
    await askAll(server, ['/x'])
    app.request = Object.create(app.request, { more: { value: 1 } })
    app.response = Object.create(app.response, { more: { value: 2 } })
    await askAll(server, ['/x'])`,
  'a listener of upgrades': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    const server = http.createServer(app)
    server.on('upgrade', (request, socket) => {
      note('upgrade ' + (Object.getPrototypeOf(request) === http.IncomingMessage.prototype), request, {})
      socket.end('HTTP/1.1 200 OK\\r\\nconnection: close\\r\\ncontent-length: 0\\r\\n\\r\\n')
    })
    await askAll(server.listen(0), ['/x'])
    await askAll(server, ['/x'], { connection: 'upgrade', upgrade: 'other' })`,
  'a property on its prototypes': `
    app.request.params = { of: 'the prototype' }
    app.use((request, response, next) => (note('middleware', request, response), next()))
    app.post('/x', (request, response) => (note('route', request, response), response.send('x')))
    await askAll(app.listen(0), ['/x'])`,
  'a listener of its own before': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    const server = http.createServer(app)
    server.prependListener('request', (request, response) => {
      request.originalUrl ??= request.url
      note('listener', request, response)
      request.added = 1
    })
    await askAll(server.listen(0), ['/x'])`,
  'something around emit': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    const server = http.createServer(app)
    const { emit } = server
    server.emit = function (event, request, ...rest) {
      if (event === 'request') request.added = 1
      return emit.call(this, event, request, ...rest)
    }
    await askAll(server.listen(0), ['/x'])`,
  'a listener of expectations': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    const server = http.createServer(app)
    server.on('checkContinue', (request, response) => {
      request.added = 1
      response.writeContinue()
      app(request, response)
    })
    await askAll(server.listen(0), ['/x'], { expect: '100-continue' })`,
  'a function that calls the app': `
    app.use((request, response, next) => (note('middleware', request, response), next()))
    const server = http.createServer((request, response) => {
      request.before = Object.keys(request).length
      app(request, response)
    })
    await askAll(server.listen(0), ['/x'])`,
}

const APPS = Object.entries(SHAPES).map(
  ([name, source]) => `
shape = '${name}'
{
  const app = express()
  await follow(app)
  ${source}
}`,
)

/** Apps of all these shapes, one after the other. */
export const EXPRESS_APPS = `${EXPRESS}${APPS.join('')}
finish()
`

export const NEST_APP = `${SEEN}
import 'reflect-metadata'
const require = createRequire(process.env.TEST_NEST)
const { Controller, Module, Param, Post, Req, Res } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
class Users {
  find(id, request, response) {
    note('handler', request, response)
    response.json({ id })
  }
}
for (const [index, decorate] of [Param('id'), Req(), Res()].entries()) decorate(Users.prototype, 'find', index)
Post('users/:id')(Users.prototype, 'find', Object.getOwnPropertyDescriptor(Users.prototype, 'find'))
Controller()(Users)
class App {
  configure(consumer) {
    consumer.apply((request, response, next) => (note('consumer', request, response), next())).forRoutes('users/:id')
  }
}
const imports = isMonitored ? [require('@gravito/quasar/nest').QuasarModule.forRoot(options)] : []
Module({ imports, controllers: [Users] })(App)
const app = await NestFactory.create(App, { logger: false, abortOnError: false })
app.use((request, response, next) => (note('middleware', request, response), next()))
await app.listen(0)
await askAll(app.getHttpServer(), ['/users/1', '/none'])
finish()
`

/** Prints how many hidden classes two requests and their responses have that are at the first handler at once. */
export const CLASSES = `${EXPRESS}
const app = express()
await follow(app)
const isSame = new Function('one', 'other', 'return %HaveSameMap(one, other)')
const waiting = []
app.use((request, response, next) => {
  waiting.push({ request, response, next })
  if (waiting.length < 2) return
  const [one, other] = waiting.splice(0)
  last = [isSame(one.request, other.request), isSame(one.response, other.response)]
  one.next()
  other.next()
})
app.use((_request, response) => response.send('x'))
let last
const server = app.listen(0)
await once(server, 'listening')
const { port } = server.address()
for (let round = 0; round < 5; round++) await Promise.all([ask(port, '/x'), ask(port, '/x')])
console.log(JSON.stringify(last))
process.exit()
`
