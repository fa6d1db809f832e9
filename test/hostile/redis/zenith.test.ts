import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Overview, PulseEvent } from '../../../src/api/types.js'
import { PATHS } from '../../../src/zenith/operations.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { ask } from '../../zenith/support/http.js'
import { nodeOf, seen, serveZenith } from '../../zenith/support/zenith.js'
import { isPolluted } from '../support/fuzz.js'
import { poisonIndexes, poisonKept, poisonRecords, poisonTexts, poisonTypes, writeHealthy } from './poison.js'

const MAX_CHARS = 20_000_000

let redis: TestRedis
let client: Redis
beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
  for (const poison of [poisonTypes, poisonTexts, poisonIndexes, poisonKept]) await poison(client)
  await poisonRecords(client, 'shop')
  await writeHealthy(client)
})
afterAll(() => redis?.stop())

function expectHealthy(overview: Overview): void {
  expect(nodeOf(overview, 'web-1')).toMatchObject({ service: 'shop', state: 'live' })
  expect(overview.store).toMatchObject({ ok: true, error: null })
  expect(overview.unreadable).toBeGreaterThan(0)
  expect(overview.queues.map(({ name }) => name)).toContain('mail')
}

it('every path of the API answers over a poisoned Redis, and what is healthy is shown as it is', async () => {
  const { url, zenith, watch } = await serveZenith({ redis: redis.url })
  await seen(zenith, expectHealthy)
  const services = ['shop', 'odd', '__proto__', 'typed-list']
  const paths = PATHS.filter((path) => path !== '/api/stream' && !path.includes('{'))
  const queries = services.flatMap((service) => ['slow', 'errors'].map((list) => `/api/${list}?service=${service}`))
  for (const path of [...paths, ...queries, '/api/services/odd', '/api/services/shop', '/api/services/__proto__']) {
    const answer = await ask(`${url}${path}`)
    expect(answer.status, path).toBeLessThan(500)
    expect(answer.text.length, path).toBeLessThan(MAX_CHARS)
  }
  const stream = await watch()
  const first = await stream.next(({ name }) => name === 'system_pulse')
  expectHealthy(first.data as PulseEvent as unknown as Overview)
  expect(isPolluted()).toBe(false)
})

it('goes on when the poison changes under it', async () => {
  const { zenith } = await serveZenith({ redis: redis.url })
  await seen(zenith, expectHealthy)
  await poisonRecords(client, 'shop')
  await poisonTexts(client)
  await writeHealthy(client)
  await seen(zenith, expectHealthy)
})
