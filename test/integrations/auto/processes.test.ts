import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Store } from '../../../src/ports/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { ask } from '../../support/ask.js'
import { folderOf } from '../../support/installed.js'
import { recordedBy } from '../../support/recorded.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { runtimeProgram } from '../../support/runtimes.js'
import { type Run, type RunOptions, run } from './run.js'

const AUTO = '@gravito/quasar/auto'
const NODES = ['node20', 'node24']

let redis: TestRedis
let store: Store

beforeAll(async () => {
  redis = await startRedis()
  store = redisStore({ redis: redis.url })
})

afterAll(async () => {
  await store?.close()
  await redis?.stop()
})

interface Started {
  readonly service: string
  readonly app: Run
}

async function start(host: string, file: string, source: string, options: RunOptions = {}): Promise<Started> {
  const service = randomUUID()
  const env = { QUASAR_REDIS_URL: redis.url, QUASAR_SERVICE: service, QUASAR_INTERVAL: '200', ...options.env }
  const app = await run(host, file, source, { nodeArgs: ['--import', AUTO], ...options, env })
  onTestFinished(app.end)
  return { service, app }
}

const nodesOf = async (service: string) => (await store.nodes()).nodes.filter((node) => node.service === service)

/** Until they are reported: a busy machine may end a process before its last report. */
const reported = (service: string, counts: Record<string, number>) =>
  expect.poll(() => countsOf(service)).toEqual(counts)

async function countsOf(service: string): Promise<Record<string, number>> {
  const { routes } = await recordedBy(store, service)
  return Object.fromEntries([...routes].map(([name, { count }]) => [name, count]))
}

const EXPRESS = `
const listen = (app) => { const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port)) }
`

const NAMED = `import express from 'express'
import { quasar } from '@gravito/quasar/express'
${EXPRESS}
const app = express()
app.get('/users/:id', (request, response) => response.send('user'))
process.once('message', () => {
  app.use(quasar({ service: process.env.OWN }))
  process.send('registered')
})
listen(app)`

it('reports the heartbeat of a process without a framework, says so once, and removes the node when it ends', async () => {
  const { service, app } = await start('express5', 'app.mjs', "process.once('message', () => process.disconnect())")
  await expect.poll(async () => (await nodesOf(service)).length).toBe(1)
  await expect.poll(app.output).toMatch(/^Quasar: found no Express, Fastify, Hono, Nest or BullMQ, so .*\n$/)
  app.child.send('end')
  await app.ended
  expect(await nodesOf(service)).toEqual([])
})

it('leaves no trace of a script that ends at once', async () => {
  const { service, app } = await start('express5', 'app.mjs', "import 'express'\nconsole.log('done')")
  await app.ended
  expect(app.output()).toBe('done\n')
  expect(await nodesOf(service)).toEqual([])
  expect(await countsOf(service)).toEqual({})
})

const TOOL = `const app = require('express')()
app.get('/users/:id', (request, response) => response.send('user'))
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))`

it.each([
  ['that its package.json names under "bin"', { 'package.json': '{"name":"tool","bin":"./tool.cjs"}' }, {}, false],
  [
    'when QUASAR_AUTO says that it is an app',
    { 'package.json': '{"name":"tool","bin":"./tool.cjs"}' },
    { QUASAR_AUTO: '1' },
    true,
  ],
  ['when Quasar is switched off', {}, { QUASAR_DISABLED: '1' }, false],
  ['of a test runner', {}, { NODE_TEST_CONTEXT: 'child-v8' }, false],
  ['with an invalid variable', {}, { QUASAR_PREFIX: 'no-colon' }, false],
])('a main script %s', async (_name, files, env, isReported) => {
  const { service, app } = await start('express5', 'tool.cjs', TOOL, {
    nodeArgs: [],
    files,
    env: { NODE_OPTIONS: `--require ${AUTO}`, ...env },
  })
  expect((await ask((await app.next()) as number, '/users/1')).status).toBe(200)
  if (isReported) await reported(service, { 'GET /users/:id': 1 })
  await app.end()
  expect(await countsOf(service)).toEqual(isReported ? { 'GET /users/:id': 1 } : {})
  expect(app.output()).toEqual(
    'QUASAR_PREFIX' in env ? expect.stringMatching(/^Quasar: nothing is monitored: QUASAR_PREFIX takes [^\n]+\n$/) : '',
  )
})

it('the recorder of the app’s own code takes the place of the one of the variables', async () => {
  const own = randomUUID()
  const source = `import { startQuasar } from '@gravito/quasar'
import express from 'express'
${EXPRESS}
setTimeout(() => {
  startQuasar({ service: process.env.OWN })
  const app = express()
  app.get('/users/:id', (request, response) => response.send('user'))
  listen(app)
}, 3_000)`
  const { service, app } = await start('express5', 'app.mjs', source, { env: { OWN: own } })
  await expect.poll(async () => (await nodesOf(service)).length).toBe(1)
  const port = (await app.next()) as number
  await ask(port, '/users/1')
  await expect.poll(async () => (await nodesOf(service)).length).toBe(0)
  await reported(own, { 'GET /users/:id': 1 })
  await app.end()
  expect(await countsOf(service)).toEqual({})
})

it('a plugin that is registered when requests have come counts none of them again', async () => {
  const own = randomUUID()
  const { service, app } = await start('express5', 'app.mjs', NAMED, { env: { OWN: own } })
  const port = (await app.next()) as number
  await ask(port, '/users/1')
  app.child.send('register')
  expect(await app.next()).toBe('registered')
  await ask(port, '/users/2')
  await reported(service, { 'GET /users/:id': 2 })
  await app.end()
  expect(await countsOf(own)).toEqual({})
})

it.each(NODES)('two majors of a framework, two preloads and a thread make one node on %s', async (node) => {
  const source = `import express5 from 'express'
import { createRequire } from 'node:module'
import { Worker, isMainThread } from 'node:worker_threads'
const express4 = createRequire(process.env.OTHER)('express')
const app = express5()
const inner = express4()
inner.get('/old/:id', (request, response) => response.send('old'))
app.get('/new/:id', (request, response) => response.send('new'))
const thread = new Worker(new URL('./thread.mjs', import.meta.url))
thread.once('message', (threadPort) => {
  const server = app.listen(0, '127.0.0.1', () => {
    const other = inner.listen(0, '127.0.0.1', () => process.send([server.address().port, other.address().port, threadPort]))
  })
})`
  const thread = `import express from 'express'
import { parentPort } from 'node:worker_threads'
const app = express()
app.get('/thread/:id', (request, response) => response.send('thread'))
const server = app.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`
  const { service, app } = await start('express5', 'app.mjs', source, {
    node: runtimeProgram(node),
    nodeArgs: ['--require', AUTO, '--import', AUTO],
    files: { 'thread.mjs': thread },
    env: { OTHER: join(folderOf('express4'), 'package.json') },
  })
  const ports = (await app.next()) as number[]
  for (const [index, path] of ['/new/1', '/old/1', '/thread/1'].entries()) {
    expect((await ask(ports[index] as number, path)).status).toBe(200)
  }
  await expect.poll(async () => (await nodesOf(service)).length).toBe(1)
  await expect.poll(() => countsOf(service)).toEqual({ 'GET /new/:id': 1, 'GET /old/:id': 1, 'GET /thread/:id': 1 })
  await app.end()
  expect(app.output()).toBe('')
})

/** Of OpenTelemetry's instrumentations for ES modules. */
const loader = () =>
  createRequire(join(folderOf('neighbours'), 'package.json')).resolve('import-in-the-middle/hook.mjs')

it.each(NODES)('works beside another loader on %s', async (node) => {
  const source = `import { Hono } from 'hono'
import { serve } from '@hono/node-server'
const app = new Hono()
app.get('/users/:id', (c) => c.text('user'))
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => process.send(server.address().port))`
  const other = join(folderOf('hono4'), 'node_modules/.auto-loader.mjs')
  writeFileSync(other, `import { register } from 'node:module'\nregister(${JSON.stringify(`file://${loader()}`)})`)
  const { service, app } = await start('hono4', 'app.mjs', source, {
    node: runtimeProgram(node),
    nodeArgs: ['--import', AUTO, '--import', other],
  })
  await ask((await app.next()) as number, '/users/1')
  await reported(service, { 'GET /users/:id': 1 })
  await app.end()
})
