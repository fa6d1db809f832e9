import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { redisStore } from '../../../src/stores/redis/index.js'
import { readState } from '../../../src/zenith/alerts/stored.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { cpuRule, Fleet, hostObserver, Mailbox, OPS, pass, zenith } from './simulated.js'

const MINUTE = 60_000
const SECRET = 'a-secret-of-enough-characters'

let redis: TestRedis
let fleet: Fleet
let mailbox: Mailbox
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(() => redis.stop())

// Before the next test: one that is left open would take its lease.
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

beforeEach(async () => {
  await redis.client().flushall()
  fleet = new Fleet()
  mailbox = new Mailbox(fleet)
})

function start(more: Record<string, unknown> = {}) {
  const store = redisStore({ redis: redis.url })
  const one = zenith({ fleet, store, sender: mailbox, rules: [cpuRule()], ...more })
  open.push(one, store)
  return one
}

/** As if its lease had expired: it is no longer there to renew it. */
const loseLease = () =>
  redis
    .client()
    .del('gravito:quasar:lease/alerts', 'gravito:quasar:zenith/lease/alerts')
    .then(async () => {
      const keys = await redis.client().keys('*lease*')
      if (keys.length > 0) await redis.client().del(...keys)
    })

describe('of two Zeniths', () => {
  test('one evaluates, and the other shows the same', async () => {
    const [a, b] = [start(), start()]
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [a, b])
    expect(mailbox.lines).toEqual(['22:01:40 firing: host web: CPU of the host 95 % (above 90 %)'])
    expect(await b.alerts()).toMatchObject([{ rule: 'cpu', state: 'firing', subject: { name: 'web' } }])
    expect(await b.totals()).toEqual(await a.totals())
    expect((await b.shown()).events).toMatchObject([{ change: 'firing' }])
  })

  test.each([
    ['pending', MINUTE],
    ['firing, before its message', 90_000],
    ['firing', 3 * MINUTE],
    ['in its cooldown', 5 * MINUTE],
  ])('one dies while an alert is %s', async (_, after) => {
    const course = () => {
      const since = fleet.now - Date.UTC(2026, 10, 30, 22)
      fleet.cpu = { web: since < 4 * MINUTE || since > 7 * MINUTE ? 95 : 20 }
    }
    const alone = start()
    await pass(fleet, 25 * MINUTE, [alone], course)
    const expected = mailbox.lines
    expect(expected).toHaveLength(3)

    await alone.close()
    await redis.client().flushall()
    fleet.now = Date.UTC(2026, 10, 30, 22)
    mailbox.sent.length = 0
    const [a, b] = [start(), start()]
    await pass(fleet, after, [a, b], course)
    await loseLease()
    await pass(fleet, 25 * MINUTE - after, [b], course)
    // The one that takes over waits for two looks before it judges.
    expect(mailbox.sent.map(({ notification }) => notification.event)).toEqual(['firing', 'resolved', 'firing'])
    expect(new Set(mailbox.sent.map(({ notification }) => notification.id)).size).toBe(3)
  })

  test('one dies while it sends: the other sends it under the same id', async () => {
    const [a, b] = [start(), start()]
    fleet.cpu = { web: 95 }
    const ids: string[] = []
    const hanging = new Mailbox(fleet)
    hanging.answer = () => new Promise(() => {})
    hanging.send = async (_, notification) => {
      ids.push(notification.id)
      return new Promise(() => {})
    }
    const dying = start({ sender: hanging })
    for (let look = 0; look < 12 && ids.length === 0; look++) {
      fleet.now += 10_000
      await dying.tick()
      void dying.drain()
    }
    expect(ids).toHaveLength(1)
    await loseLease()
    await pass(fleet, MINUTE, [a, b])
    expect(mailbox.sent.map(({ notification }) => notification.id)).toEqual(ids)
  })

  test('the one that no longer evaluates sends nothing of what the other one sends now', async () => {
    const [a, b] = [start(), start()]
    fleet.cpu = { web: 95 }
    mailbox.answer = { ok: false, status: 503, text: 'down', mayRetry: true, retryAfterMs: null }
    await pass(fleet, 3 * MINUTE, [a])
    expect((await a.shown()).deliveries).toMatchObject([{ state: 'waiting' }])
    await loseLease()
    mailbox.answer = { ok: true, status: 200, text: 'ok', mayRetry: false, retryAfterMs: null }
    fleet.now += MINUTE
    await b.tick()
    await a.tick()
    fleet.now += 5 * MINUTE
    for (const one of [b, a]) await one.drain()
    expect(mailbox.sent).toHaveLength(1)
  })

  test('a message that is on its way when one stops is not sent again by the next', async () => {
    const slow = new Mailbox(fleet)
    slow.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { ok: true, status: 200, text: 'ok', mayRetry: false, retryAfterMs: null }
    }
    const stopping = start({ sender: slow })
    fleet.cpu = { web: 95 }
    const isWaiting = async () => (await stopping.shown()).deliveries.length > 0
    for (let look = 0; look < 20 && !(await isWaiting()); look++) {
      fleet.now += 10_000
      await stopping.tick()
    }
    const sending = stopping.drain()
    await stopping.close()
    await sending
    const next = start()
    await pass(fleet, MINUTE, [next])
    expect([...slow.sent, ...mailbox.sent]).toHaveLength(1)
  })

  test('an acknowledgement by the one that does not evaluate is seen at once, and stops reminders', async () => {
    const options = { rules: [cpuRule({ remindMs: 10 * MINUTE })] }
    const [a, b] = [start(options), start(options)]
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [a, b])
    const [alert] = await b.alerts()
    await b.acknowledge(alert?.id ?? '', 'ada')
    expect(await b.alerts()).toMatchObject([{ acknowledged: { by: 'ada' } }])
    await pass(fleet, 60 * MINUTE, [a, b])
    expect(mailbox.sent).toHaveLength(1)
    expect(await a.alerts()).toMatchObject([{ acknowledged: { by: 'ada' } }])
  })

  test('an acknowledgement that is in the state already is seen by one that has just read what was there before', async () => {
    const options = { rules: [cpuRule({ forMs: 0 })] }
    const [a, b, c] = [start(options), start(options), start(options)]
    fleet.cpu = { web: 95 }
    await pass(fleet, MINUTE, [a, b, c])
    const [alert] = await c.alerts()
    await b.acknowledge(alert?.id ?? '', 'ada')
    await pass(fleet, 10_000, [a])
    await pass(fleet, 10_000, [a])
    for (const one of [a, b, c]) expect(await one.alerts()).toMatchObject([{ acknowledged: { by: 'ada' } }])
  })

  test('a rule, a receiver and a silence of the one count for the other', async () => {
    const [a, b] = [start({ receivers: [], secret: SECRET }), start({ receivers: [], secret: SECRET })]
    fleet.cpu = { web: 95 }
    await b.setup.putRule(cpuRule({ forMs: 0, name: 'Mine' }))
    await b.setup.putReceiver({
      ...{ id: 'mine', name: 'Mine', kind: 'webhook', enabled: true, severity: 'info' },
      address: 'https://hooks.example/very-secret-path',
    })
    await pass(fleet, MINUTE, [a, b])
    expect(mailbox.sent).toMatchObject([{ receiver: 'mine', notification: { rule: { name: 'Mine' } } }])
    await b.setup.addSilence(
      {
        reason: 'deploy',
        rules: ['cpu'],
        services: [],
        hosts: [],
        nodes: [],
        queues: [],
        until: fleet.now + MINUTE,
        weekly: null,
      },
      ...(['ada', fleet.now] as const),
    )
    fleet.cpu = { web: 95, other: 95 }
    await pass(fleet, 50_000, [a, b])
    expect(mailbox.sent).toHaveLength(1)
    await pass(fleet, MINUTE, [a, b])
    expect(mailbox.sent).toHaveLength(2)
  })
})

test('addresses and secrets of receivers are in Redis as cipher text alone', async () => {
  const one = start({ receivers: [], secret: SECRET })
  await one.setup.putReceiver({
    ...{ id: 'mine', name: 'Mine', kind: 'webhook', enabled: true, severity: 'info' },
    ...{ address: 'https://hooks.example/very-secret-path', secret: 'hook-signing-secret' },
  })
  fleet.cpu = { web: 95 }
  await pass(fleet, 3 * MINUTE, [one])
  expect(mailbox.sent).toHaveLength(1)
  const client = redis.client()
  const bytes: string[] = []
  for (const key of await client.keys('*'))
    bytes.push(
      (await client.dump(key))?.toString() ?? '',
      ...((await client.type(key)) === 'hash' ? Object.values(await client.hgetall(key)) : []),
    )
  expect(bytes.join('\n')).not.toMatch(/very-secret-path|hook-signing-secret/)
  expect(JSON.stringify(await one.receivers())).not.toMatch(/very-secret-path|hook-signing-secret/)
  // Another one without the secret can't use it, and says so.
  const other = start({ receivers: [] })
  await pass(fleet, 10_000, [other])
  expect(await other.receivers()).toMatchObject([{ id: 'mine', problem: expect.stringContaining('QUASAR_SECRET') }])
  const wrong = start({ receivers: [], secret: 'another-secret-of-enough' })
  await pass(fleet, 10_000, [wrong])
  expect(await wrong.receivers()).toMatchObject([{ problem: expect.stringContaining('another QUASAR_SECRET') }])
})

describe('the store is away', () => {
  const away = (fields: Record<string, unknown> = {}) =>
    cpuRule({
      ...{ id: 'store-away', name: 'Redis away', severity: 'critical', forMs: 0 },
      conditions: [{ metric: 'fleet.storeAwayMs', is: 'atLeast', threshold: 30_000 }],
      ...fields,
    })
  const eventsOf = (rule: string) =>
    mailbox.sent.flatMap(({ notification }) => (notification.rule?.id === rule ? [notification.event] : []))

  test('the one that evaluated says so once, and once that it is back; nothing else begins or ends', async () => {
    const rules = [cpuRule(), away()]
    const [a, b] = [start({ rules }), start({ rules })]
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [a, b])
    fleet.storeOk = false
    await pass(fleet, 10 * MINUTE, [a, b])
    expect(eventsOf('store-away')).toEqual(['firing'])
    // Hosts come back one by one.
    fleet.storeOk = true
    fleet.cpu = {}
    await pass(fleet, 20_000, [a, b])
    expect(eventsOf('store-away')).toEqual(['firing', 'resolved'])
    fleet.cpu = { web: 95 }
    await pass(fleet, 10 * MINUTE, [a, b])
    expect(eventsOf('cpu')).toEqual(['firing'])
  })

  test('another one evaluates when it is back: the end is told by the one that told the begin', async () => {
    const rules = [away()]
    const [a, b] = [start({ rules }), start({ rules })]
    await pass(fleet, MINUTE, [a, b])
    fleet.storeOk = false
    await pass(fleet, 5 * MINUTE, [a, b])
    await redis.client().flushall()
    fleet.storeOk = true
    await pass(fleet, 5 * MINUTE, [b, a])
    expect(eventsOf('store-away')).toEqual(['firing', 'resolved'])
  })

  test('a dead man’s switch hears nothing', async () => {
    const one = start({ receivers: [{ ...OPS, id: 'alive', kind: 'heartbeat' as const }] })
    await pass(fleet, MINUTE, [one])
    fleet.storeOk = false
    await pass(fleet, 10 * MINUTE, [one])
    expect(mailbox.beats).toHaveLength(1)
  })
})

describe('limits', () => {
  const quiet = { rules: ['cpu'], services: [], hosts: [], nodes: [], queues: [], weekly: null }

  test('silences that have ended are deleted, so that they do not count', async () => {
    const one = start()
    await one.setup.addSilence({ ...quiet, reason: 'short', until: fleet.now + MINUTE }, 'ada', fleet.now)
    await one.setup.addSilence({ ...quiet, reason: 'long', until: fleet.now + 60 * MINUTE }, 'ada', fleet.now)
    await pass(fleet, 50_000, [one])
    expect(one.setup.silences).toHaveLength(2)
    await pass(fleet, 20_000, [one])
    expect(one.setup.silences).toMatchObject([{ reason: 'long' }])
    const [key] = await redis.client().keys('*kept/alerts')
    expect(await redis.client().hlen(key ?? '')).toBe(1)
  })

  test('a hundred receivers, and no more; each of them can be changed', async () => {
    const receivers = Array.from({ length: 99 }, (_, index) => ({ ...OPS, id: `code-${index}` }))
    const one = start({ receivers, secret: SECRET })
    const receiver = {
      name: 'Mine',
      kind: 'webhook',
      enabled: true,
      severity: 'info',
      address: 'https://a.example',
    } as const
    await one.setup.putReceiver({ ...receiver, id: 'mine' })
    await expect(one.setup.putReceiver({ ...receiver, id: 'other' })).rejects.toThrow('There are 100 receivers already')
    await one.setup.putReceiver({ ...receiver, id: 'mine', name: 'Ours' })
    expect(one.setup.receivers).toHaveLength(100)
  })
})

test('rules that nobody receives are shown, and the page says so', async () => {
  const one = start({ receivers: [] })
  fleet.cpu = { web: 95 }
  await pass(fleet, 3 * MINUTE, [one])
  expect(await one.alerts()).toHaveLength(1)
  expect(one.problems()).toMatchObject([{ kind: 'noReceiver' }])
})

test('a dead man’s switch is told while rules are evaluated, and by one Zenith alone', async () => {
  const receivers = [{ ...OPS, id: 'alive', kind: 'heartbeat' as const }]
  const [a, b] = [start({ receivers }), start({ receivers })]
  await pass(fleet, 10_000, [a, b])
  expect(mailbox.beats).toHaveLength(1)
})

describe('what is stored', () => {
  const keys = () => redis.client().keys('*kept/alert-state')
  const storedState = async () => {
    const [key] = await keys()
    return readState((await redis.client().hget(key ?? '', 'state')) ?? undefined)
  }

  test('takes six commands of a look while nothing changes', async () => {
    const one = start()
    fleet.cpu = { web: 10 }
    await pass(fleet, MINUTE, [one])
    const client = redis.client()
    const commands = async () =>
      [...(await client.info('commandstats')).matchAll(/cmdstat_(\w+).*?:calls=(\d+)/g)].reduce(
        (sum, [, name, calls]) => (name === 'info' ? sum : sum + Number(calls)),
        0,
      )
    const before = await commands()
    await pass(fleet, 10_000, [one])
    expect((await commands()) - before).toBe(6)
  })

  test('is not written again while nothing changes', async () => {
    const one = start()
    fleet.cpu = { web: 10 }
    await pass(fleet, MINUTE, [one])
    const writes = async () =>
      Number(/cmdstat_hset:calls=(\d+)/.exec(await redis.client().info('commandstats'))?.[1] ?? 0)
    const before = await writes()
    await pass(fleet, 10 * MINUTE, [one])
    expect((await writes()) - before).toBeLessThan(3)
  })

  test.each(['{', '{}', '{"writer":"x","at":1,"receivers":0,"engine":{"tracks":[null,7,{}],"quiet":{}},"outbox":[]}'])(
    'by another program does not stop anything: %s',
    async (text) => {
      const first = start()
      await pass(fleet, MINUTE, [first])
      await first.close()
      const [key] = await keys()
      await redis.client().hset(key ?? '', 'state', text)
      const one = start()
      fleet.cpu = { web: 95 }
      await pass(fleet, 3 * MINUTE, [one])
      expect(mailbox.lines).toHaveLength(1)
    },
  )

  const withState = (state: Record<string, unknown>) =>
    JSON.stringify({
      ...{ writer: 'x', at: 1, receivers: 0, memory: null, engine: { tracks: [], quiet: {} }, outbox: [], ...state },
    })
  const hostTrack = (fields: Record<string, unknown>) => ({
    ...{ id: 'cpu/host:web', rule: 'cpu', ruleName: 'CPU high', severity: 'warning', state: 'firing' },
    subject: { kind: 'host', key: 'web', name: 'web', service: null, services: [], host: null, environment: null },
    condition: cpuRule().conditions[0],
    ...fields,
  })
  test.each([
    ['messages that are none', withState({ outbox: [null, 7, {}, { id: 'x', receiver: 'ops' }] })],
    ['a message without its texts', withState({ outbox: [{ id: 'x', receiver: 'ops', notification: {}, nextAt: 0 }] })],
    ['cooldowns that are none', withState({ engine: { tracks: [], quiet: { 'cpu/host:web': null } } })],
    ['an alert without most of it', withState({ engine: { tracks: [hostTrack({})], quiet: {} } })],
    [
      'an alert with other kinds of values',
      withState({ engine: { tracks: [hostTrack({ told: 7, since: 'x', details: {} })], quiet: {} } }),
    ],
    ['no list of alerts', withState({ engine: { tracks: {}, quiet: 7 } })],
  ])('by another program can break nothing: %s', async (_, text) => {
    const first = start()
    await pass(fleet, MINUTE, [first])
    await first.close()
    const [key] = await keys()
    await redis.client().hset(key ?? '', 'state', text)
    const errors: string[] = []
    const logger = { debug() {}, info() {}, warn() {}, error: (line: string) => errors.push(line) }
    const [one, other] = [start({ logger }), start({ logger })]
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [one, other])
    expect(mailbox.lines).toHaveLength(1)
    expect((await one.shown()).deliveries).toMatchObject([{ state: 'sent' }])
    expect(await other.alerts()).toMatchObject([{ rule: 'cpu', state: 'firing' }])
    expect(errors).toEqual([])
  })

  test('of a silence in a time zone that this runtime does not know mutes nothing, and stops nothing', async () => {
    const first = start({ secret: SECRET })
    const silence = {
      ...{ reason: 'night', rules: ['*'], services: [], hosts: [], nodes: [], queues: [], until: null },
      weekly: { days: ['mon' as const], from: '00:00', minutes: 1_440, timeZone: 'Mars/Base' },
    }
    await first.setup.addSilence(silence, 'ada', fleet.now)
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [first])
    expect(mailbox.lines).toHaveLength(1)
  })

  test('of what is shown fits, however many rules there are', async () => {
    const services = Array.from({ length: 20 }, (_, index) => `${index}-${'x'.repeat(250)}`)
    const rules = Array.from({ length: 300 }, (_, index) => cpuRule({ id: `cpu-${index}` }))
    const observer = hostObserver(fleet)
    const wide = {
      ...observer,
      observe: (...asked: Parameters<typeof observer.observe>) =>
        observer.observe(...asked).map((one) => ({ ...one, subject: { ...one.subject, services } })),
    }
    fleet.cpu = { web: 10 }
    const [one, other] = [start({ rules, observer: () => wide }), start({ rules })]
    await pass(fleet, MINUTE, [one])
    expect((await other.rules()).find(({ rule }) => rule.id === 'cpu-7')).toMatchObject({ subjects: 1, value: 10 })
  })

  test('fits, however much fires and waits', async () => {
    const one = start()
    const down = { ok: false, status: 503, text: 'down', mayRetry: true, retryAfterMs: null }
    mailbox.answer = down
    const name = (index: number) => `${index}-${'x'.repeat(900)}`
    fleet.cpu = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [name(index), 95]))
    await pass(fleet, 3 * MINUTE, [one])
    expect(await start().alerts()).toHaveLength(500)
    expect(await storedState()).toMatchObject({ outbox: [{ receiver: 'ops' }] })
  })

  test('has all of the 1,000 alerts and 200 messages that are remembered: another Zenith goes on with them', async () => {
    // Texts of real lengths; nothing in them repeats.
    const services = () => Array.from({ length: 5 }, (_, index) => `service-${index}-${randomUUID()}`)
    const observer = hostObserver(fleet)
    const wide = {
      ...observer,
      observe: (...asked: Parameters<typeof observer.observe>) =>
        observer.observe(...asked).map((one) => {
          const details = Array.from({ length: 3 }, () => `memory 97 % at the last beat of ${randomUUID()}`)
          return { ...one, subject: { ...one.subject, services: services() }, details }
        }),
    }
    const rules = Array.from({ length: 20 }, (_, index) => cpuRule({ id: `cpu-${index}`, remindMs: null, forMs: 0 }))
    const receivers = Array.from({ length: 20 }, (_, index) => ({ ...OPS, id: `ops-${index}` }))
    const one = start({ rules, receivers, observer: () => wide })
    mailbox.answer = { ok: false, status: 503, text: 'down', mayRetry: true, retryAfterMs: null }
    fleet.cpu = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`web-${index}-${randomUUID()}`, 95]))
    await pass(fleet, MINUTE, [one])
    const state = await storedState()
    expect(state?.engine.tracks).toHaveLength(1_000)
    expect(state?.outbox).toHaveLength(200)
    expect(state?.engine.tracks[0]?.details).toHaveLength(3)
    expect(JSON.stringify(state).length).toBeGreaterThan(2_000_000)
    await loseLease()
    const next = start({ rules, receivers, observer: () => wide })
    mailbox.answer = { ok: true, status: 200, text: 'ok', mayRetry: false, retryAfterMs: null }
    fleet.now += 10 * MINUTE
    await pass(fleet, 4 * MINUTE, [next])
    expect(await next.alerts()).toHaveLength(1_000)
    const sent = new Set(mailbox.sent.map(({ notification }) => notification.id))
    expect(state?.outbox.filter(({ id }) => !sent.has(id))).toEqual([])
  })

  test('not at all while the store is full: messages are sent all the same', async () => {
    const one = start()
    await pass(fleet, 30_000, [one])
    fleet.cpu = { web: 95 }
    const client = redis.client()
    await client.config('SET', 'maxmemory', '1')
    await pass(fleet, 3 * MINUTE, [one])
    await client.config('SET', 'maxmemory', '0')
    expect(mailbox.lines).toHaveLength(1)
  })
})
