import { rm } from 'node:fs/promises'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_RULES } from '../../../src/alerts/defaults.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import type { AlertService } from '../../../src/zenith/alerts/alert-service.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { nodeOf, serviceOf } from '../observe/looks.js'
import { cpuRule, Fleet, Mailbox, OPS, pass, zenith } from './simulated.js'

const MINUTE = 60_000
const SECRET = 'a-secret-of-enough-characters'

let redis: TestRedis
let fleet: Fleet
let mailbox: Mailbox
const open: { close(): Promise<unknown> }[] = []

beforeEach(async () => {
  redis = await startRedis()
  fleet = new Fleet()
  mailbox = new Mailbox(fleet)
})

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  // One that can't save does not end in an orderly way.
  await redis.kill()
})

const storeAway = DEFAULT_RULES.filter(({ id }) => id === 'store-away')

function start(more: Record<string, unknown> = {}, url = redis.url): AlertService {
  const store = redisStore({ redis: url })
  const one = zenith({ fleet, store, sender: mailbox, rules: [cpuRule(), ...storeAway], ...more })
  open.push(one, store)
  return one
}

/** How a Redis that answers comes to refuse writes, and back. */
const REFUSALS: readonly [code: string, refuse: (client: Redis) => unknown, accept: (client: Redis) => unknown][] = [
  ['OOM', (client) => client.config('SET', 'maxmemory', '1'), (client) => client.config('SET', 'maxmemory', '0')],
  [
    'NOREPLICAS',
    (client) => client.config('SET', 'min-replicas-to-write', '1'),
    (client) => client.config('SET', 'min-replicas-to-write', '0'),
  ],
  [
    'MISCONF',
    async (client) => {
      const [, folder = ''] = (await client.config('GET', 'dir')) as string[]
      await client.config('SET', 'save', '3600 1000000')
      // Where its folder is gone, it can save no file.
      await rm(folder, { recursive: true })
      await client.bgsave()
      await expect.poll(() => client.info('persistence')).toContain('rdb_last_bgsave_status:err')
    },
    (client) => client.config('SET', 'stop-writes-on-bgsave-error', 'no'),
  ],
  [
    'READONLY',
    async (client) => {
      const { host, port } = client.options
      // A replica of a primary that is not there, as after a fail-over that went wrong.
      await client.replicaof(host ?? '', (port ?? 0) === 1 ? 2 : 1)
    },
    (client) => client.call('replicaof', 'no', 'one'),
  ],
]

const events = () => mailbox.sent.map(({ notification: { rule, event } }) => `${rule?.id} ${event}`)

describe.each(REFUSALS)('a Redis that answers and refuses writes: %s', (code, refuse, accept) => {
  test('is told of, by a Zenith that has just started, and so is its end', async () => {
    const client = redis.client()
    await refuse(client)
    const one = start()
    await pass(fleet, 2 * MINUTE, [one])
    expect(events()).toEqual(['store-away firing'])
    expect(mailbox.sent[0]?.notification.title).toMatch(/^Redis refuses writes \d+ s/)
    expect(one.problems()).toMatchObject([{ kind: 'storeRefuses', text: expect.stringContaining(code) }])
    expect(await one.alerts()).toMatchObject([{ rule: 'store-away', state: 'firing' }])
    expect(one.evaluatedAt).toBe(fleet.now)
    await accept(client)
    await pass(fleet, 2 * MINUTE, [one])
    expect(events()).toEqual(['store-away firing', 'store-away resolved'])
    expect(one.problems()).toEqual([])
    // From now on it is stored.
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [one])
    expect(await start().alerts()).toMatchObject([{ rule: 'cpu', state: 'firing' }])
  })

  test('is told of by the one that evaluated, which goes on with what it knows', async () => {
    const client = redis.client()
    const one = start()
    fleet.cpu = { web: 95 }
    fleet.views = { nodes: [nodeOf('shop', 'web-1')], services: [serviceOf('shop')] }
    await pass(fleet, 3 * MINUTE, [one])
    await refuse(client)
    // A full Redis renews the lease: that it is full is known from a state that can't be stored.
    fleet.cpu = { web: 95, db: 95 }
    await pass(fleet, MINUTE, [one])
    fleet.cpu = { web: 95 }
    await pass(fleet, 2 * MINUTE, [one])
    expect(events()).toEqual(['cpu firing', 'store-away firing'])
    await accept(client)
    await pass(fleet, 3 * MINUTE, [one])
    fleet.cpu = { web: 5 }
    await pass(fleet, MINUTE, [one])
    expect(events()).toEqual(['cpu firing', 'store-away firing', 'store-away resolved', 'cpu resolved'])
  })

  test('says nothing of nodes: they cannot report', async () => {
    const one = start({ isReal: true, rules: DEFAULT_RULES })
    const show = (state: 'live' | 'lost') => {
      const nodes = ['web-1', 'web-2'].map((id) => nodeOf('shop', id, { state }))
      fleet.views = { nodes, services: [serviceOf('shop')] }
    }
    show('live')
    await pass(fleet, MINUTE, [one])
    const client = redis.client()
    await refuse(client)
    await pass(fleet, 30_000, [one])
    show('lost')
    await pass(fleet, 10 * MINUTE, [one])
    await accept(client)
    await pass(fleet, 20_000, [one])
    show('live')
    await pass(fleet, 10 * MINUTE, [one])
    expect(events()).toEqual(['store-away firing', 'store-away resolved'])
  })
})

describe('several Zeniths of a Redis that refuses writes', () => {
  const [, refuse, accept] = REFUSALS.find(([code]) => code === 'READONLY') as (typeof REFUSALS)[number]

  test('send the same message under the same id, and one of them goes on with it', async () => {
    await refuse(redis.client())
    const [a, b] = [start(), start()]
    fleet.cpu = { web: 95 }
    // It is a replica: apps report to its primary.
    fleet.views = { nodes: [nodeOf('shop', 'web-1')], services: [serviceOf('shop')] }
    await pass(fleet, 5 * MINUTE, [a, b])
    const ids = (rule: string) =>
      mailbox.sent.flatMap(({ notification }) => (notification.rule?.id === rule ? [notification.id] : []))
    for (const rule of ['cpu', 'store-away']) {
      expect(ids(rule)).toHaveLength(2)
      expect(new Set(ids(rule)).size).toBe(1)
    }
    await accept(redis.client())
    await pass(fleet, 2 * MINUTE, [a, b])
    expect(new Set(ids('store-away')).size).toBe(2)
    fleet.cpu = { web: 5 }
    await pass(fleet, MINUTE, [a, b])
    expect(events().filter((line) => line === 'cpu resolved')).toHaveLength(1)
  })

  test('use the receivers that the page stored, and know what fired before', async () => {
    const first = start({ receivers: [], secret: SECRET })
    await first.setup.putReceiver({
      ...{ id: 'mine', name: 'Mine', kind: 'webhook', enabled: true, severity: 'info' },
      address: 'https://hooks.example/path',
    })
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [first])
    await first.close()
    await refuse(redis.client())
    const next = start({ receivers: [], secret: SECRET })
    await pass(fleet, 3 * MINUTE, [next])
    expect(mailbox.sent.map(({ receiver }) => receiver)).toEqual(['mine', 'mine'])
    expect(events()).toEqual(['cpu firing', 'store-away firing'])
  })

  test('follow the one that can write, if there is one', async () => {
    const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${redis.port}`] })
    try {
      const [a, b] = [start(), start({}, replica.url)]
      await expect.poll(() => replica.client().info('replication')).toContain('master_link_status:up')
      fleet.cpu = { web: 95 }
      await pass(fleet, 30_000, [a])
      await expect.poll(() => replica.client().keys('*lease/alerts')).toHaveLength(1)
      await pass(fleet, 5 * MINUTE, [a, b])
      expect(events()).toEqual(['cpu firing'])
      expect(b.problems()).toEqual([])
    } finally {
      for (const one of open.splice(0)) await one.close()
      await replica.stop()
    }
  })
})

describe('a user that may only read', () => {
  async function viewer(...words: string[]): Promise<string> {
    await redis.client().call('acl', 'setuser', 'viewer', 'on', '>secret', '+@read', '+@connection', '+info', ...words)
    return redis.url.replace('redis://', 'redis://viewer:secret@')
  }

  test('evaluates if no other Zenith does, and tells of no outage', async () => {
    const one = start({}, await viewer('~*'))
    fleet.cpu = { web: 95 }
    await pass(fleet, 5 * MINUTE, [one])
    expect(events()).toEqual(['cpu firing'])
    expect(one.problems()).toMatchObject([{ kind: 'readOnly', text: expect.stringMatching(/^Alerts are evaluated/) }])
  })

  test('shows what another one evaluates', async () => {
    const [one, other] = [start({}, await viewer('~*')), start()]
    fleet.cpu = { web: 95 }
    await pass(fleet, 5 * MINUTE, [other, one])
    expect(events()).toEqual(['cpu firing'])
    expect(one.problems()).toEqual([])
    expect(await one.alerts()).toMatchObject([{ rule: 'cpu', state: 'firing' }])
  })

  test('evaluates nothing if it may not read who does', async () => {
    const one = start({}, await viewer('resetkeys', '~nothing'))
    fleet.cpu = { web: 95 }
    await pass(fleet, 5 * MINUTE, [one])
    expect(events()).toEqual([])
    expect(one.problems()).toMatchObject([{ kind: 'readOnly', text: expect.stringMatching(/^No alerts/) }])
  })
})

describe('Zeniths that start while Redis is away', () => {
  test('tell of it once each, under one id, and of its end', async () => {
    const url = redis.url
    const state = start()
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [state])
    await state.close()
    fleet.storeOk = false
    const [a, b] = [start({}, url), start({}, url)]
    await pass(fleet, 5 * MINUTE, [a, b])
    expect(events()).toEqual(['cpu firing', 'store-away firing', 'store-away firing'])
    expect(mailbox.sent[1]?.notification.id).toBe(mailbox.sent[2]?.notification.id)
    fleet.storeOk = true
    await pass(fleet, 2 * MINUTE, [a, b])
    expect(events().slice(3)).toEqual(['store-away resolved', 'store-away resolved'])
    expect(mailbox.sent[3]?.notification.id).toBe(mailbox.sent[4]?.notification.id)
    // What fired before is known, and ends once.
    fleet.cpu = { web: 5 }
    await pass(fleet, 2 * MINUTE, [a, b])
    expect(events().slice(5)).toEqual(['cpu resolved'])
  })

  test('one that has seen another one evaluate leaves it to that one', async () => {
    const [a, b] = [start(), start()]
    await pass(fleet, MINUTE, [a, b])
    fleet.storeOk = false
    await pass(fleet, 5 * MINUTE, [a, b])
    expect(events()).toEqual(['store-away firing'])
  })
})

describe('a waiting message', () => {
  const down = { ok: false, status: 503, text: 'down', mayRetry: true, retryAfterMs: null }

  test('is not sent by one that lost its lease and does not know it yet', async () => {
    const one = start({ receivers: [OPS] })
    fleet.cpu = { web: 95 }
    mailbox.answer = down
    await pass(fleet, 3 * MINUTE, [one])
    const [key = ''] = await redis.client().keys('*lease/alerts')
    await redis.client().set(key, 'zenith-other', 'PX', 35_000)
    mailbox.answer = { ...down, ok: true, status: 200 }
    fleet.now += 5 * MINUTE
    await one.drain()
    expect(mailbox.sent).toEqual([])
  })
})
