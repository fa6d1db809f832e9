import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { NodeView } from '../../../src/api/nodes.js'
import type { Overview } from '../../../src/api/overview.js'
import type { Listing } from '../../../src/api/part.js'
import type { ServicePeriod } from '../../../src/api/services.js'
import type { ExceptionRecord, SlowEntry } from '../../../src/protocol/index.js'
import { createZenith, toNodeHandler, type Zenith } from '../../../src/runtime/create-zenith.js'
import { diagnose } from '../../cli/doctor-run.js'
import { isWhole } from '../../support/extent.js'
import { ensureBuilt } from '../../support/pack.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openStream } from '../support/http.js'
import { serve } from '../support/serve.js'
import { overviewOf, serviceOf } from '../support/zenith.js'
import { type OffApp, startOffApp } from './app.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SHIFTS: readonly (readonly [name: string, shift: number, words: string | null])[] = [
  ['right', 0, null],
  ['61 s ahead', 61_000, '61 s ahead'],
  ['61 s behind', -61_000, '61 s behind'],
  ['10 min ahead', 10 * MINUTE, '10 min ahead'],
  ['1 h ahead', HOUR, '1 h ahead'],
  ['1 h behind', -HOUR, '1 h behind'],
  ['26 h behind', -26 * HOUR, '26 h behind'],
  ['in 1970', 20_000 - Date.now(), '57 years behind'],
  ['in 2100', Date.UTC(2100, 0, 1) - Date.now(), null],
]
const patient = { timeout: 15_000, interval: 250 }

let redis: TestRedis
let zenith: Zenith
const apps: OffApp[] = []

beforeAll(async () => {
  redis = await startRedis()
  await ensureBuilt()
  apps.push(...(await Promise.all(SHIFTS.map(([name, shift]) => startOffApp(name, shift, redis.url)))))
  zenith = createZenith({ redis: redis.url, auth: () => 'viewer', interval: 500, logger: false })
  for (const app of apps) await app.work()
})

afterAll(async () => {
  for (const { program } of apps) program.child.kill('SIGKILL')
  await zenith?.close()
  await redis?.stop()
})

async function get<T>(path: string): Promise<T> {
  const response = await zenith.fetch(new Request(`http://localhost${path}`))
  return (await response.json()) as T
}

const about = (service: string) => `service=${encodeURIComponent(service)}`

describe.each(SHIFTS)('an app whose clock is %s', (service, shift, words) => {
  const isOff = shift !== 0

  it('is live, and its clock is told', async () => {
    await vi.waitFor(async () => {
      const overview = await overviewOf(zenith)
      const node = overview.nodes.find((one) => one.service === service) as NodeView
      expect(node).toMatchObject({ state: 'live' })
      expect(Math.abs((node.clockAhead ?? Number.NaN) - shift)).toBeLessThan(2_000)
      expect(Math.abs(node.lastSeen - Date.now())).toBeLessThan(30_000)
      expect(node.heartbeat?.timestamp).toBe(node.lastSeen)
      const { health } = serviceOf(overview, service)
      const reasons = health.reasons.map(({ text }) => text).filter((text) => text.includes('clock'))
      expect(reasons).toHaveLength(isOff ? 1 : 0)
      if (words) expect(reasons[0]).toContain(words)
    }, patient)
  })

  it.each(['5m', '15m'])('counts in the last %s', async (period) => {
    await vi.waitFor(async () => {
      const [view] = (await get<Listing<ServicePeriod>>(`/api/services?period=${period}&${about(service)}`)).items
      const counts = Object.fromEntries(view?.routes.map(({ key, count }) => [key, count]) ?? [])
      expect(counts).toEqual({ 'GET /ok': 20, 'GET /slow': 1, 'GET /fail': 1, 'GET /job': 1 })
      expect(view?.jobSeries).toMatchObject([{ key: 'nightly', count: 1 }])
    }, patient)
  })

  it('has its errors and slow requests listed, at the time when they were', async () => {
    await vi.waitFor(async () => {
      const slow = await get<Listing<SlowEntry>>(`/api/slow?${about(service)}`)
      const errors = await get<Listing<ExceptionRecord>>(`/api/errors?${about(service)}`)
      const groups = await get<Listing<{ first: number; last: number }>>(`/api/errors/groups?${about(service)}`)
      const [entry] = slow.items.filter(({ name }) => name === 'GET /slow')
      expect(errors.items).toMatchObject([{ message: 'broken' }])
      const times = [entry?.ts, errors.items[0]?.ts, groups.items[0]?.last, groups.items[0]?.first]
      for (const time of times) expect(Math.abs((time ?? 0) - Date.now())).toBeLessThan(2 * MINUTE)
      const overview = await overviewOf(zenith)
      const recent = [...overview.exceptions, ...overview.slow].filter((one) => one.service === service)
      expect(recent.map(({ name }) => name)).toEqual(expect.arrayContaining(['TypeError', 'GET /slow']))
    }, patient)
  })

  it('is told by the metrics', async () => {
    await vi.waitFor(async () => {
      const text = await (await zenith.fetch(new Request('http://localhost/metrics'))).text()
      const line = text
        .split('\n')
        .find((one) => one.startsWith('quasar_node_clock_ahead_seconds{') && one.includes(service))
      expect(Math.abs(Number(line?.split(' ').at(-1)) - shift / 1_000)).toBeLessThan(2)
    }, patient)
  })
})

it('all of them are in the traffic of the last minutes, and in the news of a stream', async () => {
  const heard = new Set<string>()
  const server = await serve(toNodeHandler(zenith))
  const stream = await openStream(`${server.url}/api/stream`)
  onTestFinished(async () => {
    stream.close()
    await server.close()
  })
  await stream.next()
  await vi.waitFor(
    async () => {
      for (const app of apps) await app.work(1)
      const { services } = await overviewOf(zenith)
      for (const { service, traffic } of services)
        expect(
          traffic.some(({ rate }) => rate > 0),
          service,
        ).toBe(true)
    },
    { timeout: 45_000, interval: 3_000 },
  )
  while (heard.size < apps.length) {
    const { data } = await stream.next((event) => event.name === 'errors')
    for (const { service } of data as ExceptionRecord[]) heard.add(service)
  }
})

it('an app whose clock is set while it runs stays live, and each of its requests counts once', async () => {
  const app = apps.find(({ service }) => service === 'right') as OffApp
  const counted = async () => {
    const [view] = (await get<Listing<ServicePeriod>>(`/api/services?period=15m&${about('right')}`)).items
    return view?.routes.find(({ key }) => key === 'GET /ok')?.count ?? 0
  }
  // What was asked for last is reported, too.
  let before = app.done()
  await vi.waitFor(async () => expect(await counted()).toBe(before), patient)
  for (const shift of [HOUR, -HOUR, 26 * HOUR, 20_000 - Date.now(), 0]) {
    await app.work(5)
    // Between the request and the report that tells of it.
    app.set(shift)
    await app.work(5)
    await vi.waitFor(async () => expect(await counted()).toBe(before + 10), patient)
    before += 10
    const overview = await overviewOf(zenith)
    const node = overview.nodes.find(({ service }) => service === 'right')
    expect(node?.state).toBe('live')
    await vi.waitFor(async () => {
      const { nodes } = await overviewOf(zenith)
      const ahead = nodes.find(({ service }) => service === 'right')?.clockAhead ?? Number.NaN
      expect(Math.abs(ahead - shift)).toBeLessThan(2_000)
    }, patient)
    const errors = (await get<Listing<ExceptionRecord>>(`/api/errors?${about('right')}`)).items
    for (const { ts } of errors) expect(Math.abs(ts - Date.now())).toBeLessThan(10 * MINUTE)
  }
})

it('the doctor tells whose clock is off', async () => {
  const { findings } = await diagnose(redis.url)
  const off = findings.filter(({ code }) => code === 'node-clock-skew')
  const subjects = off.map(({ subject }) => subject?.split('/')[0])
  expect(subjects.sort()).toEqual(SHIFTS.flatMap(([service, shift]) => (shift === 0 ? [] : [service])).sort())
  for (const [service, , words] of SHIFTS)
    if (words) expect(off.find(({ subject }) => subject?.startsWith(`${service}/`))?.message).toContain(words)
})

it.runIf(isWhole)('an app that stops is lost like any other, and what it did in the last hour is told', async () => {
  for (const { program } of apps.filter((_, index) => index % 2 === 0)) program.child.kill('SIGKILL')
  const ended = apps.filter((_, index) => index % 2 === 1)
  for (const { program } of ended) program.child.kill('SIGTERM')
  await Promise.all(ended.map(({ program }) => program.ended))
  await vi.waitFor(async () => {
    const views = (await get<Listing<ServicePeriod>>('/api/services?period=1h')).items
    for (const { service, done } of ended) {
      const routes = views.find((view) => view.service === service)?.routes ?? []
      expect(
        routes.find(({ key }) => key === 'GET /ok'),
        service,
      ).toMatchObject({ count: done() })
    }
  }, patient)
  await vi.waitFor(
    async () => {
      const { nodes }: Overview = await overviewOf(zenith)
      const states = new Map(nodes.map(({ service, state }) => [service, state]))
      for (const { service } of apps.filter((_, index) => index % 2 === 0)) expect(states.get(service)).toBe('lost')
    },
    { timeout: 60_000, interval: 1_000 },
  )
})
