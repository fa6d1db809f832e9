import type { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { BulkOperation } from '../../../../src/api/bulk.js'
import { sqliteDriver } from '../../../../src/archive/sqlite/driver.js'
import { redisStore } from '../../../../src/stores/redis/index.js'
import { archiveDir } from '../../../support/archive-files.js'
import { inlineArchive } from '../../../support/inline-archive.js'
import { startRedis } from '../../../support/redis.js'
import { createAclUser, documentedAclRules } from '../../../support/redis-acl.js'
import { type ActingZenith, actingZenith } from '../../support/acting.js'
import { documentOf } from '../../support/api.js'
import { CHANGES, change, changeScheduler, lookAtAll, reasonsOf, SCHEDULER_CHANGES, schedulerOf } from './asked.js'
import { DRIVERS, type Driver } from './drivers.js'

/** Every path of the API that needs to know nothing; the stream is the overview again. */
async function viewsOf(zenith: ActingZenith): Promise<string[]> {
  const { paths } = await documentOf(zenith.zenith)
  const simple = Object.entries(paths).filter(([path, { get }]) => get && !/[{]|stream|people|account/.test(path))
  return simple.flatMap(([path, { get }]) => (get?.parameters.some(isRequired) ? [] : [path]))
}

function isRequired(parameter: object): boolean {
  return 'required' in parameter && parameter.required === true
}

/** Two servers, as users of the documented rules: that of Zenith's store, and that of the queues. */
async function open(driver: Driver, users: readonly string[], queueUser: string) {
  const [kept, server] = await Promise.all([startRedis(), startRedis()])
  onTestFinished(async () => void (await Promise.all([kept.stop(), server.stop()])))
  await createAclUser(kept.client(), 'zenith', users)
  const admin = server.client()
  await admin.call('acl', 'setuser', queueUser, ...(documentedAclRules('queues.md').get(queueUser) ?? []))
  await driver.fill(server)
  const source = driver.open(server.url.replace('//', `//${queueUser}:secret@`))
  const store = redisStore({ redis: kept.url.replace('//', '//zenith:secret@') })
  onTestFinished(async () => {
    await source.close()
    await store.close?.()
  })
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  const zenith = actingZenith({ store, queues: [source], archive })
  const key = encodeURIComponent(await zenith.keyOf('mail'))
  const refill = async () => {
    await admin.flushall()
    await driver.fill(server)
  }
  return { zenith, key, source, refill, admins: [kept.client(), admin] }
}

async function expectNoRefusal(admins: readonly Redis[], but: readonly string[] = []): Promise<void> {
  for (const admin of admins) {
    const log = (await admin.call('acl', 'log')) as unknown[][]
    // Without SCAN Zenith goes on: it tries it once.
    expect(
      log.map((entry) => entry[entry.indexOf('object') + 1]).filter((one) => !['scan', ...but].includes(String(one))),
    ).toEqual([])
  }
}

async function expectAllViews({ zenith, key, source }: Opened): Promise<void> {
  for (const view of await viewsOf(zenith)) {
    const { status } = await zenith.zenith.fetch(new Request(`http://localhost${view}`))
    expect([view, status]).toEqual([view, 200])
  }
  for (const [look, { status }] of await lookAtAll(zenith, key, source.capabilities))
    expect([look, status]).toEqual([look, 200])
  expect((await zenith.ask(`/api/queues/${key}`)).body).toMatchObject({
    view: {
      error: null,
      metrics: { failed: 2 },
      workers: source.driver === 'gravito-stream' ? null : expect.any(Number),
    },
  })
  expect((await zenith.ask('/api/failures')).body).toMatchObject({ failed: [], partial: [] })
  expect((await zenith.ask('/api/schedulers')).body).toMatchObject({ failed: [], items: [{}] })
  expect((await zenith.ask('/api/sources')).body).toMatchObject({ items: [{ error: null, queues: 1 }] })
}

async function runBulk(zenith: ActingZenith, key: string): Promise<BulkOperation> {
  const selection = { queues: [decodeURIComponent(key)], state: 'failed' }
  const { body } = await zenith.post<BulkOperation>('/api/bulk', { action: 'retry', selection })
  const see = async (phase: RegExp) =>
    vi.waitFor(async () => {
      const { body: now } = await zenith.ask<BulkOperation>(`/api/bulk/${body.id}`)
      expect(now.phase).toMatch(phase)
      return now
    }, 10_000)
  await see(/ready/)
  await zenith.post(`/api/bulk/${body.id}/start`, {})
  return see(/done|cancelled|failed|interrupted/)
}

type Opened = Awaited<ReturnType<typeof open>>

const can = ({ source }: Opened, capability: string) => source.capabilities.some((one) => one === capability)

async function changeQueues(opened: Opened): Promise<void> {
  for (const [name, path, body, capability] of CHANGES) {
    if (!can(opened, capability)) continue
    const answer = await change(opened.zenith, opened.key, path, body)
    expect([name, answer.status, reasonsOf(answer)]).toEqual([name, 200, reasonsOf(answer).map(() => 'done')])
    if (name !== 'pause') await opened.refill()
  }
}

async function changeSchedulers(opened: Opened): Promise<void> {
  const { zenith, key } = opened
  for (const [name, body, capability] of SCHEDULER_CHANGES) {
    const isBull = opened.source.driver === 'bull'
    if (!can(opened, capability) && (isBull || capability !== 'pauseScheduler')) continue
    const id = await schedulerOf(zenith)
    expect([name, await changeScheduler(zenith, key, id, body)]).toMatchObject([name, { status: 200 }])
    if (name === 'pause')
      expect(await changeScheduler(zenith, key, id, { action: 'resume' })).toMatchObject({ status: 200 })
  }
}

describe.each(Object.entries(DRIVERS))('with exactly the documented rights for %s', (_, driver) => {
  test('all is seen by who may look', async () => {
    const opened = await open(driver, ['quasar-zenith'], 'quasar-queue-looker')
    await expectAllViews(opened)
    // What an earlier version kept is moved by who may write: this one tries, and shows all the same.
    await expectNoRefusal(opened.admins, ['hlen', 'set'])
  })

  test('all is seen and done by who may act', async () => {
    const opened = await open(driver, ['quasar-operator'], 'quasar-queue-actor')
    const { zenith, key, refill } = opened
    await expectAllViews(opened)
    await changeQueues(opened)
    await changeSchedulers(opened)
    await refill()
    expect(await runBulk(zenith, key)).toMatchObject({ phase: 'done', succeeded: 2, skipped: [] })
    await expectNoRefusal(opened.admins)
  })
})
