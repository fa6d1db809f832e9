import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RecordListing } from '../../src/api/part.js'
import type { ExceptionGroup, ServiceDetail, SlowGroup } from '../../src/api/services.js'
import type { ExceptionRecord, SlowEntry } from '../../src/protocol/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis } from '../support/redis.js'
import { askApi } from './support/api.js'
import { beatOf, exceptionOf, report, rollupOf, slowOf } from './support/records.js'
import { openZenith, seen } from './support/zenith.js'

const NOW = Date.now()
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

function opened(store = memoryStore()) {
  const zenith = openZenith({ store })
  return {
    store,
    zenith,
    async list<T>(path: string) {
      return (await askApi<RecordListing<T>>(zenith, path)).body
    },
  }
}

describe('slow entries', () => {
  async function filled() {
    const api = opened()
    const job = { kind: 'job', name: 'mail', meta: JSON.stringify({ queue: 'high' }) }
    await report(api.store, beatOf('shop', 'web-1'), {
      slow: [
        ...numbers(150).map((n) => slowOf('shop', 'web-1', { ts: NOW - n, durationMs: 1_000 + n, requestId: `r${n}` })),
        slowOf('shop', 'web-2', { ...job, ts: NOW - 500, durationMs: 2_000, traceId: TRACE }),
      ],
    })
    const meta = JSON.stringify({ url: '/Search?q' })
    await report(api.store, beatOf('blog', 'web-3'), {
      slow: [slowOf('blog', 'web-3', { name: 'GET /search', ts: NOW - 5, thresholdMs: 10, meta })],
    })
    return api
  }

  it('are all that the store keeps, newest first, in parts', async () => {
    const { list } = await filled()
    const first = await list<SlowEntry>('/api/slow?limit=3')
    expect(first).toMatchObject({ total: 152, perService: 1_000 })
    expect(first.items.map((entry) => entry.ts)).toEqual([NOW, NOW - 1, NOW - 2])
    const last = await list<SlowEntry>('/api/slow?limit=3&offset=151')
    expect(last.items.map((entry) => entry.name)).toEqual(['mail'])
  })

  it.each([
    ['service=blog', 1],
    ['kind=job', 1],
    ['name=mail', 1],
    ['name=mai', 0],
    ['text=SEARCH%3Fq', 1],
    ['text=high', 1],
    [`trace=${TRACE}`, 1],
    [`trace=${TRACE.slice(1)}`, 0],
    ['text=r14', 11],
    ['text=web-2&service=blog', 0],
    ['kind=request', 151],
    ['service=nobody', 0],
  ])('are narrowed by %s', async (query, total) => {
    const { list } = await filled()
    expect((await list(`/api/slow?${query}`)).total).toBe(total)
    // A group has to be made of the same entries.
    const { items } = await list<SlowGroup>(`/api/slow/groups?${query}`)
    expect(items.reduce((sum, group) => sum + group.count, 0)).toBe(total)
  })

  it('are grouped by service, kind and name', async () => {
    const { list } = await filled()
    expect((await list<SlowGroup>('/api/slow/groups')).items).toEqual([
      { ...group('GET /slow', 'request', 150), slowestMs: 1_149, last: NOW },
      { ...group('mail', 'job', 1), slowestMs: 2_000, last: NOW - 500 },
      { ...group('GET /search', 'request', 1), service: 'blog', slowestMs: 1_500, last: NOW - 5, thresholdMs: 10 },
    ])
    function group(name: string, kind: string, count: number) {
      return { service: 'shop', kind, name, count, thresholdMs: 1_000 }
    }
  })

  it('are read on where reading ended, and counted once', async () => {
    const { store, zenith, list } = await filled()
    expect((await list('/api/slow?limit=1')).total).toBe(152)
    const again = slowOf('shop', 'web-1', { ts: NOW, durationMs: 1_000, requestId: 'r0' })
    await report(store, beatOf('shop', 'web-1'), { slow: [again, slowOf('shop', 'web-1', { ts: NOW + 1 })] })
    await seen(zenith, async () => expect((await list('/api/slow?limit=1')).total).toBe(153))
  })

  it('are fewer of each service when there are many services, and the answer says how many', async () => {
    const { store, list } = opened(memoryStore())
    for (const n of numbers(40)) {
      const slow = numbers(n === 0 ? 300 : 1).map((m) => slowOf(`s${n}`, 'web', { ts: NOW - m }))
      await report(store, beatOf(`s${n}`, 'web'), { slow })
    }
    expect(await list('/api/slow')).toMatchObject({ total: 250 + 39, perService: 250 })
    expect(await list('/api/slow?service=s0')).toMatchObject({ total: 250, perService: 250 })
  })
})

describe('exceptions', () => {
  async function filled() {
    const api = opened()
    const of = (fields: Record<string, unknown>) => exceptionOf('shop', 'web-1', { fingerprint: 'f1', ...fields })
    await report(api.store, beatOf('shop', 'web-1'), {
      exceptions: [
        of({ ts: NOW - 50, message: 'old', route: 'GET /b' }),
        of({ ts: NOW - 40, route: 'GET /b', handled: true }),
        of({ ts: NOW - 30, route: 'GET /a', message: 'Newest', traceId: TRACE }),
        of({ ts: NOW - 20, fingerprint: 'f2', name: 'RangeError', kind: 'uncaught' }),
        of({ ts: NOW - 2 * 3_600_000, fingerprint: 'f3' }),
      ],
    })
    await report(api.store, beatOf('blog', 'web-2'), {
      exceptions: [exceptionOf('blog', 'web-2', { fingerprint: 'f1', ts: NOW - 60 })],
    })
    return api
  }

  it.each([
    ['', 5],
    ['service=blog', 1],
    ['kind=uncaught', 1],
    ['name=RangeError', 1],
    ['fingerprint=f1', 4],
    ['fingerprint=f3', 0],
    ['handled=true', 1],
    ['handled=false&service=shop', 3],
    ['text=newest', 1],
    [`trace=${TRACE}`, 1],
    [`trace=${TRACE}&service=blog`, 0],
    ['text=GET%20%2FB', 2],
  ])('of the last hour are narrowed by %s', async (query, total) => {
    const { list } = await filled()
    const { items, ...rest } = await list<ExceptionRecord>(`/api/errors?${query}`)
    expect([rest.total, items.length]).toEqual([total, total])
    expect(items.map((record) => record.ts)).toEqual(items.map((record) => record.ts).sort((a, b) => b - a))
    const groups = await list<ExceptionGroup>(`/api/errors/groups?${query}`)
    expect(groups.items.reduce((sum, group) => sum + group.count, 0)).toBe(total)
  })

  it('are counted by minute, without the minutes of which not all were read', async () => {
    const { store, zenith } = opened()
    const minute = (ago: number) => NOW - ago * 60_000
    const of = (ts: number, n: number) => exceptionOf('shop', 'web-1', { fingerprint: 'f1', ts, id: `e${ts} ${n}` })
    await report(store, beatOf('shop', 'web-1'), {
      exceptions: [of(minute(30), 1), ...numbers(3).map((n) => of(minute(10), n))],
    })
    // More than Zenith reads of one service.
    await report(store, beatOf('busy', 'web-2'), {
      exceptions: numbers(1_100).map((n) =>
        exceptionOf('busy', 'web-2', { fingerprint: 'f1', id: `b${n}`, ts: minute(20) + n }),
      ),
    })
    const { items } = (await askApi<RecordListing<ExceptionGroup>>(zenith, '/api/errors/groups')).body
    const [shop, busy] = ['shop', 'busy'].map((name) => items.find(({ service }) => service === name)?.minutes)
    const at = (ts: number) => Math.floor((ts - (shop?.start ?? 0)) / 60_000)
    expect(shop?.counts).toHaveLength(60)
    expect(shop?.counts[at(minute(10))]).toBe(3)
    expect(shop?.counts[at(minute(30))]).toBe(1)
    expect(shop?.counts.reduce((sum, known) => (sum ?? 0) + (known ?? 0), 0)).toBe(4)
    expect(busy?.counts.slice(0, at(minute(20)) + 1).every((known) => known === null)).toBe(true)
    expect(busy?.counts.at(-1)).toBe(0)
  })

  it('are grouped by service and fingerprint', async () => {
    const { list } = await filled()
    const { items } = await list<ExceptionGroup>('/api/errors/groups')
    expect(items.map(({ service, fingerprint }) => `${service} ${fingerprint}`)).toEqual([
      'shop f2',
      'shop f1',
      'blog f1',
    ])
    expect(items[1]).toMatchObject({
      message: 'Newest',
      count: 3,
      handled: 1,
      first: NOW - 50,
      last: NOW - 30,
      routes: ['GET /b', 'GET /a'],
      sample: { ts: NOW - 30 },
    })
  })

  it('are forgotten after an hour', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { store, zenith, list } = await filled()
    expect((await list('/api/errors')).total).toBe(5)
    vi.setSystemTime(Date.now() + 3_600_000)
    await report(store, beatOf('shop', 'web-1'))
    await seen(zenith, async () => expect((await list('/api/errors?service=shop')).total).toBe(0))
  })
})

it('tells of one service, out of Redis, all that there is', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  const name = 'a/b c:?'
  const minutes = numbers(3).map((n) => NOW - (n + 1) * 60_000)
  await report(store, beatOf(name, 'web-1'), {
    slow: numbers(120).map((n) => slowOf(name, 'web-1', { ts: NOW - n })),
    exceptions: numbers(3).map((n) => exceptionOf(name, 'web-1', { id: `e${n}`, fingerprint: 'f1' })),
    history: minutes.map((from) => rollupOf('web-1', from, from + 60_000, [{ key: 'GET /a', durations: [5, 6] }])),
  })
  const zenith = openZenith({ redis: redis.url })
  const { body } = await askApi<ServiceDetail>(zenith, `/api/services/${encodeURIComponent(name)}?period=1h`)
  expect(body).toMatchObject({
    service: name,
    period: '1h',
    routes: [{ key: 'GET /a', count: 6 }],
    view: { service: name },
    nodes: [{ id: 'web-1' }],
    exceptions: [{ fingerprint: 'f1', count: 3 }],
  })
  expect(body.slow).toHaveLength(100)
  expect((await askApi<RecordListing<SlowEntry>>(zenith, '/api/slow?limit=1')).body.total).toBe(120)
})
