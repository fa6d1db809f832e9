import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StoreHealth } from '../../src/api/store.js'
import type { PulseEvent } from '../../src/api/types.js'
import { keysOf } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { beatOf, exceptionOf, report, slowOf } from './support/records.js'
import { nodeOf, openZenith, seen, serveZenith } from './support/zenith.js'

describe('Zenith on Redis', () => {
  let redis: TestRedis
  beforeEach(async () => {
    redis = await startRedis()
  })
  afterEach(() => redis.stop())

  async function reporting(url = redis.url) {
    const store = redisStore({ redis: url })
    await report(store, beatOf('shop', 'web-1'), {
      slow: [slowOf('shop', 'web-1')],
      exceptions: [exceptionOf('shop', 'web-1')],
    })
    return store
  }

  it('shows what recorders wrote', async () => {
    const store = await reporting()
    await seen(openZenith({ redis: redis.url }), (overview) => {
      expect(overview.store).toMatchObject({ ok: true, kind: 'redis', error: null })
      expect(nodeOf(overview, 'web-1').state).toBe('live')
      expect([overview.slow.length, overview.exceptions.length]).toEqual([1, 1])
    })
    await store.close()
  })

  it('asks Redis no more for 50 viewers than its interval allows', async () => {
    const store = await reporting()
    const { watch } = await serveZenith({ redis: redis.url })
    const streams = await Promise.all(Array.from({ length: 50 }, () => watch()))
    await Promise.all(streams.map((stream) => stream.next()))
    const client = redis.client()
    const started = performance.now()
    await client.call('CONFIG', 'RESETSTAT')
    await vi.waitFor(async () => expect(await looksOf(client)).toBeGreaterThan(5), { timeout: 15_000 })
    const looks = await looksOf(client)
    expect(looks).toBeLessThanOrEqual((performance.now() - started) / 50 + 2)
    await store.close()
  })

  it('keeps the last state while Redis is gone, says so, and goes on by itself when it is back', async () => {
    const store = await reporting()
    const { watch, url } = await serveZenith({ redis: redis.url })
    const stream = await watch()
    const storeOf = (event: { data: unknown }): StoreHealth => (event.data as PulseEvent).store
    await stream.next((event) => event.name === 'system_pulse' && storeOf(event).ok)
    await redis.kill()
    const down = await stream.next((event) => event.name === 'system_pulse' && !storeOf(event).ok)
    expect(storeOf(down)).toMatchObject({ ok: false, latencyMs: null, error: expect.stringMatching(/\w+ \w+/) })
    expect(down.data).toMatchObject({ full: false, nodes: [], goneNodes: [] })
    const health = await fetch(`${url}/api/health`)
    expect([health.status, await health.json()]).toMatchObject([503, { status: 'failing', store: { ok: false } }])
    const newcomer = await (await watch()).next()
    expect(newcomer.data).toMatchObject({ full: true, nodes: [{ id: 'web-1', state: 'live' }], store: { ok: false } })

    redis = await startRedis({ port: redis.port })
    const back = await stream.next((event) => event.name === 'system_pulse' && storeOf(event).ok)
    expect(storeOf(back).error).toBeNull()
    // Redis came back without its memory: the node did not say good-bye.
    expect((back.data as PulseEvent).nodes).toMatchObject([{ id: 'web-1', state: 'lost' }])
    await vi.waitFor(() => report(store, beatOf('shop', 'web-1')), { timeout: 15_000 })
    const again = await stream.next(
      (event) => event.name === 'system_pulse' && (event.data as PulseEvent).nodes.length > 0,
    )
    expect((again.data as PulseEvent).nodes).toMatchObject([{ id: 'web-1', state: 'live' }])
    expect((await fetch(`${url}/api/health`)).status).toBe(200)
    await store.close()
  })

  it('starts without Redis, and finds it later', async () => {
    const { port } = redis
    await redis.stop()
    const { watch } = await serveZenith({ redis: `redis://127.0.0.1:${port}` })
    const stream = await watch()
    expect((await stream.next()).data).toMatchObject({ full: true, nodes: [], store: { ok: false, kind: 'redis' } })
    redis = await startRedis({ port })
    await stream.next((event) => (event.data as PulseEvent).store.ok)
  })

  it('shows no password, whatever goes wrong', async () => {
    await redis.stop()
    redis = await startRedis({ args: ['--requirepass', 'right-secret'] })
    const zenith = openZenith({ redis: `redis://:wrong-secret@127.0.0.1:${redis.port}` })
    await seen(zenith, (overview) => {
      expect(overview.store.ok).toBe(false)
      expect(overview.store.error).toMatch(/refuses/)
      expect(JSON.stringify(overview)).not.toContain('secret')
    })
  })

  it('counts what it can’t read, and shows the rest', async () => {
    const store = await reporting()
    const client = redis.client()
    const keys = keysOf()
    await client.set(keys.node('shop', 'broken'), '{"half":', 'EX', 60)
    await client.zadd(keys.nodeIndex, Date.now(), 'shop:broken')
    await client.zadd(keys.errors('shop'), Date.now(), 'no JSON')
    await client.xadd(keys.slow('shop'), '*', 'name', 'no duration')
    await seen(openZenith({ redis: redis.url }), (overview) => {
      expect(overview.unreadable).toBeGreaterThanOrEqual(2)
      expect(nodeOf(overview, 'web-1').state).toBe('live')
      expect([overview.slow.length, overview.exceptions.length]).toEqual([1, 1])
    })
    await store.close()
  })

  it('shows the other figures of a service when one of its keys holds something else', async () => {
    const client = redis.client()
    await client.set(keysOf().errors('shop'), 'a string')
    const store = redisStore({ redis: redis.url })
    await store.write({
      service: 'shop',
      node: 'web-1',
      heartbeat: beatOf('shop', 'web-1'),
      records: [{ type: 'slow', record: slowOf('shop', 'web-1') }],
    })
    await seen(openZenith({ redis: redis.url }), (overview) => {
      expect(overview.slow).toHaveLength(1)
      expect(overview.store.ok).toBe(true)
      expect(overview.unreadable).toBeGreaterThan(0)
    })
    await store.close()
  })

  it('finds its Redis by the environment, and a namespace by its prefix', async () => {
    const store = redisStore({ redis: redis.url, prefix: 'mine:' })
    await report(store, beatOf('shop', 'web-1'))
    vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1')
    vi.stubEnv('QUASAR_REDIS_URL', redis.url)
    const zenith = openZenith({ prefix: 'mine:' })
    vi.unstubAllEnvs()
    await seen(zenith, (overview) => expect(nodeOf(overview, 'web-1').state).toBe('live'))
    await store.close()
  })

  it('leaves a client that was passed in open', async () => {
    const client = redis.client()
    const zenith = openZenith({ redis: client })
    await seen(zenith, (overview) => expect(overview.store.ok).toBe(true))
    await zenith.close()
    expect(await client.ping()).toBe('PONG')
  })
})

/** Each reads the index of nodes and that of queues. */
async function looksOf(client: ReturnType<TestRedis['client']>): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/cmdstat_zrange:calls=(\d+)/.exec(stats)?.[1] ?? 0) / 2
}
