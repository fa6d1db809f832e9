import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { fillHealthy, KINDS } from '../../../bench/poison/kinds.mjs'
import type { Overview } from '../../../src/api/overview.js'
import { MAX_KNOWN_QUEUES, MAX_NODES, MAX_REPORTED_QUEUES, MAX_SERVICES } from '../../../src/protocol/read-limits.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { ask, type SseClient } from '../../zenith/support/http.js'
import { overviewOf, seen, serveZenith } from '../../zenith/support/zenith.js'
import { isPolluted } from '../support/fuzz.js'

/** The short form: just beyond each bound. `npm run bench:poison` has the long one, with 1 GB of heap. */
const SHORT: Readonly<Record<string, number>> = {
  'queues in snapshots': 12_000,
  nodes: 10_500,
  'services of one node': 1_200,
  'series of one service': 20_000,
  'huge sketches': 100,
  'fields of heartbeats': 60,
  'lines of the audit trail': 40,
  'one huge heartbeat': 40_000_000,
  'huge members': 34_000_000,
  'documents that Zenith kept': 3_000,
  'a million members': 15_000,
  'members of the indexes': 12_000,
  'deep JSON': 100_000,
  'long names': 200,
  'names of prototypes': 1,
  'keys of other reporters': 6_000,
}
const MAX_BYTES = 2_000_000

let server: TestRedis
let client: Redis
beforeAll(async () => {
  server = await startRedis()
  client = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await client.flushall()
})

async function flooded(kind: string) {
  await KINDS[kind]?.fill(client, SHORT[kind] ?? 1)
  await fillHealthy(client)
  return serveZenith({ redis: server.url, interval: 1_000 })
}

async function firstEvent(watch: () => Promise<SseClient>): Promise<string> {
  const stream = await watch()
  const { data } = await stream.next(({ name }) => name === 'system_pulse')
  return JSON.stringify(data)
}

/** The healthy service, wherever in a large fleet it is. */
async function expectFound(url: string): Promise<void> {
  const found = JSON.parse((await ask(`${url}/api/overview?text=web-1`)).text) as Overview
  expect(found.nodes.map(({ id, state }) => [id, state])).toEqual([['web-1', 'live']])
  const mail = JSON.parse((await ask(`${url}/api/overview?text=mail`)).text) as Overview
  expect(mail.queues.map(({ name, metrics }) => [name, metrics.waiting])).toEqual([['mail', 7]])
}

describe('a flood is survived: what is beyond a bound is left out and counted, and what is healthy is shown', () => {
  it.each(Object.keys(SHORT))('%s', async (kind) => {
    const { url, zenith, watch } = await flooded(kind)
    await seen(zenith, ({ store, totals }) => {
      expect(store).toMatchObject({ ok: true, error: null })
      expect(totals?.nodes).toBeGreaterThan(0)
      expect(totals?.queues).toBeGreaterThan(0)
    })
    for (const path of [
      '/api/overview',
      '/metrics',
      '/api/queues?limit=1000',
      '/api/nodes?limit=1000',
      '/api/services',
      '/api/audit?limit=1000',
      '/api/schedulers',
      '/api/bulk',
    ]) {
      const answer = await ask(`${url}${path}`)
      expect(answer.status, path).toBe(200)
      if (path === '/api/overview') expect(Buffer.byteLength(answer.text)).toBeLessThanOrEqual(MAX_BYTES)
    }
    expect(Buffer.byteLength(await firstEvent(watch))).toBeLessThanOrEqual(MAX_BYTES)
    expect((await ask(`${url}/api/health`)).status).toBe(200)
    await expectFound(url)
    expect(isPolluted()).toBe(false)
  })
})

describe('what is left out is said', () => {
  it.each<[string, Partial<Overview['leftOut']>, Partial<Overview['totals']>]>([
    // The healthy queue is within the bound: small snapshots go first.
    ['queues in snapshots', { queues: 2_001 }, { queues: MAX_REPORTED_QUEUES }],
    ['nodes', { nodes: 501 }, { nodes: MAX_NODES }],
    ['services of one node', { services: 1_201 - MAX_SERVICES }, { services: MAX_SERVICES }],
    ['one huge heartbeat', { values: 2 }, {}],
    // 64 MB of the 100 documents of 1 MB are read.
    ['documents that Zenith kept', { documents: 1_000 + 35 }, {}],
    ['members of the indexes', { nodes: 2_001, snapshots: 11_001 }, {}],
  ])('%s', async (kind, leftOut, totals) => {
    const { url, zenith } = await flooded(kind)
    await seen(zenith, (overview) => expect(overview).toMatchObject({ leftOut, totals }))
    const { text } = await ask(`${url}/metrics`)
    for (const [name, count] of Object.entries(leftOut ?? {}))
      expect(text).toContain(`quasar_left_out{kind="${name}"} ${count}\n`)
  })

  it('nothing, where there is room for all', async () => {
    await fillHealthy(client)
    const { url, zenith } = await serveZenith({ redis: server.url })
    await seen(zenith, (overview) => {
      expect(overview).toMatchObject({ leftOut: null, totals: { nodes: 1, queues: 1, services: 1 } })
    })
    expect((await ask(`${url}/metrics`)).text).not.toContain('left_out')
  })
})

it('loads few entries of many fields at a time, however short their values are', async () => {
  const fields = Array.from({ length: 4_000 }, (_, index) => [`field-${index}`, 'v']).flat()
  for (let index = 0; index < 30; index++) await client.xadd('gravito:quasar:slow:flood', '*', ...fields)
  const counts: number[] = []
  const monitor = await client.monitor()
  onTestFinished(() => monitor.disconnect())
  monitor.on('monitor', (_time, [name, , , , , count]: string[]) => {
    if (name === 'xrevrange') counts.push(Number(count))
  })
  const store = redisStore({ redis: server.url })
  onTestFinished(() => store.close())
  await store.slow({ service: 'flood', after: null, limit: 1_000 })
  await vi.waitFor(() => expect(counts.length).toBeGreaterThan(1))
  expect(Math.max(...counts)).toBeLessThanOrEqual(10)
})

it('goes through all parts of a large fleet, and names each thing once', async () => {
  const { url, zenith } = await flooded('queues in snapshots')
  await seen(zenith, ({ totals }) => expect(totals?.queues).toBe(MAX_REPORTED_QUEUES))
  const keys = new Set<string>()
  let count = 0
  for (let parts = 0; count < MAX_REPORTED_QUEUES && parts < 20; parts++) {
    const { text } = await ask(`${url}/api/overview?queues=${count}&nodes=1&services=1`)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES)
    const part = JSON.parse(text) as Overview
    for (const { key } of part.queues) keys.add(key)
    count += part.queues.length
  }
  expect([keys.size, count]).toEqual([MAX_REPORTED_QUEUES, MAX_REPORTED_QUEUES])
  const [first] = (await overviewOf(zenith)).queues
  // It is paused with jobs: what is in trouble comes first.
  expect(first?.name).toBe('mail')
})

it('forgets queues that nobody reports any more, when there are too many names', async () => {
  const { url, zenith } = await flooded('queues in snapshots')
  for (let round = 0; round < 4; round++) {
    await client.flushall()
    const snapshot = (name: string) => {
      const queues = Array.from({ length: 5_000 }, (_, index) => ({
        name: `${round}-${name}-${index}`,
        driver: 'bull',
      }))
      return JSON.stringify({ v: 2, timestamp: Date.now(), interval: 600_000, service: name, reporter: 'n', queues })
    }
    for (const name of ['a', 'b']) {
      await client.set(`gravito:quasar:queues:${name}`, snapshot(name))
      await client.zadd('gravito:quasar:index:queues', Date.now() + round, name)
    }
    await seen(zenith, async () => {
      const { text } = await ask(`${url}/api/overview?text=${round}-a-17`)
      expect((JSON.parse(text) as Overview).totals?.queues).toBeGreaterThan(0)
    })
  }
  expect((await overviewOf(zenith)).totals?.queues).toBeLessThanOrEqual(MAX_KNOWN_QUEUES)
})
