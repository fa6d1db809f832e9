// What every host does: it opens and closes apps on command of the test that started it.

import { pipeline, Readable } from 'node:stream'

/** @param openApp `(config) => Promise<{ port, close(), stop?(), inject?(path) }>` */
export function runHost(openApp) {
  const apps = new Map()
  const commands = {
    hello: () => true,
    async open(config) {
      if (config.performance) replacePerformance(config.performance)
      const app = await openApp(decoded(config))
      apps.set(apps.size + 1, app)
      return { app: apps.size, port: app.port }
    },
    close: ({ app }) => apps.get(app).close(),
    stop: ({ app }) => apps.get(app).stop(),
    inject: ({ app, path }) => apps.get(app).inject(path),
  }
  process.on('message', async ({ id, command, args }) => {
    try {
      process.send({ id, value: await commands[command](args) })
    } catch (error) {
      process.send({ id, error: String(error?.stack ?? error) })
    }
  })
  process.on('disconnect', () => process.exit())
}

/** Regular expressions, which JSON does not know: other runtimes than Node are spoken to in JSON. */
function decoded(config) {
  const ignore = config.options?.ignore?.map?.((rule) => (rule.regExp ? new RegExp(rule.regExp) : rule))
  return ignore ? { ...config, options: { ...config.options, ignore } } : config
}

/** Fake timers stop it, polyfills replace it, sandboxes have none. */
function replacePerformance(how) {
  if (how === 'gone') delete globalThis.performance
  else globalThis.performance = { now: () => 0 }
}

const sessions = new WeakMap()
const connections = new WeakMap()

/** Listens with a Node server, of HTTP/1 or HTTP/2, on a free port of 127.0.0.1. */
export async function listen(server) {
  const open = new Set()
  sessions.set(server, open)
  server.on('session', (session) => open.add(session))
  const sockets = []
  connections.set(server, sockets)
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return server.address().port
}

export async function closeServer(server) {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections?.()
  for (const session of sessions.get(server)) session.destroy()
  // Upgraded ones are no connections of the server any more.
  for (const socket of connections.get(server) ?? []) socket.destroy()
  await closed
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Ways in which an app breaks an answer off by Node's own objects, after its first piece. */
export const BREAKS = {
  destroy: (_request, response) => response.destroy(new OrderError('destroyed')),
  socket: (request) => request.socket.destroy(),
  half: (request) => request.socket.end(),
  pipeline: (_request, response) => pipeline(failing(), response, () => {}),
  pipe: (_request, response) =>
    failing()
      .on('error', () => response.destroy())
      .pipe(response),
  hang: () => {},
}

/** @param how a key of BREAKS */
export function breakOff(how, request, response) {
  response.on('error', () => {})
  response.write('one')
  setTimeout(() => BREAKS[how](request, response), 20)
}

/** A stream that fails after its first piece. */
export function failing() {
  return Readable.from(
    (async function* () {
      yield Buffer.from('one')
      await wait(20)
      throw new OrderError('torn')
    })(),
  )
}

/** The error that handlers fail with. */
export class OrderError extends Error {
  name = 'OrderError'
}

/** An error that says with which status it is to be answered. */
export function errorWith(status) {
  return Object.assign(new Error(`refused with ${status}`), { status, statusCode: status })
}

/** How long the two pieces of a streamed body are apart, ms. */
export const STREAM_MS = 300

/** What a WebSocket of the hosts does: it answers each message with the same, and closes on `close`. */
export function echo(socket) {
  socket.on('message', (data) => {
    if (String(data) === 'close') socket.close(1000)
    else socket.send(String(data))
  })
}

/** The same for Hono, which has events in their place. */
export const echoEvents = {
  onMessage({ data }, socket) {
    if (data === 'close') socket.close(1000)
    else socket.send(data)
  },
}

/** A server of Socket.IO at an app's own server: it answers `slow` after 300 ms. */
export function addSocketIo(Server, server, variant) {
  if (variant !== 'socket.io') return
  new Server(server, { allowRequest: (request, done) => done(null, request.headers['x-name'] !== 'nobody') }).on(
    'connection',
    (socket) => socket.on('slow', (answer) => setTimeout(answer, STREAM_MS)),
  )
}

/** 401 without a name, 403 with another one than `root`, otherwise null. */
export function refusal(name) {
  if (!name) return 401
  return name === 'root' ? null : 403
}
