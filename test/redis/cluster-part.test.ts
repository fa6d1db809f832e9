import type { Cluster } from 'ioredis'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { Overview } from '../../src/api/overview.js'
import { startQuasar } from '../../src/index.js'
import { keysOf } from '../../src/protocol/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'

/** The thirds that the masters have. */
const RANGES = [
  [0, 5461],
  [5462, 10923],
  [10924, 16383],
] as const

let cluster: TestCluster
let redis: Cluster
/** The slot of each service's only node, by service. */
let slots: Map<string, number>

beforeEach(async () => {
  cluster = await startRedisCluster()
  for (const master of cluster.masters) {
    await master.client().call('config', 'set', 'cluster-require-full-coverage', 'no')
    await master.client().call('config', 'set', 'cluster-node-timeout', '1000')
  }
  redis = cluster.client()
  slots = new Map()
  for (let number = 0; slots.size < 9; number++) {
    const service = `service-${number}`
    const quasar = startQuasar({ service, redis, logger: false })
    await quasar.flush()
    expect(quasar.status().error).toBeNull()
    slots.set(service, Number(await redis.cluster('KEYSLOT', keysOf().node(service, quasar.status().node))))
  }
})
afterEach(() => cluster.stop())

const inRange = (slot: number, [low, high]: readonly [number, number]) => slot >= low && slot <= high
const servicesBut = (range: readonly [number, number]) =>
  [...slots].flatMap(([service, slot]) => (inRange(slot, range) ? [] : [service])).sort()

async function forget([low, high]: readonly [number, number]): Promise<void> {
  for (const master of cluster.masters) await master.client().call('cluster', 'delslotsrange', low, high)
}

function opened() {
  const zenith = createZenith({ redis, auth: () => 'viewer', logger: false })
  onTestFinished(() => zenith.close())
  return {
    overview: async () => (await (await zenith.fetch(new Request('http://localhost/api/overview'))).json()) as Overview,
    health: () => zenith.health(),
  }
}

it.each([
  ['nodes', RANGES[2]],
  ['the index of the nodes', RANGES[0]],
])(
  'shows what a Cluster still serves when the slots of %s are nobody’s, and says what is missing',
  async (_, range) => {
    await forget(range)
    const { overview, health } = opened()
    const { services, store, unreadable } = await overview()
    expect(services.map(({ service }) => service)).toEqual(servicesBut(range))
    expect(services.length).toBeGreaterThan(0)
    expect(services.every(({ nodes }) => nodes.live === 1 && nodes.lost === 0)).toBe(true)
    expect(unreadable).toBeGreaterThan(0)
    expect(store).toMatchObject({ ok: true, error: expect.stringContaining('A part of the Redis Cluster') })
    expect(await health()).toMatchObject({ ok: true, error: expect.stringContaining('A part of the Redis Cluster') })
  },
)

it('shows what a Cluster still serves when one of its masters has gone', async () => {
  await cluster.masters[2]?.kill()
  const { overview } = opened()
  await vi.waitFor(
    async () => {
      const { services, store, unreadable, leftOut } = await overview()
      expect(services.map(({ service }) => service)).toEqual(servicesBut(RANGES[2]))
      // A busy machine gives up waiting for a master before it is known to be gone: then its nodes are left out.
      expect(unreadable + (leftOut?.nodes ?? 0)).toBeGreaterThan(0)
      expect(store).toMatchObject({ ok: true, error: expect.stringContaining('A part of the Redis Cluster') })
    },
    { timeout: 60_000, interval: 500 },
  )
})

it('writes what the other nodes take while one of them hangs', async () => {
  const [hanging] = cluster.masters.slice(2)
  const services = servicesBut(RANGES[2])
  hanging?.pause()
  onTestFinished(() => hanging?.resume())
  const { overview } = opened()
  await vi.waitFor(
    async () => {
      const shown = (await overview()).services.map(({ service }) => service)
      expect(shown).toEqual(services)
    },
    { timeout: 60_000, interval: 500 },
  )
})

it('says that a Cluster is gone when no node answers', async () => {
  await Promise.all(cluster.masters.map((master) => master.kill()))
  const { overview, health } = opened()
  expect((await overview()).store.ok).toBe(false)
  expect((await health()).ok).toBe(false)
})
