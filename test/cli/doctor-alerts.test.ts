import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { cpuRule, Fleet, Mailbox, pass, zenith } from '../alerts/service/simulated.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { diagnose } from './doctor-run.js'

const SECRET = 'a-secret-of-enough-characters'
const GONE = { ok: false, status: 404, text: 'no such hook', mayRetry: false, retryAfterMs: null }

let redis: TestRedis
let fleet: Fleet
let mailbox: Mailbox
const ends: { close(): Promise<void> }[] = []

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(async () => {
  for (const one of ends) await one.close()
  await redis.stop()
})

beforeEach(async () => {
  await redis.client().flushall()
  fleet = new Fleet()
  fleet.now = Date.now() - 5 * 60_000
  mailbox = new Mailbox(fleet)
})

function start(more: Record<string, unknown> = {}) {
  const store = redisStore({ redis: redis.url })
  const one = zenith({ fleet, store, sender: mailbox, receivers: [], secret: SECRET, ...more })
  ends.push(one, store)
  return one
}

const codes = async () => {
  const { wrong } = await diagnose(redis.url)
  return wrong.filter((code) => code.startsWith('alerts-'))
}

it('does not mention alerts where none were ever evaluated', async () => {
  expect(await codes()).toEqual([])
})

it('says that nobody is told without a receiver', async () => {
  await pass(fleet, 4 * 60_000, [start()])
  expect(await codes()).toEqual(['alerts-no-receiver'])
})

it('names a receiver that takes nothing, and a rule that applies to nothing', async () => {
  const one = start()
  await one.setup.putReceiver({
    ...{ id: 'ops', name: 'Ops', kind: 'webhook', enabled: true, severity: 'info' },
    address: 'https://ops.example/hook',
  })
  await one.setup.putRule(cpuRule({ forMs: 0 }))
  await one.setup.putRule(
    cpuRule({ id: 'idle', name: 'Idle', conditions: [{ metric: 'queue.backlog', is: 'above', threshold: 5 }] }),
  )
  mailbox.answer = GONE
  fleet.cpu = { web: 95 }
  await pass(fleet, 4 * 60_000, [one])
  const { of } = await diagnose(redis.url)
  expect(await codes()).toEqual(expect.arrayContaining(['alerts-receiver-failing', 'alerts-rule-idle']))
  expect(of('alerts-receiver-failing').message).toContain('"Ops" did not take the last message: 404. no such hook')
  expect(of('alerts-rule-idle').message).toContain('"Idle"')
})

it('forgets a receiver that was deleted a day ago', async () => {
  const one = start()
  const receiver = { name: 'Ops', kind: 'webhook', enabled: true, severity: 'info' } as const
  for (const id of ['ops', 'gone'])
    await one.setup.putReceiver({ ...receiver, id, name: id, address: 'https://ops.example/hook' })
  await one.setup.putRule(cpuRule({ forMs: 0 }))
  mailbox.answer = GONE
  fleet.now -= 30 * 3_600_000
  fleet.cpu = { web: 95 }
  await pass(fleet, 2 * 60_000, [one])
  await one.setup.deleteReceiver('gone')
  fleet.now = Date.now() - 60_000
  await pass(fleet, 60_000, [one])
  const { of } = await diagnose(redis.url)
  expect(of('alerts-receiver-failing').message).toContain('"ops"')
  expect((await codes()).filter((code) => code === 'alerts-receiver-failing')).toHaveLength(1)
})

it('says nothing of a receiver that was deleted while a message waited for it', async () => {
  const one = start()
  const receiver = { name: 'Ops', kind: 'webhook', enabled: true, severity: 'info' } as const
  for (const id of ['ops', 'gone'])
    await one.setup.putReceiver({ ...receiver, id, address: 'https://ops.example/hook' })
  await one.setup.putRule(cpuRule({ forMs: 0 }))
  mailbox.answer = { ...GONE, status: 503, mayRetry: true }
  fleet.cpu = { web: 95 }
  await pass(fleet, 2 * 60_000, [one])
  await one.setup.deleteReceiver('gone')
  await pass(fleet, 3 * 60_000, [one])
  const { deliveries } = await one.shown()
  expect(deliveries).toContainEqual(expect.objectContaining({ receiver: 'gone', state: 'failed' }))
  expect(await codes()).toEqual([])
})

it('says that no Zenith evaluates any more', async () => {
  fleet.now = Date.now() - 60 * 60_000
  await pass(fleet, 60_000, [start()])
  expect(await codes()).toContain('alerts-stale')
})
