import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Store } from '../../../src/ports/index.js'
import { encodeHeartbeat, keysOf } from '../../../src/protocol/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { heartbeatOf } from '../../stores/samples.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { isPolluted } from '../support/fuzz.js'
import { poisonIndexes, poisonKept, poisonRecords, poisonTexts, poisonTypes, writeHealthy } from './poison.js'

const keys = keysOf()
/** What is read of one service fits into this, however much there is. */
const MAX_CHARS = 20_000_000

let server: TestRedis
let client: Redis
let store: Store

beforeAll(async () => {
  server = await startRedis()
  client = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await client.flushall()
  store = redisStore({ redis: server.url, scanEvery: 0 })
})
afterEach(async () => {
  await store.close()
  expect(isPolluted()).toBe(false)
})

/** All that can be read, as Zenith reads it. */
async function readAll(services: readonly string[]): Promise<void> {
  expect(JSON.stringify(await store.nodes()).length).toBeLessThan(MAX_CHARS)
  expect(JSON.stringify(await store.queues()).length).toBeLessThan(MAX_CHARS)
  for (const service of services) await readService(service)
  expect(JSON.stringify(await store.listAudit({ before: null, limit: 100 })).length).toBeLessThan(MAX_CHARS)
  for (const kind of ['scheduler', 'operation']) await store.listDocuments(kind)
}

async function readService(service: string): Promise<void> {
  for (const read of [store.slow, store.exceptions]) {
    const first = await read({ service, limit: 500 })
    expect(JSON.stringify(first).length).toBeLessThan(MAX_CHARS)
    await read({ service, limit: 500, after: first.cursor })
  }
  for (const read of [store.rollups, store.history]) {
    const first = await read({ service, since: 0 })
    expect(JSON.stringify(first).length).toBeLessThan(MAX_CHARS)
    await read({ service, since: 0, after: first.cursor })
  }
}

async function expectHealthy(): Promise<void> {
  const { nodes } = await store.nodes()
  const healthy = nodes.find(({ service }) => service === 'shop')
  expect(healthy).toMatchObject({
    node: 'web-1',
    heartbeat: { pid: 4321, cpu: { system: 20 }, meta: { region: 'eu' } },
  })
  const { snapshots } = await store.queues()
  expect(snapshots.find(({ service }) => service === 'shop')?.queues[0]?.name).toBe('mail')
  const slow = await store.slow({ service: 'shop', limit: 1_000 })
  expect(slow.records.map(({ name }) => name)).toContain('GET /healthy')
  const exceptions = await store.exceptions({ service: 'shop', limit: 1_000 })
  expect(exceptions.records.map(({ id }) => id)).toContain('healthy')
  for (const { lastBeat } of nodes) expect(Number.isFinite(new Date(lastBeat).getTime()), `${lastBeat}`).toBe(true)
  for (const { ts } of [...slow.records, ...exceptions.records])
    expect(Number.isFinite(new Date(ts).getTime()), `${ts}`).toBe(true)
}

describe('the reader reads what is well and counts what is not', () => {
  it.each<[string, (redis: Redis) => Promise<void>]>([
    ['keys of wrong types', poisonTypes],
    ['texts that are no records', poisonTexts],
    ['indexes that lead nowhere', poisonIndexes],
    ['records that are none, beside good ones', (redis) => poisonRecords(redis, 'shop')],
    ['documents that are none', poisonKept],
  ])('%s', async (_, poison) => {
    await poison(client)
    await writeHealthy(client)
    await readAll(['shop', 'odd', 'typed-list', 'typed-string', 'typed-stream', 'typed-zset', '__proto__'])
    await vi.waitFor(expectHealthy)
  })

  it('all of it at once, when every key of the protocol itself has a wrong type', async () => {
    for (const key of [keys.nodeIndex, keys.queueIndex, keys.audit, keys.kept('scheduler'), keys.slow('shop')]) {
      await client.set(key, 'x')
    }
    const { nodes, unreadable } = await store.nodes()
    expect([nodes, unreadable]).toEqual([[], 1])
    expect((await store.queues()).unreadable).toBe(1)
    expect((await store.slow({ service: 'shop', limit: 5 })).unreadable).toBe(1)
    await expect(store.listAudit({ before: null, limit: 5 })).rejects.toThrow(/WRONGTYPE|another type/i)
  })

  it('members that claim to be the newest for ever do not hide those that are', async () => {
    const future = Date.now() + 1e12
    for (let chunk = 0; chunk < 20; chunk++) {
      const members = Array.from({ length: 2_000 }, (_, index) => [future, `fake:${chunk}-${index}`]).flat()
      await client.zadd(keys.nodeIndex, ...members)
      await client.zadd(keys.queueIndex, ...members)
    }
    await writeHealthy(client)
    await vi.waitFor(expectHealthy)
    expect((await store.nodes()).nodes).toHaveLength(1)
  })

  it('a stream whose ids are used up is read', async () => {
    const fields = ['name', 'GET /last', 'ts', '5', 'durationMs', '5'] as const
    await client.xadd(keys.slow('shop'), '18446744073709551615-18446744073709551615', ...fields)
    await client.xadd(keys.rollup('shop'), '18446744073709551615-18446744073709551615', 'data', '{}')
    await readService('shop')
    expect((await store.slow({ service: 'shop', limit: 5 })).records).toHaveLength(1)
  })

  it('many large values are read one after the other, and none is kept', async () => {
    const text = encodeHeartbeat(heartbeatOf('large', 'n')).replace('"meta":{', `"meta":{"x":"${'x'.repeat(900_000)}",`)
    for (let index = 0; index < 100; index++) {
      await client.set(keys.node('large', `${index}`), text)
      await client.zadd(keys.nodeIndex, Date.now(), `large:${index}`)
    }
    await writeHealthy(client)
    const read = await store.nodes()
    expect(JSON.stringify(read).length).toBeLessThan(1_000_000)
    await expectHealthy()
  })

  it('goes on writing where somebody else has put something of another type', async () => {
    await client.set(keys.nodeIndex, 'x')
    await client.set(keys.slow('shop'), 'x')
    const { error } = await store.write({
      service: 'shop',
      node: 'n',
      heartbeat: heartbeatOf('shop', 'n'),
      records: [],
    })
    expect(error?.message).toMatch(/WRONGTYPE|another type/i)
    expect(await client.get(keys.node('shop', 'n'))).toContain('"pid":4321')
  })
})
