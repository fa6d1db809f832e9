import { describe, expect, it, vi } from 'vitest'
import type { ServicePeriod } from '../../src/api/services.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { askApi } from './support/api.js'
import { freezeClock, START } from './support/figures.js'
import { beatOf, report, rollupOf } from './support/records.js'
import { openZenith, seen, serviceOf } from './support/zenith.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const ROUTES = [{ key: 'GET /a', durations: [1] }]

describe('a time of a service', () => {
  freezeClock()

  /** A node runs for some minutes; it writes rollups every minute in both tiers. */
  async function run(store: ReturnType<typeof memoryStore>, node: string, minutes: [number, number]) {
    const [from, to] = minutes.map((minute) => START + minute * MINUTE) as [number, number]
    for (let end = from + MINUTE; end <= to; end += MINUTE) {
      vi.setSystemTime(end)
      const uptime = (end - from) / SECOND
      const rollup = rollupOf(node, end - MINUTE, end, ROUTES)
      await report(store, beatOf('shop', node, { runtime: { uptime, framework: null } }), {
        rollups: [rollup],
        history: [rollup],
      })
    }
  }

  const minutesOf = (points: readonly { at: number }[]) => [
    ...new Set(points.map(({ at }) => Math.ceil((at - START) / MINUTE))),
  ]

  it('in which no node ran is not in its traffic', async () => {
    const store = memoryStore()
    await run(store, 'web-1', [0, 2])
    await run(store, 'web-2', [7, 8])
    const zenith = openZenith({ store })
    await seen(zenith, (overview) => {
      const { traffic } = serviceOf(overview, 'shop')
      expect(minutesOf(traffic)).toEqual([1, 2, 8])
    })
  })

  it('is quiet since the start that the last beat shows', async () => {
    const store = memoryStore()
    await run(store, 'web-1', [0, 2])
    await report(store, beatOf('shop', 'web-1'), {})
    vi.setSystemTime(START + 8 * MINUTE)
    const runtime = { uptime: 3 * 60, framework: null }
    const rollup = rollupOf('web-2', START + 7 * MINUTE, START + 8 * MINUTE, ROUTES)
    await report(store, beatOf('shop', 'web-2', { runtime }), { rollups: [rollup], history: [rollup] })
    const zenith = openZenith({ store })
    await seen(zenith, (overview) => {
      const { traffic } = serviceOf(overview, 'shop')
      expect(minutesOf(traffic)).toEqual([1, 2, 6, 7, 8])
      expect(traffic.filter(({ rate }) => rate === 0).length).toBeGreaterThan(4)
    })
    const { body } = await askApi<{ items: ServicePeriod[] }>(zenith, '/api/services?period=1h')
    expect(minutesOf(body.items[0]?.traffic ?? [])).toEqual([1, 2, 6, 7, 8])
  })
})
