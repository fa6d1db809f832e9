import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { keysOf } from '../../src/protocol/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { buildRedisStore, type ChildModule } from '../support/redis-child.js'
import { silentServer } from '../support/redis-proxy.js'

const keys = keysOf()
let server: TestRedis
let child: ChildModule

beforeAll(async () => {
  server = await startRedis()
  child = await buildRedisStore()
})
afterAll(async () => {
  await server?.stop()
  await child?.remove()
})
beforeEach(() => server.client().flushall())

const START = `
import { redisStore } from './redis.js'
const store = redisStore({ redis: process.env.REDIS })
const heartbeat = { v: 2, id: 'n1', service: 'shop', timestamp: Date.now(), interval: 10_000 }
const batch = { service: 'shop', node: 'n1', heartbeat, records: [] }
// What keeps the process: sockets that are unref'd are not in it.
const openSockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).join()
const holding = async (promise) => {
  const hold = setInterval(() => {}, 1_000)
  try { return await promise } finally { clearInterval(hold) }
}
`

test('a process with an open store ends by itself', async () => {
  const script = `${START}
const { error } = await holding(store.write(batch))
process.stdout.write((error ? error.message : 'written') + openSockets())`
  expect(await child.run(script, { REDIS: server.url })).toEqual({ code: 0, output: 'written' })
})

test('so it does while it connects to a server that says nothing, and while a write hangs', async () => {
  const silent = await silentServer()
  const script = `${START}
store.write(batch)
await holding(new Promise((resolve) => setTimeout(resolve, 100)))
process.stdout.write('end' + openSockets())`
  expect(await child.run(script, { REDIS: `redis://127.0.0.1:${silent.port}` })).toEqual({ code: 0, output: 'end' })
  await silent.close()
})

test('a write in beforeExit arrives', async () => {
  const script = `${START}
process.once('beforeExit', async () => {
  const { error } = await holding(store.write(batch))
  process.stdout.write(error ? error.message : 'written')
})`
  expect(await child.run(script, { REDIS: server.url })).toEqual({ code: 0, output: 'written' })
  expect(await server.client().exists(keys.node('shop', 'n1'))).toBe(1)
})

test('a write and a close at the end arrive and leave nothing open', async () => {
  const script = `${START}
await holding(store.write(batch))
await holding(store.removeNode('shop', 'n1'))
await store.close()
for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
process.stdout.write(process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP') || name === 'Timeout').join())`
  expect(await child.run(script, { REDIS: server.url })).toEqual({ code: 0, output: '' })
  expect(await server.client().exists(keys.node('shop', 'n1'))).toBe(0)
})

test('what a dying process writes in uncaughtExceptionMonitor arrives', async () => {
  const script = `${START}
await holding(store.ping())
process.on('uncaughtExceptionMonitor', (error) => {
  const record = { v: 2, id: 'last', kind: 'uncaught', name: error.name, message: error.message, stack: error.stack,
    fingerprint: 'f', handled: false, service: 'shop', node: 'n1', ts: Date.now() }
  store.write({ service: 'shop', node: 'n1', heartbeat: null, records: [{ type: 'exception', record }] })
})
setTimeout(() => { throw new Error('the last word') }, 1)`
  const { code, output } = await child.run(script, { REDIS: server.url })
  expect(code).toBe(1)
  expect(output).toContain('the last word')
  const [member] = await server.client().zrange(keys.errors('shop'), '0', '-1')
  expect(member).toContain('the last word')
})

test('a process whose Redis is down, refuses or hangs ends with its own exit code and prints nothing', async () => {
  const silent = await silentServer()
  const urls = ['redis://127.0.0.1:1', `redis://127.0.0.1:${silent.port}`, `redis://:wrong@127.0.0.1:${server.port}`]
  const script = `${START}
await holding(store.write(batch))
await holding(store.write(batch))
for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
process.stdout.write(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').join() + openSockets())
process.exitCode = 7`
  await server.client().config('SET', 'requirepass', 'right')
  for (const url of urls) expect(await child.run(script, { REDIS: url })).toEqual({ code: 7, output: '' })
  await silent.close()
})
