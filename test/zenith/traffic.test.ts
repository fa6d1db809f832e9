import { describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.js'
import { freezeClock, ms, START, within } from './support/figures.js'
import { beatOf, report, rollupOf, type SeriesFigures } from './support/records.js'
import { openZenith, seen, serviceOf } from './support/zenith.js'

describe('traffic', () => {
  freezeClock()

  /** A node reports every 10 s for a time, as a recorder does. */
  async function work(
    store: ReturnType<typeof memoryStore>,
    node: string,
    seconds: number,
    routes: SeriesFigures[],
    jobs: SeriesFigures[] = [],
  ) {
    for (let end = START + 10_000; end <= START + seconds * 1_000; end += 10_000) {
      vi.setSystemTime(end)
      await report(store, beatOf('shop', node), { rollups: [rollupOf(node, end - 10_000, end, routes, jobs)] })
    }
  }

  it('merges nodes into true percentiles of the fleet', async () => {
    const store = memoryStore()
    // Each node alone has a p95 of its own; neither of them nor their mean is the fleet's.
    await work(store, 'fast', 60, [{ key: 'GET /a', durations: ms(1, 90) }])
    await work(store, 'slow', 60, [{ key: 'GET /a', durations: ms(991, 1_000), errors: 5 }])
    await seen(openZenith({ store }), (overview) => {
      const { requests, routes } = serviceOf(overview, 'shop')
      expect(requests).toMatchObject({ rate: 10, errorRate: 5, at: START + 60_000 })
      within(requests?.p50, 50)
      within(requests?.p95, 995)
      within(requests?.p99, 999)
      expect(routes).toMatchObject([{ key: 'GET /a', count: 600, errors: 30, queue: null }])
      within(routes[0]?.p95, 995)
    })
  })

  it('is even although intervals and steps do not fit, and shows complete steps alone', async () => {
    const store = memoryStore()
    await work(store, 'web-1', 130, [{ key: 'GET /a', durations: ms(1, 100) }])
    await seen(openZenith({ store }), (overview) => {
      const { traffic } = serviceOf(overview, 'shop')
      expect(traffic.map((point) => point.at)).toEqual(ms(1, 8).map((step) => START + step * 15_000))
      expect(traffic.map((point) => point.rate)).toEqual(traffic.map(() => 10))
      for (const point of traffic) within(point.p50, 50)
    })
  })

  it('counts a rollup that was written twice once', async () => {
    const store = memoryStore()
    await work(store, 'web-1', 30, [{ key: 'GET /a', durations: ms(1, 100) }])
    await report(store, beatOf('shop', 'web-1'), {
      rollups: [rollupOf('web-1', START, START + 10_000, [{ key: 'GET /a', durations: ms(1, 100) }])],
    })
    await seen(openZenith({ store }), (overview) => {
      expect(serviceOf(overview, 'shop').routes[0]?.count).toBe(300)
      expect(serviceOf(overview, 'shop').requests?.rate).toBe(10)
    })
  })

  it('goes on where the last look ended', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    const routes = [{ key: 'GET /a', durations: ms(1, 100) }]
    await work(store, 'web-1', 10, routes)
    await seen(zenith, (overview) => expect(serviceOf(overview, 'shop').routes[0]?.count).toBe(100))
    vi.setSystemTime(START + 20_000)
    await report(store, beatOf('shop', 'web-1'), {
      rollups: [rollupOf('web-1', START + 10_000, START + 20_000, routes)],
    })
    await seen(zenith, (overview) => expect(serviceOf(overview, 'shop').routes[0]?.count).toBe(200))
  })

  it('keeps jobs apart from requests, and one job in two queues apart', async () => {
    const store = memoryStore()
    const jobs = [
      { key: 'mail', queue: 'high', durations: [100], errors: 1 },
      { key: 'mail', queue: 'low', durations: [200, 200] },
    ]
    await work(store, 'worker', 60, [], jobs)
    await seen(openZenith({ store }), (overview) => {
      const shop = serviceOf(overview, 'shop')
      expect(shop.requests).toBeNull()
      expect(shop.traffic.map((point) => point.rate)).toEqual([0.3, 0.3, 0.3, 0.3])
      expect(shop.jobs).toMatchObject({ rate: 0.3, errorRate: 33.33 })
      expect(shop.jobSeries).toMatchObject([
        { key: 'mail', queue: 'low', count: 12, errors: 0 },
        { key: 'mail', queue: 'high', count: 6, errors: 6 },
      ])
    })
  })

  it('is unknown, not 0, when nobody reports any', async () => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-1'))
    await seen(openZenith({ store }), (overview) => {
      expect(serviceOf(overview, 'shop')).toMatchObject({ requests: null, jobs: null, traffic: [], routes: [] })
    })
  })

  it('shows the 20 busiest routes and stays bounded with thousands', async () => {
    const store = memoryStore()
    const routes = ms(1, 400).map((number) => ({ key: `GET /${number}`, durations: [number] }))
    const busy = [{ key: 'GET /busy', durations: ms(1, 50) }]
    for (const [index, node] of ['a', 'b', 'c', 'd'].entries()) {
      const own = routes.map((route) => ({ ...route, key: `${route.key}/${index}` }))
      await report(store, beatOf('shop', node), { rollups: [rollupOf(node, START - 10_000, START, [...own, ...busy])] })
    }
    await seen(openZenith({ store }), (overview) => {
      const shop = serviceOf(overview, 'shop')
      expect(shop.routes).toHaveLength(20)
      expect(shop.routes.slice(0, 2).map((route) => [route.key, route.count])).toEqual([
        ['(other)', 601],
        ['GET /busy', 200],
      ])
    })
  })

  it('does not believe rollups from the far future or of a whole century', async () => {
    const store = memoryStore()
    const routes = [{ key: 'GET /a', durations: [1] }]
    const rollups = [
      rollupOf('liar', START + 1e12, START + 1e12 + 10_000, routes),
      rollupOf('liar', 0, START, routes),
      rollupOf('liar', START - 10_000, START, routes),
    ]
    await report(store, beatOf('shop', 'liar'), { rollups })
    await seen(openZenith({ store }), (overview) => expect(serviceOf(overview, 'shop').routes[0]?.count).toBe(1))
  })
})
