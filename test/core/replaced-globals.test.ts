import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { requireFrom } from '../support/installed.js'
import { runProgram } from '../support/program.js'
import { exceptions, recordedBy, slowEntries } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** Asks an app with Quasar for one route, after and before some global was replaced. */
const app = (before: string, after: string) => `
import { once } from 'node:events'
import { get } from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
${before}
const express = (await import('express')).default
const { quasar } = await import('@gravito/quasar/express')
const { captureException, startQuasar } = await import('@gravito/quasar')
${after}
const app = express()
const lease = startQuasar({ logger: false, slow: 1 })
const monitor = quasar({ logger: false, slow: 1 })
app.use(monitor)
app.get('/users/:id', async (request, response) => response.send(await sleep(20, 'ada')))
const server = app.listen(0, '127.0.0.1', async () => {
  const [answer] = await once(get({ port: server.address().port, path: '/users/1', agent: false }), 'response')
  process.stdout.write(String(await answer.toArray()))
  captureException(new Error('told'))
  await lease.flush()
  if (globalThis.clock) process.stdout.write(' ' + clock.countTimers())
  server.close()
  server.closeAllConnections()
  await monitor.stop()
  await lease.stop()
})`

const fakeTimers = (toFake: string[]) => `
const require = createRequire(import.meta.url)
const clock = globalThis.clock = require(${JSON.stringify(requireFrom('neighbours').resolve('@sinonjs/fake-timers'))}).install({ now: 1_000, toFake: ${JSON.stringify(toFake)} })`

const JSDOM = `
globalThis.setTimeout = () => 1
globalThis.clearTimeout = () => {}
delete globalThis.setImmediate
Object.defineProperty(globalThis, 'performance', { value: { now: () => 5 }, configurable: true })`

it.each([
  ['gone before', 'delete globalThis.performance', '', 'ada'],
  ['gone after', '', 'delete globalThis.performance', 'ada'],
  ['replaced', '', "globalThis.performance = { now: () => { throw new Error('fake') } }", 'ada'],
  ['frozen', '', fakeTimers(['performance']), 'ada 0'],
  ['of a browser', '', JSDOM, 'ada'],
  ['faked with the time of day', '', fakeTimers(['performance', 'Date']), 'ada 0'],
  [
    'faked with all timers',
    '',
    fakeTimers(['performance', 'Date', 'setTimeout', 'setImmediate', 'setInterval']),
    'ada 0',
  ],
])('performance that is %s changes neither app nor figures', async (how, before, after, output) => {
  const service = how.replaceAll(' ', '-')
  const began = Date.now()
  const outcome = await runProgram(app(before, after), {
    env: { QUASAR_REDIS_URL: redis.url, QUASAR_SERVICE: service },
  })
  expect(outcome).toEqual({ code: 0, signal: null, stdout: output, stderr: '' })
  const store = redisStore({ redis: redis.url })
  try {
    const { routes } = await recordedBy(store, service)
    expect(routes.get('GET /users/:id')?.count).toBe(1)
    const [entry] = await slowEntries(store, service)
    expect(entry?.durationMs).toBeGreaterThan(10)
    expect(entry?.durationMs).toBeLessThan(20_000)
    const [exception] = await exceptions(store, service)
    for (const at of [entry?.ts, exception?.ts]) {
      expect(at).toBeGreaterThanOrEqual(began)
      expect(at).toBeLessThanOrEqual(Date.now())
    }
  } finally {
    await store.close()
  }
})
