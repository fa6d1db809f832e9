import { describe, expect, it, vi } from 'vitest'
import type { ProcessHistory } from '../../src/api/process-history.js'
import type { ProcessFigures } from '../../src/protocol/index.js'
import { referenceOf } from '../../src/protocol/reference.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { askApi } from './support/api.js'
import { freezeClock, START } from './support/figures.js'
import { beatOf, report, rollupOf, type SeriesFigures } from './support/records.js'
import { openZenith } from './support/zenith.js'

const MINUTE = 60_000
const FIGURES: ProcessFigures = {
  ...{ cpu: 12, rss: 1_000, heapUsed: 500, loopP99: 3, utilization: 0.2 },
  ...{ gcMs: 4, gcCount: 2, diskPct: 71 },
}

interface Wrote {
  process?: ProcessFigures | null
  routes?: readonly SeriesFigures[]
  service?: string
}

describe('the past of a process', () => {
  freezeClock()

  /** A node writes a minute, numbered from 0. */
  async function write(store: ReturnType<typeof memoryStore>, node: string, minute: number, wrote: Wrote = {}) {
    const { process = { ...FIGURES, cpu: minute }, routes = [], service = 'shop' } = wrote
    const to = START + (minute + 1) * MINUTE
    vi.setSystemTime(to)
    const rollup = { ...rollupOf(node, to - MINUTE, to, routes), ...(process && { process }) }
    await report(store, beatOf(service, node), { history: [rollup] })
  }

  function asker(store: ReturnType<typeof memoryStore>) {
    const zenith = openZenith({ store })
    return (node: string, query = '', service = 'shop') =>
      askApi<ProcessHistory>(zenith, `/api/services/${referenceOf(service)}/nodes/${referenceOf(node)}/history${query}`)
  }

  it('is that of one node, oldest first, with a gap where it reported nothing', async () => {
    const store = memoryStore()
    for (const minute of [0, 1, 4, 5]) await write(store, 'web-1', minute)
    await write(store, 'web-2', 5, { process: { ...FIGURES, cpu: 99 } })
    const { status, body } = await asker(store)('web-1')
    expect(status).toBe(200)
    expect(body).toMatchObject({ service: 'shop', node: 'web-1', period: '15m', to: START + 6 * MINUTE })
    expect(body.minutes.map(({ at, cpu }) => [(at - START) / MINUTE, cpu])).toEqual([
      [1, 0],
      [2, 1],
      [5, 4],
      [6, 5],
    ])
    expect(body.minutes[0]).toEqual({ ...FIGURES, cpu: 0, from: START, at: START + MINUTE, requests: 0 })
  })

  it('goes on while it is read, and back as far as the period or the window', async () => {
    const store = memoryStore()
    const ask = asker(store)
    for (let minute = 0; minute < 10; minute++) await write(store, 'web-1', minute)
    expect((await ask('web-1')).body.minutes).toHaveLength(10)
    for (let minute = 10; minute < 90; minute++) await write(store, 'web-1', minute)
    const lengthOf = async (query: string) => (await ask('web-1', query)).body.minutes.length
    await vi.waitFor(async () => expect(await lengthOf('?period=5m')).toBe(5))
    expect(await lengthOf('?period=15m')).toBe(15)
    expect(await lengthOf('?period=1h')).toBe(60)
    const [from, to] = [START + 60 * MINUTE, START + 63 * MINUTE]
    const { body } = await ask('web-1', `?from=${from}&to=${to}`)
    expect(body).toMatchObject({ from, to, period: '5m' })
    expect(body.minutes.map(({ cpu }) => cpu)).toEqual([60, 61, 62])
    expect((await ask('web-1', `?from=${from}`)).status).toBe(400)
  })

  it('has the requests of the minute, and null for what is unknown', async () => {
    const store = memoryStore()
    const unknown = { ...FIGURES, gcMs: null, gcCount: null, diskPct: null }
    await write(store, 'web-1', 0, { process: unknown, routes: [{ key: 'GET /a', durations: [1, 2, 3] }] })
    const { minutes } = (await asker(store)('web-1')).body
    expect(minutes).toMatchObject([{ requests: 3, gcMs: null, gcCount: null, diskPct: null, rss: 1_000 }])
  })

  it('is empty for a recorder that stores none, and 404 for a node that there is not', async () => {
    const store = memoryStore()
    await write(store, 'old', 0, { process: null, routes: [{ key: 'GET /a', durations: [1] }] })
    const ask = asker(store)
    expect((await ask('old')).body.minutes).toEqual([])
    expect((await ask('nobody')).status).toBe(404)
    expect((await ask('old', '', 'blog')).status).toBe(404)
  })

  it('is not held of more than two hundred processes, and read again for one that was dropped', async () => {
    const store = memoryStore({ maxRollups: 10_000 })
    for (let index = 0; index < 220; index++) await write(store, `web-${index}`, 0)
    const ask = asker(store)
    for (let index = 0; index < 220; index++) expect((await ask(`web-${index}`)).body.minutes).toHaveLength(1)
    expect((await ask('web-0')).body.minutes).toHaveLength(1)
  })

  it('leaves the traffic of the service as it is: an idle process counts nowhere', async () => {
    const store = memoryStore()
    await write(store, 'web-1', 0)
    const zenith = openZenith({ store })
    const { body } = await askApi<{ requests: unknown; traffic: unknown[] }>(zenith, '/api/services/shop?period=1h')
    expect(body).toMatchObject({ requests: null, jobs: null, traffic: [] })
  })
})
