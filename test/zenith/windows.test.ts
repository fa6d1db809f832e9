import { describe, expect, it, vi } from 'vitest'
import type { Listing, RecordListing } from '../../src/api/part.js'
import type { ServiceDetail, ServicePeriod, SlowGroup } from '../../src/api/services.js'
import type { ExceptionRecord, SlowEntry } from '../../src/protocol/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { askApi } from './support/api.js'
import { freezeClock, ms, START, within } from './support/figures.js'
import { beatOf, exceptionOf, present, report, rollupOf, slowOf } from './support/records.js'
import { openZenith } from './support/zenith.js'

const MINUTE = 60_000
const EVERY = 10_000

describe('a window in place of a period', () => {
  freezeClock()

  const isSlow = (at: number) => at > START + 20 * MINUTE && at <= START + 26 * MINUTE
  const routesAt = (at: number, count: number) => [
    { key: 'GET /a', durations: ms(1, count).map(() => (isSlow(at) ? 1_000 : 10)), errors: isSlow(at) ? 10 : 0 },
  ]
  const minuteOf = (end: number) => ({
    history: [rollupOf('web-1', end - MINUTE, end, routesAt(end, 600))],
    slow: [slowOf('shop', 'web-1', { ts: end, name: isSlow(end) ? 'GET /a' : 'GET /rare' })],
    exceptions: [exceptionOf('shop', 'web-1', { ts: end, route: isSlow(end) ? 'GET /a' : 'GET /b' })],
  })

  /** A node that answers 10 requests a second for an hour: in 10 ms, but in a second between the 20th minute and the 26th. */
  async function worked() {
    const store = memoryStore({ maxRollups: 10_000 })
    for (let end = START + EVERY; end <= START + 60 * MINUTE; end += EVERY) {
      vi.setSystemTime(end)
      await report(store, beatOf('shop', 'web-1', { interval: EVERY }), {
        rollups: [rollupOf('web-1', end - EVERY, end, routesAt(end, 100))],
        ...((end - START) % MINUTE === 0 && minuteOf(end)),
      })
    }
    const zenith = openZenith({ store })
    return async <T>(path: string) => (await askApi<T>(zenith, path)).body
  }

  it('has the figures of that time, long ago by the minute and lately by 15 s', async () => {
    const ask = await worked()
    const of = async (from: number, to: number) => {
      const query = `from=${START + from}&to=${START + to}`
      return present((await ask<Listing<ServicePeriod>>(`/api/services?${query}`)).items[0])
    }
    const past = await of(20 * MINUTE, 26 * MINUTE)
    expect(past).toMatchObject({ from: START + 20 * MINUTE, to: START + 26 * MINUTE, period: '15m' })
    expect(past.requests).toMatchObject({ count: 3_600, rate: 10 })
    within(past.requests?.p50, 1_000)
    expect(past.traffic.map(({ at }) => at)).toEqual(ms(21, 26).map((minute) => START + minute * MINUTE))
    expect(past.routes).toMatchObject([{ key: 'GET /a', count: 3_600, errors: 60 }])

    const recent = await of(50 * MINUTE, 52 * MINUTE)
    expect(recent.requests).toMatchObject({ count: 1_200, rate: 10, errorRate: 0 })
    within(recent.requests?.p99, 10)
    expect(recent.traffic).toHaveLength(8)
    expect(recent.routes).toMatchObject([{ key: 'GET /a', count: 1_200 }])
  })

  it('ends where the reports end, and is empty where there are none', async () => {
    const ask = await worked()
    const query = (from: number, to: number) => `/api/services?from=${START + from}&to=${START + to}`
    const [open] = (await ask<Listing<ServicePeriod>>(query(58 * MINUTE, 70 * MINUTE))).items
    expect(open).toMatchObject({ to: START + 60 * MINUTE, requests: { count: 1_200, rate: 10 } })
    const [future] = (await ask<Listing<ServicePeriod>>(query(90 * MINUTE, 95 * MINUTE))).items
    expect(future).toMatchObject({ requests: null, jobs: null, traffic: [], routes: [] })
    const [past] = (await ask<Listing<ServicePeriod>>(query(-60 * MINUTE, -50 * MINUTE))).items
    expect(past).toMatchObject({ requests: null, traffic: [], routes: [] })
  })

  it('narrows slow entries and exceptions, as a period does', async () => {
    const ask = await worked()
    const window = `from=${START + 20 * MINUTE + 1}&to=${START + 26 * MINUTE}`
    const slow = await ask<RecordListing<SlowEntry>>(`/api/slow?${window}`)
    expect(slow.items.map(({ name }) => name)).toEqual(ms(1, 6).map(() => 'GET /a'))
    expect((await ask<RecordListing<SlowGroup>>(`/api/slow/groups?${window}`)).items).toMatchObject([{ count: 6 }])
    expect((await ask<RecordListing<ExceptionRecord>>(`/api/errors?${window}`)).total).toBe(6)
    const detail = await ask<ServiceDetail>(`/api/services/shop?${window}`)
    expect(detail.slow).toHaveLength(6)
    expect(detail.exceptions).toMatchObject([{ count: 6, routes: ['GET /a'] }])

    expect((await ask<RecordListing<SlowEntry>>('/api/slow?period=5m')).total).toBe(5)
    expect((await ask<RecordListing<SlowGroup>>('/api/slow/groups?period=15m')).items).toMatchObject([{ count: 15 }])
    expect((await ask<RecordListing<ExceptionRecord>>('/api/errors/groups?period=5m')).items).toMatchObject([
      { count: 5 },
    ])
    // Without either, all that the store keeps.
    expect((await ask<RecordListing<SlowEntry>>('/api/slow')).total).toBe(60)
  })
})

it.each([
  ['from=5', '`to` takes a time in Unix ms after `from`, at most 400 days later.'],
  ['to=5', '`from` takes a time in Unix ms: `to` alone is not a window.'],
  ['from=10&to=5', '`to` takes a time in Unix ms after `from`, at most 400 days later.'],
  ['from=1&to=34560000002', '`to` takes a time in Unix ms after `from`, at most 400 days later.'],
  ['from=yesterday&to=5', '`from` takes a time in Unix ms.'],
  ['from=1&to=8640000000000001', '`to` takes a time in Unix ms.'],
  ['from=-1&to=5', '`from` takes a time in Unix ms.'],
])('a window is refused that is none: %s', async (query, message) => {
  const zenith = openZenith({ store: memoryStore() })
  for (const path of [
    '/api/services',
    '/api/services/shop',
    '/api/slow',
    '/api/slow/groups',
    '/api/errors',
    '/api/errors/groups',
  ]) {
    const { status, body } = await askApi<{ error: object }>(zenith, `${path}?${query}`)
    expect([path, status, body.error]).toEqual([path, 400, { code: 'bad_query', message }])
  }
})

it('a time of which the store has only a part needs an archive', async () => {
  const zenith = openZenith({ store: memoryStore() })
  for (const query of ['period=6h', 'period=90d', 'from=1&to=3600002']) {
    for (const path of ['/api/services', '/api/routes', '/api/slow', '/api/errors/groups']) {
      const { status, body } = await askApi<{ error: { code: string } }>(zenith, `${path}?${query}`)
      expect([path, status, body.error.code]).toEqual([path, 409, 'no_archive'])
    }
  }
})
