import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Overview } from '../../../src/api/overview.js'
import type { Listing } from '../../../src/api/part.js'
import type { ServicePeriod } from '../../../src/api/services.js'
import type { ExceptionRecord, SlowEntry } from '../../../src/protocol/index.js'
import { createZenith, type Zenith } from '../../../src/runtime/create-zenith.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { beatOf, rollupOf } from '../support/records.js'
import { overviewOf, serviceOf } from '../support/zenith.js'

/** A reporter in another language: it knows its own clock alone, and writes by it whatever the protocol asks a time for. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SHIFTS: readonly (readonly [name: string, shift: number])[] = [
  ['right', 0],
  ['61 s ahead', 61_000],
  ['61 s behind', -61_000],
  ['10 min ahead', 10 * MINUTE],
  ['10 min behind', -10 * MINUTE],
  ['1 h ahead', HOUR],
  ['1 h behind', -HOUR],
  ['26 h ahead', 26 * HOUR],
  ['26 h behind', -26 * HOUR],
  ['in 1970', 20_000 - Date.now()],
  ['in 2100', Date.UTC(2100, 0, 1) - Date.now()],
]
const EVERY_MS = 400
const patient = { timeout: 15_000, interval: 200 }
const prefix = 'gravito:quasar:'

let redis: TestRedis
let client: ReturnType<TestRedis['client']>
let zenith: Zenith
const timers = new Map<string, ReturnType<typeof setInterval>>()
const shifts = new Map(SHIFTS)
/** Requests that were told. */
const told = new Map<string, number>()

/** One interval: a heartbeat, a rollup of one request, and whatever else. */
async function beat(service: string, isIndexed: boolean, extra: { error?: string; slow?: string } = {}): Promise<void> {
  const now = Math.max(1, Date.now() + (shifts.get(service) ?? 0))
  const node = { ...beatOf(service, 'n1', { interval: EVERY_MS, timestamp: now }), clockAhead: undefined }
  const member = `${encodeURIComponent(service)}:n1`
  const pipeline = client.pipeline()
  pipeline.set(`${prefix}node:${member}`, JSON.stringify(node), 'PX', 30_000)
  if (isIndexed) pipeline.zadd(`${prefix}index:nodes`, now, member)
  const rollup = rollupOf('n1', Math.max(0, now - EVERY_MS), now, [{ key: 'GET /a', durations: [5] }])
  const name = encodeURIComponent(service)
  pipeline.xadd(`${prefix}rollup:${name}`, 'MAXLEN', '~', 1_000, '*', 'data', JSON.stringify(rollup))
  pipeline.xadd(`${prefix}history:${name}`, 'MAXLEN', '~', 1_000, '*', 'data', JSON.stringify(rollup))
  if (extra.error) {
    const about = { v: 2, id: extra.error, name: 'E', message: extra.error, service, node: 'n1', ts: now }
    pipeline.zadd(`${prefix}errors:${name}`, 'NX', now, JSON.stringify(about))
  }
  if (extra.slow) {
    const about = { v: 2, name: extra.slow, durationMs: 9, service, node: 'n1', ts: now }
    pipeline.xadd(`${prefix}slow:${name}`, '*', ...Object.entries(about).flat())
  }
  await pipeline.exec()
  told.set(service, (told.get(service) ?? 0) + 1)
}

const isIndexed = (service: string) => !service.endsWith('1 h behind')

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
  for (const [service] of SHIFTS) {
    await beat(service, isIndexed(service))
    timers.set(
      service,
      setInterval(() => void beat(service, isIndexed(service)), EVERY_MS),
    )
  }
  zenith = createZenith({ redis: redis.url, auth: () => 'viewer', interval: 200, logger: false })
})

afterAll(async () => {
  for (const timer of timers.values()) clearInterval(timer)
  await zenith?.close()
  await redis?.stop()
})

async function get<T>(path: string): Promise<T> {
  const response = await zenith.fetch(new Request(`http://localhost${path}`))
  return (await response.json()) as T
}

const about = (service: string) => `service=${encodeURIComponent(service)}`

function nodeIn(overview: Overview, service: string) {
  return overview.nodes.find((one) => one.service === service)
}

describe.each(SHIFTS)('a reporter that knows its own clock alone, which is %s', (service, shift) => {
  it('is live from the first look on', async () => {
    const first = createZenith({ redis: redis.url, auth: () => 'viewer', interval: 200, logger: false })
    onTestFinished(() => first.close())
    expect(nodeIn(await overviewOf(first), service)).toMatchObject({ state: 'live' })
  })

  it('has its clock told, closer with each beat', async () => {
    await vi.waitFor(async () => {
      const overview = await overviewOf(zenith)
      const node = nodeIn(overview, service)
      expect(node).toMatchObject({ state: 'live' })
      expect(Math.abs((node?.clockAhead ?? Number.NaN) - shift)).toBeLessThan(2_000)
      expect(Math.abs((node?.lastSeen ?? 0) - Date.now())).toBeLessThan(10_000)
      const reasons = serviceOf(overview, service).health.reasons.filter(({ text }) => text.includes('clock'))
      expect(reasons).toHaveLength(shift === 0 ? 0 : 1)
    }, patient)
  })

  it.each(['5m', '1h'])('has its traffic counted in the last %s', async (period) => {
    await vi.waitFor(async () => {
      const before = told.get(service) ?? 0
      const [view] = (await get<Listing<ServicePeriod>>(`/api/services?period=${period}&${about(service)}`)).items
      const count = view?.routes.find(({ key }) => key === 'GET /a')?.count ?? 0
      // What was told before this Zenith's first look, among it.
      expect(count).toBeGreaterThanOrEqual(before - 3)
      expect(count).toBeLessThanOrEqual(told.get(service) ?? 0)
      expect(view?.requests).toMatchObject({ rate: expect.any(Number) })
    }, patient)
  })

  it('has what fails and what is slow listed at the time when it was written, beside what others write', async () => {
    await beat(service, isIndexed(service), { error: 'one', slow: 'GET /one' })
    await get(`/api/errors?${about(service)}`)
    await beat(service, isIndexed(service), { error: 'two', slow: 'GET /two' })
    await vi.waitFor(async () => {
      const errors = (await get<Listing<ExceptionRecord>>(`/api/errors?${about(service)}`)).items
      const slow = (await get<Listing<SlowEntry>>(`/api/slow?${about(service)}`)).items
      expect(errors.map(({ message }) => message).sort()).toEqual(['one', 'two'])
      expect(slow.map(({ name }) => name).sort()).toEqual(['GET /one', 'GET /two'])
      for (const { ts } of [...errors, ...slow]) expect(Math.abs(ts - Date.now())).toBeLessThan(MINUTE)
    }, patient)
  })
})

it('clocks that are set while they run are told anew, and nothing is counted twice or missed', async () => {
  const service = 'right'
  await vi.waitFor(async () => expect(nodeIn(await overviewOf(zenith), service)?.clockAhead).toBe(0), patient)
  for (const shift of [HOUR, -HOUR, 0]) {
    shifts.set(service, shift)
    await vi.waitFor(async () => {
      const node = nodeIn(await overviewOf(zenith), service)
      expect(node?.state).toBe('live')
      expect(Math.abs((node?.clockAhead ?? Number.NaN) - shift)).toBeLessThan(2_000)
    }, patient)
  }
  await vi.waitFor(async () => {
    const before = told.get(service) ?? 0
    const [view] = (await get<Listing<ServicePeriod>>(`/api/services?period=5m&${about(service)}`)).items
    const count = view?.routes.find(({ key }) => key === 'GET /a')?.count ?? 0
    expect(count).toBeGreaterThanOrEqual(before - 3)
    expect(count).toBeLessThanOrEqual(told.get(service) ?? 0)
  }, patient)
})

it('one that stops is lost within the life of its heartbeat, whatever its clock shows', async () => {
  for (const timer of timers.values()) clearInterval(timer)
  await vi.waitFor(
    async () => {
      const { nodes } = await overviewOf(zenith)
      expect(nodes.map(({ state }) => state)).toEqual(SHIFTS.map(() => 'lost'))
    },
    { timeout: 45_000, interval: 1_000 },
  )
})
