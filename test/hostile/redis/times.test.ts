import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { Overview } from '../../../src/api/overview.js'
import type { Listing } from '../../../src/api/part.js'
import type { ServicePeriod } from '../../../src/api/services.js'
import type { ExceptionRecord, SlowEntry } from '../../../src/protocol/index.js'
import { createZenith, type Zenith } from '../../../src/runtime/create-zenith.js'
import { isWhole } from '../../support/extent.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { beatOf, rollupOf } from '../../zenith/support/records.js'

/** Texts of JSON that stand where a time, or how far a clock is off, should be. */
const TIMES = [
  '-1',
  '-0',
  '0',
  '1',
  '0.5',
  '1e308',
  '1e400',
  '-1e308',
  '8.64e15',
  '8.64e15',
  '9e15',
  '"soon"',
  '"9e15"',
  'null',
  'true',
  '[]',
  '{}',
  '253402300799999',
]
const SCORES = ['-inf', '+inf', '-1', '0', '1e300', '8.64e15', '253402300799999']
const prefix = 'gravito:quasar:'

let redis: TestRedis
let client: ReturnType<TestRedis['client']>

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
})
afterAll(() => redis?.stop())

function openZenith(): Zenith {
  const zenith = createZenith({ redis: redis.url, auth: () => 'viewer', interval: 100, logger: false })
  onTestFinished(() => zenith.close())
  return zenith
}

async function get<T>(zenith: Zenith, path: string): Promise<T> {
  const response = await zenith.fetch(new Request(`http://localhost${path}`))
  expect(response.status, path).toBe(200)
  return (await response.json()) as T
}

/** Everything that a reporter writes, with a text in the place of each time. */
async function poison(node: string, time: string, ahead: string, score: string): Promise<void> {
  const member = `shop:${node}`
  const beat = `{"v":2,"id":"${node}","service":"shop","timestamp":${time},"clockAhead":${ahead}}`
  const series = '[{"key":"GET /absurd","count":1,"sketch":"cd"}]'
  const rollup = (from: string, to: string) => {
    return `{"v":2,"node":"${node}","from":${from},"to":${to},"clockAhead":${ahead},"routes":${series}}`
  }
  const about = `"service":"shop","node":"${node}","ts":${time},"clockAhead":${ahead}`
  const pipeline = client.pipeline()
  pipeline.set(`${prefix}node:${member}`, beat, 'EX', 30)
  pipeline.zadd(`${prefix}index:nodes`, score, member)
  for (const name of ['rollup:shop', 'history:shop'])
    for (const text of [rollup(time, time), rollup('0', time), rollup(time, String(Date.now()))])
      pipeline.xadd(`${prefix}${name}`, '*', 'data', text)
  pipeline.zadd(`${prefix}errors:shop`, score, `{"v":2,"id":"${node}","name":"E","message":"m",${about}}`)
  const slow = ['v', '2', 'name', 'GET /absurd', 'durationMs', '9', 'service', 'shop', 'node', node]
  pipeline.xadd(
    `${prefix}slow:shop`,
    '*',
    ...slow,
    'ts',
    time.replaceAll('"', ''),
    'clockAhead',
    ahead.replaceAll('"', ''),
  )
  const queues = '[{"name":"mail","driver":"laravel","metrics":{"waiting":1}}]'
  const snapshot = `{"v":2,"timestamp":${time},"clockAhead":${ahead},"service":"${node}","queues":${queues}}`
  pipeline.set(`${prefix}queues:${node}`, snapshot, 'EX', 30)
  pipeline.zadd(`${prefix}index:queues`, score, node)
  await pipeline.exec()
}

async function writeGood(): Promise<void> {
  const now = Date.now()
  const beat = { ...beatOf('shop', 'good'), clockAhead: 0 }
  const rollup = { ...rollupOf('good', now - 10_000, now, [{ key: 'GET /good', durations: [5, 5, 5] }]), clockAhead: 0 }
  await client.set(`${prefix}node:shop:good`, JSON.stringify(beat), 'PX', 30_000)
  await client.zadd(`${prefix}index:nodes`, now, 'shop:good')
  for (const name of ['rollup:shop', 'history:shop'])
    await client.xadd(`${prefix}${name}`, '*', 'data', JSON.stringify(rollup))
  const about = { v: 2, id: 'good', name: 'Good', message: 'g', service: 'shop', node: 'good', ts: now, clockAhead: 0 }
  await client.zadd(`${prefix}errors:shop`, now, JSON.stringify(about))
}

/** Each text in each place. @returns the nodes that wrote it */
async function poisonAll(): Promise<string[]> {
  const shapes = TIMES.flatMap((time, index) => [
    [time, '0', SCORES[index % SCORES.length] ?? '0'] as const,
    [time, TIMES.at(-index) ?? '0', '0'] as const,
    [time, 'null', '+inf'] as const,
  ])
  for (const [index, [time, ahead, score]] of shapes.entries()) await poison(`n${index}`, time, ahead, score)
  return shapes.map((_, index) => `n${index}`)
}

it('absurd times hide nothing, sort before nothing, and make nothing live for ever', async () => {
  const nodes = await poisonAll()
  await writeGood()
  const zenith = openZenith()
  const overview = await get<Overview>(zenith, '/api/overview')
  expect(overview.nodes.find(({ id }) => id === 'good')).toMatchObject({ state: 'live', clockAhead: 0 })
  expect(overview.unreadable).toBeGreaterThan(0)
  for (const { lastSeen, samples, clockAhead } of overview.nodes) {
    expect(lastSeen).toBeLessThanOrEqual(Date.now() + 1_000)
    for (const { at } of samples) expect(at).toBeLessThanOrEqual(Date.now() + 1_000)
    expect(clockAhead === null || Number.isFinite(clockAhead)).toBe(true)
  }
  for (const period of ['5m', '15m', '1h']) {
    const { items } = await get<Listing<ServicePeriod>>(zenith, `/api/services?period=${period}&service=shop`)
    const counts = new Map(items[0]?.routes.map(({ key, count }) => [key, count]))
    expect(counts.get('GET /good'), period).toBe(3)
    for (const { rate } of items[0]?.traffic ?? []) expect(Number.isFinite(rate)).toBe(true)
  }
  const errors = (await get<Listing<ExceptionRecord>>(zenith, '/api/errors')).items
  const slow = (await get<Listing<SlowEntry>>(zenith, '/api/slow')).items
  for (const { ts } of [...errors, ...slow]) expect(ts).toBeLessThanOrEqual(Date.now() + 1_000)
  expect(errors.map(({ name }) => name)).toContain('Good')

  for (const node of nodes) await client.del(`${prefix}node:shop:${node}`, `${prefix}queues:${node}`)
  await vi.waitFor(async () => {
    const later = await get<Overview>(zenith, '/api/overview')
    expect(later.nodes.filter(({ state }) => state === 'live').map(({ id }) => id)).toEqual(['good'])
  })
})

it.runIf(isWhole)(
  'a heartbeat without an end to its life that says it is of the far future is lost when nothing beats',
  async () => {
    await client.flushall()
    const beat = { ...beatOf('shop', 'stuck', { interval: 100 }), timestamp: Date.now() + 1e12 }
    await client.set(`${prefix}node:shop:stuck`, JSON.stringify(beat))
    await client.zadd(`${prefix}index:nodes`, Date.now() + 1e12, 'shop:stuck')
    const zenith = openZenith()
    await vi.waitFor(
      async () => {
        const { nodes } = await get<Overview>(zenith, '/api/overview')
        expect(nodes).toMatchObject([{ id: 'stuck', state: 'lost' }])
      },
      { timeout: 45_000, interval: 1_000 },
    )
  },
)
