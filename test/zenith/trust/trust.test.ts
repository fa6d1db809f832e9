import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/ports/index.js'
import { keysOf } from '../../../src/protocol/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { snapshotOf } from '../../stores/samples.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { beatOf, exceptionOf, present, report, rollupOf, slowOf } from '../support/records.js'
import { nodeOf, openZenith, seen, serviceOf } from '../support/zenith.js'

const TOKEN = 'the-token-of-the-fleet'
const OTHER = 'a-token-of-somebody-else'
const keys = keysOf()

let redis: TestRedis
let stores: Store[]
beforeEach(async () => {
  stores = []
  redis = await startRedis()
})
afterEach(async () => {
  for (const store of stores) await store.close()
  await redis.stop()
})

function storeWith(token?: string | readonly string[]): Store {
  const store = redisStore({ redis: redis.url, token })
  stores.push(store)
  return store
}

/** Everything that a reporter writes. */
async function reportAll(store: Store, service: string, node: string): Promise<void> {
  const now = Date.now()
  // Old enough to be in a point of traffic that is over.
  const rollup = rollupOf(node, now - 60_000, now - 50_000, [{ key: 'GET /', durations: [5] }])
  await report(store, beatOf(service, node), {
    slow: [slowOf(service, node)],
    exceptions: [exceptionOf(service, node)],
    rollups: [rollup],
    history: [rollup],
  })
  await store.writeQueues({ ...snapshotOf(service), timestamp: now }, 1)
}

const zenithWith = (options: { token?: string | readonly string[]; requireToken?: boolean }) =>
  openZenith({ redis: redis.url, ...options })

const textOf = async (node: string) => present(await redis.client().get(keys.node('shop', node)))

describe('Zenith with a token', () => {
  it('marks nothing of what is signed', async () => {
    await reportAll(storeWith(TOKEN), 'shop', 'web-1')
    await seen(zenithWith({ token: TOKEN, requireToken: true }), (overview) => {
      expect(nodeOf(overview, 'web-1')).toMatchObject({ state: 'live', trust: 'signed' })
      expect(overview.untrusted).toEqual({ unsigned: 0, forged: 0, leftOut: true })
      expect([overview.slow.length, overview.exceptions.length]).toEqual([1, 1])
      expect(serviceOf(overview, 'shop').traffic.length).toBeGreaterThan(0)
    })
  })

  it('counts everything that is unsigned, and shows it', async () => {
    await reportAll(storeWith(), 'shop', 'web-1')
    await seen(zenithWith({ token: TOKEN }), (overview) => {
      expect(nodeOf(overview, 'web-1').trust).toBe('unsigned')
      // A heartbeat, a snapshot, a rollup, a slow entry and an exception.
      expect(serviceOf(overview, 'shop').untrusted).toEqual({ unsigned: 5, forged: 0 })
      expect(overview.untrusted).toEqual({ unsigned: 5, forged: 0, leftOut: false })
      expect([overview.slow.length, overview.exceptions.length]).toEqual([1, 1])
    })
  })

  it('tells what was signed with another token as forged', async () => {
    await reportAll(storeWith(OTHER), 'shop', 'web-1')
    await seen(zenithWith({ token: TOKEN }), (overview) => {
      expect(nodeOf(overview, 'web-1').trust).toBe('forged')
      expect(overview.untrusted).toEqual({ unsigned: 0, forged: 5, leftOut: false })
    })
  })

  it('tells a heartbeat that was copied under another node, or given other numbers, as forged', async () => {
    const store = storeWith(TOKEN)
    await report(store, beatOf('shop', 'web-1'))
    const zenith = zenithWith({ token: TOKEN })
    await seen(zenith, (overview) => expect(nodeOf(overview, 'web-1').trust).toBe('signed'))
    const text = await textOf('web-1')
    const client = redis.client()
    await client.set(keys.node('shop', 'web-2'), text)
    await client.zadd(keys.nodeIndex, Date.now(), 'shop:web-2')
    await client.set(keys.node('shop', 'web-1'), text.replace('"interval":10000', '"interval":99999'))
    await seen(zenith, (overview) => {
      expect(nodeOf(overview, 'web-2').trust).toBe('forged')
      expect(nodeOf(overview, 'web-1')).toMatchObject({ trust: 'forged', heartbeat: { interval: 99_999 } })
    })
    await report(store, beatOf('shop', 'web-1'))
    await seen(zenith, (overview) => expect(nodeOf(overview, 'web-1').trust).toBe('signed'))
  })

  it('takes both tokens during a rotation, of which reporters sign with the first', async () => {
    await report(storeWith(OTHER), beatOf('shop', 'old'))
    await report(storeWith(TOKEN), beatOf('shop', 'new'))
    await report(storeWith([TOKEN, OTHER]), beatOf('shop', 'both'))
    await seen(zenithWith({ token: `${TOKEN},${OTHER}` }), (overview) => {
      expect(overview.nodes.map(({ trust }) => trust)).toEqual(['signed', 'signed', 'signed'])
    })
    await seen(zenithWith({ token: [TOKEN] }), (overview) => {
      expect(overview.nodes.map(({ id, trust }) => `${id} ${trust}`)).toEqual([
        'both signed',
        'new signed',
        'old forged',
      ])
    })
  })
})

describe('Zenith that requires the token', () => {
  it('leaves out what is not signed, and counts it in the API, the health and the metrics', async () => {
    await reportAll(storeWith(TOKEN), 'shop', 'web-1')
    await report(storeWith(OTHER), beatOf('shop', 'intruder'), { slow: [slowOf('shop', 'intruder')] })
    await reportAll(storeWith(), 'unknown', 'x')
    const zenith = zenithWith({ token: TOKEN, requireToken: true })
    await seen(zenith, (overview) => {
      expect(overview.nodes.map(({ id }) => id)).toEqual(['web-1'])
      expect(overview.services.map(({ service }) => service)).toEqual(['shop'])
      expect(overview.slow.map(({ node }) => node)).toEqual(['web-1'])
      // The intruder's heartbeat and slow entry; the heartbeat and the snapshot of the unknown, whose records nobody reads.
      expect(overview.untrusted).toEqual({ unsigned: 2, forged: 2, leftOut: true })
    })
    const ask = (path: string) => zenith.fetch(new Request(`http://localhost/${path}`))
    const untrusted = { unsigned: 2, forged: 2, leftOut: true }
    expect(await (await ask('api/health')).json()).toMatchObject({ status: 'ok', untrusted })
    const metrics = await (await ask('metrics')).text()
    expect(metrics).toContain('quasar_untrusted_records{trust="unsigned"} 2')
    expect(metrics).toContain('quasar_untrusted_records{trust="forged"} 2')
    const items = async (path: string) => ((await (await ask(path)).json()) as { items: { node: string }[] }).items
    expect((await items('api/slow')).map(({ node }) => node)).toEqual(['web-1'])
  })

  it('takes a node whose heartbeat was replaced for lost, not for what took its place', async () => {
    await report(storeWith(TOKEN), beatOf('shop', 'web-1'))
    const zenith = zenithWith({ token: TOKEN, requireToken: true })
    await seen(zenith, (overview) => expect(nodeOf(overview, 'web-1').state).toBe('live'))
    await report(storeWith(OTHER), beatOf('shop', 'web-1', { pid: 666 }))
    await seen(zenith, (overview) => {
      expect(nodeOf(overview, 'web-1')).toMatchObject({ state: 'lost', trust: 'forged', heartbeat: { pid: null } })
    })
  })

  it('shows no node of which there is a name in the index and nothing else', async () => {
    await report(storeWith(TOKEN), beatOf('shop', 'web-1'))
    await redis.client().zadd(keys.nodeIndex, Date.now(), 'shop:ghost')
    const ids = async (requireToken: boolean) => {
      const zenith = zenithWith({ token: TOKEN, requireToken })
      return seen(zenith, ({ nodes }) => {
        expect(nodes.length).toBeGreaterThan(0)
        return nodes.map(({ id }) => id)
      })
    }
    expect([await ids(false), await ids(true)]).toEqual([['ghost', 'web-1'], ['web-1']])
  })

  it('lets no forged rollup take the place of the true one', async () => {
    const now = Date.now()
    const rollup = (durations: number[]) => rollupOf('web-1', now - 10_000, now, [{ key: 'GET /', durations }])
    await report(storeWith(OTHER), beatOf('shop', 'web-1'), { rollups: [rollup([900, 900])] })
    await report(storeWith(TOKEN), beatOf('shop', 'web-1'), { rollups: [rollup([5])] })
    await seen(zenithWith({ token: TOKEN, requireToken: true }), (overview) => {
      expect(serviceOf(overview, 'shop').routes).toMatchObject([{ key: 'GET /', count: 1 }])
    })
  })
})

it('without a token nothing is judged, whatever is signed', async () => {
  await reportAll(storeWith(TOKEN), 'shop', 'web-1')
  await reportAll(storeWith(), 'plain', 'web-1')
  await seen(zenithWith({}), (overview) => {
    expect(overview.nodes.map(({ trust }) => trust)).toEqual([null, null])
    expect(overview.services.map(({ untrusted }) => untrusted)).toEqual([null, null])
    expect(overview.untrusted).toBeNull()
    expect(overview.slow.length).toBe(2)
  })
  expect(await textOf('web-1')).toContain('"sig"')
  expect(await redis.client().get(keys.node('plain', 'web-1'))).not.toContain('"sig"')
})
