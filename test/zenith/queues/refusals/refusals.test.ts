import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { redisContents } from '../../../queues/support.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { documentedAclRules } from '../../../support/redis-acl.js'
import { type ActingZenith, actingZenith } from '../../support/acting.js'
import {
  type Answer,
  CHANGES,
  change,
  changeScheduler,
  lookAtAll,
  reasonsOf,
  SCHEDULER_CHANGES,
  schedulerOf,
} from './asked.js'
import { DRIVERS, type Driver } from './drivers.js'

const LOOKER = (documentedAclRules('queues.md').get('quasar-queue-looker') ?? []).slice(2)

/** A way in which Redis refuses to be changed; it answers what is looked at. */
interface Condition {
  /** @returns the address under which it refuses */
  readonly make: (server: TestRedis) => Promise<string>
  readonly reason: RegExp
  readonly answer: readonly [status: number, code: string]
}

const DENIED = {
  reason: /^The Redis user of this source lacks a right that docs\/queues\.md lists: .*NOPERM/,
  answer: [409, 'queue_denied'],
} as const

const CONDITIONS: Readonly<Record<string, Condition>> = {
  'for a user who may look alone': { ...DENIED, make: (server) => as(server, ...LOOKER) },
  'for a user whose scripts may write nothing': {
    ...DENIED,
    make: (server) => as(server, '~*', '+@all', '-@write', '+eval', '+evalsha'),
  },
  'for a user who may read the keys alone': { ...DENIED, make: (server) => as(server, '%R~*', '+@all') },
  'for a user without scripts who may write nothing': {
    ...DENIED,
    make: (server) => as(server, '~*', '+@all', '-@write', '-@scripting'),
  },
  'by a replica': { make: replicaOf, reason: /^This Redis is a read-only replica/, answer: [409, 'queue_replica'] },
  'by a Redis with too few replicas': {
    make: async (server) => {
      await server.client().config('SET', 'min-replicas-to-write', '1')
      return server.url
    },
    reason: /^Redis has too few replicas/,
    answer: [503, 'queue_unavailable'],
  },
}

async function as(server: TestRedis, ...rules: readonly string[]): Promise<string> {
  await server.client().call('acl', 'setuser', 'somebody', 'reset', 'on', '>secret', ...rules)
  return server.url.replace('//', '//somebody:secret@')
}

async function replicaOf(server: TestRedis): Promise<string> {
  const keys = await server.client().dbsize()
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(server.port)] })
  onTestFinished(() => replica.stop())
  const reader = replica.client()
  await vi.waitFor(async () => expect(await reader.dbsize()).toBe(keys), { timeout: 20_000 })
  return replica.url
}

async function filled(driver: Driver): Promise<TestRedis> {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  await driver.fill(server)
  return server
}

async function open(driver: Driver, url: string) {
  const source = driver.open(url)
  onTestFinished(() => source.close())
  const store = memoryStore()
  const zenith = actingZenith({ store, queues: [source] })
  const key = encodeURIComponent(await zenith.keyOf('mail'))
  const lastOfTrail = async () => (await store.listAudit({ before: null, limit: 1 }))[0]
  return { zenith, key, source, lastOfTrail }
}

type Opened = Awaited<ReturnType<typeof open>>

/** All that may be tried, each with what was answered. */
async function tryAll({ zenith, key, source }: Opened, check: (name: string, answer: Answer) => Promise<void>) {
  for (const [name, path, body, capability] of CHANGES)
    if (source.capabilities.some((one) => one === capability)) await check(name, await change(zenith, key, path, body))
  const id = await schedulerOf(zenith)
  for (const [name, body, capability] of SCHEDULER_CHANGES)
    if (source.capabilities.some((one) => one === capability))
      await check(`${name} of a scheduler`, await changeScheduler(zenith, key, id, body))
}

describe.each(Object.entries(DRIVERS))('what is to be changed in a queue of %s', (_, driver) => {
  test.each(Object.entries(CONDITIONS))('and is refused %s is told as what it is', async (_, condition) => {
    const server = await filled(driver)
    const opened = await open(driver, await condition.make(server))
    const before = await redisContents(server.client())
    for (const [look, { status }] of await lookAtAll(opened.zenith, opened.key, opened.source.capabilities))
      expect([look, status]).toEqual([look, 200])
    await tryAll(opened, async (name, answer) => {
      // Bull's own need not do anything where nothing is paused.
      if (name === 'resume' && answer.status === 200) return
      for (const reason of reasonsOf(answer))
        expect([name, reason]).toEqual([name, expect.stringMatching(condition.reason)])
      expect(reasonsOf(answer)).not.toEqual([])
      if (answer.body.error) expect([name, answer.status, answer.body.error.code]).toEqual([name, ...condition.answer])
      const last = await opened.lastOfTrail()
      expect([name, last]).toMatchObject([name, { step: 'result', ok: false }])
      expect(last?.detail?.replace(/^0 done, \d+ not: /, '')).toMatch(condition.reason)
    })
    expect(await redisContents(server.client())).toEqual(before)
  })

  test('is told of a Redis that is full, which may do what needs no room', async () => {
    const server = await filled(driver)
    const opened = await open(driver, server.url)
    await server.client().config('SET', 'maxmemory', '1')
    const refused: string[] = []
    await tryAll(opened, async (name, answer) => {
      for (const reason of reasonsOf(answer).filter((reason) => reason !== 'done'))
        if (name !== 'duplicate' || answer.status !== 404)
          expect([name, reason]).toEqual([name, expect.stringMatching(/^Redis is out of memory/)])
      if (answer.body.error) {
        refused.push(name)
        expect([name, answer.status, answer.body.error.code]).toEqual([name, 503, 'queue_full'])
      }
    })
    expect(refused).toEqual(expect.arrayContaining(['add', 'duplicate', 'run of a scheduler']))
  })

  test.each([
    ['has lost its primary', /^The Redis replica has lost its primary/, losePrimary],
    ['is gone', /^Nothing listens where Redis should be/, goAway],
  ] as const)('or looked at is told of a Redis that %s', async (_, reason, break_) => {
    const server = await filled(driver)
    const { url, end } = await break_(server)
    const opened = await open(driver, url)
    const id = await schedulerOf(opened.zenith)
    await end()
    for (const [look, answer] of await lookAtAll(opened.zenith, opened.key, opened.source.capabilities))
      expect([look, answer]).toMatchObject([look, unavailable(reason)])
    const changes = [
      ...CHANGES.map(
        ([name, path, body, of]) => [name, of, () => change(opened.zenith, opened.key, path, body)] as const,
      ),
      ...SCHEDULER_CHANGES.map(
        ([name, body, of]) => [name, of, () => changeScheduler(opened.zenith, opened.key, id, body)] as const,
      ),
    ]
    for (const [name, capability, act] of changes) {
      if (!opened.source.capabilities.some((one) => one === capability)) continue
      const answer = await act()
      // Of a replica without its primary Redis says first that it is one.
      if (answer.body.error?.code === 'queue_replica') expect(reasonsOf(answer)).toEqual([REPLICA])
      else expect([name, answer]).toMatchObject([name, unavailable(reason)])
    }
    await expectSeen(opened.zenith, opened.key, reason)
  })
})

const REPLICA = expect.stringMatching(/^This Redis is a read-only replica/)

function unavailable(reason: RegExp) {
  return { status: 503, body: { error: { code: 'queue_unavailable', message: expect.stringMatching(reason) } } }
}

/** What every view says of it. */
async function expectSeen(zenith: ActingZenith, key: string, reason: RegExp): Promise<void> {
  const told = { error: expect.stringMatching(reason) }
  await vi.waitFor(async () => {
    expect((await zenith.ask(`/api/queues/${key}`)).body).toMatchObject({ view: told })
    expect((await zenith.ask('/api/sources')).body).toMatchObject({ items: [told] })
    expect((await zenith.ask('/api/schedulers')).body).toMatchObject({ items: [], failed: [told] })
    expect((await zenith.ask('/api/failures')).body).toMatchObject({ groups: [], failed: [told] })
  }, 30_000)
}

async function losePrimary(server: TestRedis) {
  const keys = await server.client().dbsize()
  const args = ['--replicaof', '127.0.0.1', String(server.port), '--replica-serve-stale-data', 'no']
  const replica = await startRedis({ args })
  onTestFinished(() => replica.stop())
  const reader = replica.client()
  await vi.waitFor(async () => expect(await reader.dbsize()).toBe(keys), { timeout: 20_000 })
  return { url: replica.url, end: () => server.stop() }
}

async function goAway(server: TestRedis) {
  return { url: server.url, end: () => server.stop() }
}
