import { describe, expect, it } from 'vitest'
import type { ServiceDetail, ServiceView } from '../../src/api/services.js'
import type { Listing } from '../../src/api/types.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { askApi } from './support/api.js'
import { freezeClock, ms, START } from './support/figures.js'
import { beatOf, report, rollupOf } from './support/records.js'
import { openZenith, seen, serviceOf } from './support/zenith.js'

describe('the health of a service', () => {
  freezeClock()

  /** One node with some requests and some jobs in the last minute. */
  async function healthWith(requests: { count: number; errors: number }, jobs: { count: number; errors: number }) {
    const store = memoryStore()
    const of = (key: string, { count, errors }: { count: number; errors: number }, queue?: string) =>
      count === 0 ? [] : [{ key, durations: ms(1, count).map(() => 5), errors, ...(queue && { queue }) }]
    const rollup = rollupOf('web-1', START - 60_000, START, of('GET /a', requests), of('send', jobs, 'mail'))
    await report(store, beatOf('shop', 'web-1'), { rollups: [rollup], history: [rollup] })
    return openZenith({ store })
  }

  it.each([
    ['requests and jobs that fail cost apart', { count: 20, errors: 4 }, { count: 20, errors: 4 }, [50, 25]],
    ['a handful of each is not added up', { count: 15, errors: 15 }, { count: 15, errors: 15 }, []],
    ['failing jobs are not hidden by many good requests', { count: 500, errors: 0 }, { count: 20, errors: 20 }, [25]],
    ['good jobs do not hide failing requests', { count: 20, errors: 20 }, { count: 500, errors: 0 }, [50]],
    ['jobs without requests count', { count: 0, errors: 0 }, { count: 20, errors: 2 }, [10]],
  ])('%s', async (_, requests, jobs, costs) => {
    const zenith = await healthWith(requests, jobs)
    await seen(zenith, (overview) => {
      const { health } = serviceOf(overview, 'shop')
      expect(health.reasons.map(({ cost }) => cost)).toEqual(costs)
      expect(health.score).toBe(100 - costs.reduce((sum, cost) => sum + cost, 0))
    })
  })

  it('is the same in every answer, whatever the period', async () => {
    const zenith = await healthWith({ count: 20, errors: 4 }, { count: 20, errors: 4 })
    let health: ServiceView['health'] | null = null
    await seen(zenith, (overview) => {
      health = serviceOf(overview, 'shop').health
      expect(health.score).toBe(25)
    })
    for (const period of ['5m', '15m', '1h']) {
      const { body } = await askApi<ServiceDetail>(zenith, `/api/services/shop?period=${period}`)
      expect(body.view?.health).toEqual(health)
      const { body: listed } = await askApi<Listing<object>>(zenith, `/api/services?period=${period}`)
      expect(listed.items[0]).not.toHaveProperty('health')
    }
    const metrics = await zenith.fetch(new Request('http://localhost/metrics'))
    expect(await metrics.text()).toContain('quasar_health_score{service="shop"} 25')
  })
})
