import { describe, expect, it, vi } from 'vitest'
import type { Listing } from '../../src/api/part.js'
import type { ServicePeriod } from '../../src/api/services.js'
import type { Period } from '../../src/api/words.js'
import type { Reader } from '../../src/ports/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../support/fake-clock.js'
import { askApi } from './support/api.js'
import { freezeClock, ms, START, within } from './support/figures.js'
import { beatOf, present, report, rollupOf, type SeriesFigures } from './support/records.js'
import { openZenith, seen } from './support/zenith.js'

const MINUTE = 60_000

describe('services over a period', () => {
  freezeClock()

  /** Beats and writes rollups to the end of a time, as a recorder does. */
  async function work(
    store: ReturnType<typeof memoryStore>,
    node: string,
    { from = 0, minutes, every = 10_000 }: { from?: number; minutes: number; every?: number },
    routes: SeriesFigures[],
    jobs: SeriesFigures[] = [],
  ) {
    for (let end = START + from + every; end <= START + from + minutes * MINUTE; end += every) {
      vi.setSystemTime(end)
      const rollups = [rollupOf(node, end - every, end, routes, jobs)]
      const isMinute = (end - START - from) % MINUTE === 0
      const minute = isMinute ? [rollupOf(node, end - MINUTE, end, repeat(routes, MINUTE / every), jobs)] : []
      await report(store, beatOf('shop', node, { interval: every }), { rollups, history: minute })
    }
  }

  async function periodOf(store: Reader, period: Period) {
    const { body } = await askApi<Listing<ServicePeriod>>(openZenith({ store }), `/api/services?period=${period}`)
    return present(body.items[0])
  }

  it.each<[Period, number, number, number]>([
    ['5m', 5, 15_000, 20],
    ['15m', 15, 30_000, 30],
    ['1h', 60, 60_000, 60],
  ])(
    'gives true percentiles of all nodes for %s, and counts each rollup once',
    async (period, length, step, points) => {
      const store = memoryStore({ maxRollups: 10_000 })
      // Each node alone has a p95 of its own; neither of them nor their mean is the fleet's.
      await work(store, 'fast', { minutes: 70 }, [{ key: 'GET /a', durations: ms(1, 90) }])
      vi.setSystemTime(START)
      await work(store, 'slow', { minutes: 70 }, [{ key: 'GET /a', durations: ms(991, 1_000), errors: 5 }])
      const { requests, jobs, traffic, routes } = await periodOf(store, period)
      expect(requests).toMatchObject({ at: START + 70 * MINUTE, rate: 10, errorRate: 5 })
      within(requests?.p50, 50)
      within(requests?.p95, 995)
      expect(jobs).toBeNull()
      expect(traffic).toHaveLength(points)
      expect(traffic.map((point) => point.at)).toEqual(
        ms(1, points).map((n) => START + 70 * MINUTE - (points - n) * step),
      )
      expect(new Set(traffic.map((point) => point.rate))).toEqual(new Set([10]))
      for (const point of traffic) within(point.p95, 995)
      expect(routes).toHaveLength(1)
      // Of routes the period begins with a whole step, so that it may hold a little more.
      expect(routes[0]?.count).toBeGreaterThanOrEqual(length * 600)
      expect(routes[0]?.count).toBeLessThanOrEqual((length + 3) * 600)
      expect((routes[0]?.errors ?? 0) / (routes[0]?.count ?? 0)).toBe(0.05)
    },
  )

  it('counts the requests of an interval once, whichever steps it spans', async () => {
    const store = memoryStore()
    // Seen twice, the slow ones of the node whose intervals lie across the steps would be 2 of 3 and the median.
    await work(store, 'even', { minutes: 5 }, [{ key: 'GET /a', durations: ms(1, 100).map(() => 10) }])
    vi.setSystemTime(START)
    const slow = ms(1, 80).map(() => 1_000)
    await work(store, 'across', { from: 2_500, minutes: 5 }, [{ key: 'GET /a', durations: slow }])
    within((await periodOf(store, '5m')).requests?.p50, 10)
  })

  it('gives nodes that report once a minute a figure in each point', async () => {
    const store = memoryStore()
    await work(store, 'web-1', { minutes: 6, every: MINUTE }, [{ key: 'GET /a', durations: ms(1, 600) }])
    const { traffic, requests } = await periodOf(store, '5m')
    expect(traffic.map((point) => point.rate)).toEqual(ms(1, 20).map(() => 10))
    for (const point of traffic) within(point.p50, 300)
    within(requests?.p50, 300)
  })

  it('has all routes, by count, and not the 20 busiest alone', async () => {
    const store = memoryStore()
    const routes = ms(1, 30).map((number) => ({ key: `GET /${number}`, durations: ms(1, number) }))
    await work(store, 'web-1', { minutes: 1 }, routes)
    const period = await periodOf(store, '15m')
    expect(period.routes.map((route) => route.key)).toEqual(routes.map((route) => route.key).reverse())
  })

  it('leaves out of five minutes what was before', async () => {
    const store = memoryStore()
    await work(store, 'web-1', { minutes: 4 }, [{ key: 'GET /old', durations: [5] }])
    await work(store, 'web-1', { from: 4 * MINUTE, minutes: 6 }, [{ key: 'GET /new', durations: [5] }])
    expect((await periodOf(store, '5m')).routes.map((route) => route.key)).toEqual(['GET /new'])
    expect((await periodOf(store, '15m')).routes.map((route) => route.key)).toEqual(['GET /new', 'GET /old'])
  })

  it('shows the traffic of jobs where there are no requests', async () => {
    const store = memoryStore()
    await work(store, 'worker', { minutes: 2 }, [], [{ key: 'mail', queue: 'high', durations: [100], errors: 1 }])
    const { requests, jobs, traffic, jobSeries } = await periodOf(store, '15m')
    expect([requests, jobs?.errorRate]).toEqual([null, 100])
    expect(traffic.at(-1)).toMatchObject({ rate: 0.1, errorRate: 100 })
    expect(jobSeries).toMatchObject([{ key: 'mail', queue: 'high', count: 12, errors: 12 }])
  })

  it('reads the last hour only for those who ask, only what is new, and forgets it when nobody asks any more', async () => {
    const memory = memoryStore()
    const cursors: (string | null)[] = []
    const store: Reader = {
      ...memory,
      history(query) {
        cursors.push(query.after ?? null)
        return memory.history(query)
      },
    }
    fakeClock('Date', 'setInterval')
    vi.setSystemTime(START)
    const zenith = openZenith({ store })
    const routes = [{ key: 'GET /a', durations: ms(1, 100) }]
    await work(memory, 'web-1', { minutes: 2 }, routes)
    await seen(zenith, (overview) => expect(overview.services).toHaveLength(1))
    const ask = async (period: Period) => {
      vi.advanceTimersByTime(100)
      const { body } = await askApi<Listing<ServicePeriod>>(zenith, `/api/services?period=${period}`)
      return body.items[0]?.routes[0]?.count
    }
    await ask('15m')
    expect(cursors).toEqual([])
    expect(await ask('1h')).toBe(1_200)
    await work(memory, 'web-1', { from: 2 * MINUTE, minutes: 1 }, routes)
    // Those who ask at the same time share what is read.
    vi.advanceTimersByTime(100)
    await Promise.all(ms(1, 5).map(() => askApi(zenith, '/api/services?period=1h')))
    expect(cursors).toHaveLength(2)
    expect(await ask('1h')).toBe(1_800)
    expect(cursors.map((cursor) => cursor === null)).toEqual([true, false, false])
    vi.advanceTimersByTime(8 * MINUTE)
    await report(memory, beatOf('shop', 'web-1'))
    expect(await ask('1h')).toBe(1_800)
    expect(cursors.at(-1)).toBeNull()
  })
})

function repeat(series: readonly SeriesFigures[], times: number): SeriesFigures[] {
  return series.map((one) => ({
    ...one,
    durations: Array.from({ length: times }, () => one.durations).flat(),
    errors: (one.errors ?? 0) * times,
  }))
}
