import { describe, expect, it, vi } from 'vitest'
import type { Listing } from '../../src/api/part.js'
import type { RouteDetail, RouteView } from '../../src/api/routes.js'
import { referenceOf } from '../../src/protocol/reference.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { askApi } from './support/api.js'
import { freezeClock, ms, START, within } from './support/figures.js'
import { beatOf, present, report, rollupOf } from './support/records.js'
import { openZenith } from './support/zenith.js'

const MINUTE = 60_000
const EVERY = 10_000

describe('routes over all services', () => {
  freezeClock()

  const routesOf = (node: string, times: number) =>
    node === 'web-1'
      ? [
          { key: 'GET /a', durations: ms(1, 90 * times).map(() => 10) },
          { key: 'GET /slow/:id', durations: ms(1, times).map(() => 3_000), errors: times },
        ]
      : [{ key: 'GET /a', durations: ms(1, 10 * times).map(() => 1_000) }]

  /** Two nodes of a shop, of which the second reports from the fourth minute to the eighth alone, and a blog with one route. */
  async function worked(minutes = 20) {
    const store = memoryStore({ maxRollups: 10_000 })
    for (let end = START + EVERY; end <= START + minutes * MINUTE; end += EVERY) {
      vi.setSystemTime(end)
      const at = end - START
      const write = (service: string, node: string, of: typeof routesOf) =>
        report(store, beatOf(service, node, { interval: EVERY }), {
          rollups: [rollupOf(node, end - EVERY, end, of(node, 1))],
          history: at % MINUTE === 0 ? [rollupOf(node, end - MINUTE, end, of(node, 6))] : [],
        })
      await write('shop', 'web-1', routesOf)
      if (at > 4 * MINUTE && at <= 8 * MINUTE) await write('shop', 'web-2', routesOf)
      await write('blog', 'blog-1', (_, times) => [{ key: 'GET /post', durations: ms(1, times).map(() => 100) }])
    }
    const zenith = openZenith({ store })
    return async <T>(path: string) => (await askApi<T>(zenith, path)).body
  }

  it('have their figures merged over the nodes, those with the most total time first', async () => {
    const ask = await worked()
    const { total, items } = await ask<Listing<RouteView>>('/api/routes?period=5m')
    expect(total).toBe(3)
    expect(items.map(({ service, key }) => [service, key])).toEqual([
      ['shop', 'GET /slow/:id'],
      ['shop', 'GET /a'],
      ['blog', 'GET /post'],
    ])
    const [slow, fast] = items
    expect(slow).toMatchObject({ count: 30, rate: 0.1, errors: 30, errorRate: 100 })
    within(slow?.p99, 3_000)
    within(slow?.max, 3_000)
    within(slow?.totalMs, 90_000)
    // 90 s, 27 s and 3 s.
    within(slow?.share, 75)
    expect(fast).toMatchObject({ count: 2_700, rate: 9, errorRate: 0 })
    expect((await ask<Listing<RouteView>>('/api/routes?text=SLOW%20shop')).items).toHaveLength(1)
    expect((await ask<Listing<RouteView>>('/api/routes?service=blog')).items).toMatchObject([
      { key: 'GET /post', share: 100 },
    ])
    expect(await ask<Listing<RouteView>>('/api/routes?limit=1&offset=1')).toMatchObject({
      total: 3,
      items: [{ key: 'GET /a' }],
    })
  })

  it('have true percentiles of a window, and of the hour', async () => {
    const ask = await worked()
    const window = `from=${START + 4 * MINUTE}&to=${START + 8 * MINUTE}`
    const path = (key: string, query: string) => `/api/services/shop/routes/${encodeURIComponent(key)}?${query}`
    const both = await ask<RouteDetail>(path('GET /a', window))
    // 90 in 10 ms and 10 in 1 s: of neither node, nor the mean of the two.
    expect(both).toMatchObject({
      count: 2_400,
      rate: 10,
      from: START + 4 * MINUTE,
      to: START + 8 * MINUTE,
      step: 120_000,
    })
    within(both.p50, 10)
    within(both.p95, 1_000)
    expect(both.traffic).toMatchObject([
      { count: 1_200, rate: 10 },
      { count: 1_200, rate: 10 },
    ])
    const hour = await ask<RouteDetail>(path('GET /a', 'period=1h'))
    expect(hour.count).toBe(20 * 540 + 4 * 60)
    // It began 20 minutes ago.
    expect(hour.rate).toBeCloseTo(hour.count / (20 * 60), 2)
    expect(hour.traffic).toHaveLength(10)
  })

  it('have a point for each step, without a saw-tooth', async () => {
    const ask = await worked()
    const { step, traffic, rate } = await ask<RouteDetail>('/api/services/shop/routes/GET%20%2Fa?period=5m')
    expect([step, traffic.length, rate]).toEqual([30_000, 10, 9])
    expect(new Set(traffic.map((point) => point.rate))).toEqual(new Set([9]))
  })

  it('have no point where nothing was reported, and none invented', async () => {
    const store = memoryStore({ maxRollups: 10_000 })
    for (const minute of [1, 2, 5, 6]) {
      vi.setSystemTime(START + minute * MINUTE)
      const durations = minute === 5 ? [] : [50]
      await report(store, beatOf('shop', 'web-1', { interval: EVERY }), {
        rollups: [
          rollupOf('web-1', START + (minute - 1) * MINUTE, START + minute * MINUTE, [
            { key: 'GET /a', durations },
            { key: 'GET /b', durations: [1] },
          ]),
        ],
      })
    }
    const { body } = await askApi<RouteDetail>(
      openZenith({ store }),
      `/api/services/${referenceOf('shop')}/routes/${referenceOf('GET /a')}`,
    )
    const minutes = body.traffic.map(({ at, count }) => [(at - START) / MINUTE, count > 0])
    expect(minutes.filter(([, isSome]) => isSome).map(([at]) => at)).toEqual(
      [0.5, 1, 1.5, 2, 5.5, 6].filter((at) => minutes.some(([one]) => one === at)),
    )
    expect(minutes.map(([at]) => at)).not.toContain(3)
    expect(minutes.map(([at]) => at)).toContain(5)
  })

  it('are not found where there is none', async () => {
    const ask = await worked(6)
    for (const path of ['/api/services/shop/routes/none', '/api/services/nobody/routes/GET%20%2Fa'])
      expect(await ask(path)).toMatchObject({ error: { code: 'not_found' } })
    expect(present((await ask<Listing<RouteView>>('/api/routes?service=nobody')).total)).toBe(0)
  })
})
