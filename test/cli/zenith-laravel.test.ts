import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FailureListing } from '../../src/api/failures.js'
import type { JobView } from '../../src/api/jobs.js'
import type { QueueView } from '../../src/api/queues.js'
import type { JobListing } from '../../src/protocol/index.js'
import { laravelApp } from '../queues/laravel/app.js'
import { type HorizonApp, horizonApp } from '../queues/laravel/horizon-app.js'
import { exceptionText } from '../queues/laravel/php.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { ask } from '../zenith/support/http.js'
import { quasar } from './command.js'
import { cookieBy, linkOf } from './link.js'

let redis: TestRedis
let admin: Redis
beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
  admin = redis.client()
})
afterAll(() => redis?.stop())
beforeEach(() => admin.flushall())

const JOB = { name: 'App\\Jobs\\SendMail', data: { to: 'ada' } }

/** The command as people start it, and its API. */
async function zenith(words = 'laravel') {
  const args = ['zenith', '--port', '0', '--queues', words, '--queues-redis', redis.url]
  const running = quasar(args, { env: { QUASAR_REDIS_URL: redis.url, QUASAR_ZENITH_INTERVAL: '50' } })
  const url = (await running.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
  const cookie = await cookieBy(await linkOf(running))
  const { token } = (await ask(`${url}/api/session`, { headers: { cookie } })).json() as { token: string }
  const headers = { cookie, 'content-type': 'application/json', 'x-zenith-token': token }
  return {
    get: async <T>(path: string) => {
      const { status, json } = await ask(`${url}/api/${path}`, { headers })
      return { status, body: json() as T }
    },
    post: async <T>(path: string, body: unknown) => {
      const answer = await ask(`${url}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      return { status: answer.status, body: answer.json() as T }
    },
    /** The queues, as soon as there are so many. */
    views: (count: number) =>
      vi.waitFor(
        async () => {
          const { items } = (await ask(`${url}/api/queues`, { headers })).json() as { items: QueueView[] }
          expect(items.map(({ name, place }) => `${name} ${place}`)).toHaveLength(count)
          return items
        },
        { timeout: 15_000 },
      ),
  }
}

type Zenith = Awaited<ReturnType<typeof zenith>>
const pathOf = ({ key }: QueueView) => `queues/${encodeURIComponent(key)}`
const viewOf = (views: readonly QueueView[], prefix: string) =>
  views.find(({ place }) => place?.endsWith(` ${prefix.replace(/:$/, '')}`)) as QueueView

async function fail(app: HorizonApp, queue = 'mail', message = 'No stock'): Promise<string> {
  const id = await app.push(queue, JOB)
  await app.fail(queue, await app.reserve(queue), exceptionText(message))
  return id
}

/** Everything that a person does with a queue of Horizon. */
async function useQueue(zenith: Zenith, view: QueueView, app: HorizonApp, [first, second]: readonly [string, string]) {
  const path = pathOf(view)
  expect(view).toMatchObject({ driver: 'laravel-horizon', metrics: { failed: 2, waiting: 1 } })
  expect(view.actions).toEqual(expect.arrayContaining(['list', 'get', 'search', 'retry', 'remove']))
  const list = await zenith.get<JobListing>(`${path}/jobs?state=failed`)
  expect([list.status, list.body.total]).toEqual([200, 2])
  expect(list.body.jobs.map(({ id }) => id).sort()).toEqual([first, second].sort())
  expect(await zenith.get(`${path}/jobs?state=waiting`)).toMatchObject({ status: 200, body: { total: 1 } })
  expect(await zenith.get(`${path}/search?state=failed&text=stock`)).toMatchObject({ body: { total: 2 } })
  const job = await zenith.get<JobView>(`${path}/jobs/${first}`)
  expect(job).toMatchObject({ status: 200, body: { id: first, failure: 'No stock' } })
  const retried = await zenith.post(`${path}/jobs`, { action: 'retry', ids: [first] })
  expect([retried.status, retried.body]).toMatchObject([200, { outcomes: [{ id: first, ok: true }] }])
  const removed = await zenith.post(`${path}/jobs`, { action: 'remove', ids: [second] })
  expect([removed.status, removed.body]).toMatchObject([200, { outcomes: [{ id: second, ok: true }] }])
  expect(await admin.llen(app.keyOf(view.name))).toBe(2)
  expect(await admin.zrange(app.key('failed_jobs'), 0, '-1')).toEqual([first])
}

const HORIZONS = [
  ['laravel_database_', 'laravel_horizon:'],
  ['laravel-database-', 'laravel_horizon:'],
  ['shop_database_', 'shop_horizon:'],
  ['my-shop-database-', 'my_shop_horizon:'],
  ['', 'laravel_horizon:'],
  ['own:', 'horizon:'],
  ['shop:', 'queues-of-the-shop:'],
] as const

describe('quasar zenith --queues laravel', () => {
  it.each(HORIZONS)('works with Horizon, its prefixes %j and %j', async (prefix, horizon) => {
    const app = horizonApp(admin, { prefix, horizon })
    const ids = [await fail(app), await fail(app)] as const
    await app.push('mail', JOB)
    await app.master('app-1', 'running')
    await app.supervisor('app-1:one', { 'redis:mail': 3 })
    const opened = await zenith()
    const [view] = await opened.views(1)
    expect(view).toMatchObject({ name: 'mail', workers: 3 })
    const { body } = await opened.get<FailureListing>('failures')
    expect(body).toMatchObject({ partial: [], failed: [], groups: [{ error: 'No stock', queues: [{ count: 2 }] }] })
    await useQueue(opened, view as QueueView, app, ids)
  })

  it('works with the only word that a prefix needs', async () => {
    const app = horizonApp(admin, { prefix: 'shop:', horizon: 'horizon:' })
    const ids = [await fail(app), await fail(app)] as const
    await app.push('mail', JOB)
    const opened = await zenith('laravel=shop:')
    const [view] = await opened.views(1)
    await useQueue(opened, view as QueueView, app, ids)
  })

  it('works with several apps on one Redis, with Horizon and without, whatever their prefixes are', async () => {
    const shop = horizonApp(admin, { prefix: 'shop_database_', horizon: 'shop_horizon:' })
    const blog = horizonApp(admin, { prefix: 'blog:', horizon: 'laravel_horizon:' })
    const plain = [laravelApp(admin), laravelApp(admin, { prefix: 'wiki:' })]
    const ids = [[await fail(shop), await fail(shop)] as const, [await fail(blog), await fail(blog)] as const]
    for (const app of [shop, blog]) await app.push('mail', JOB)
    for (const app of plain) await app.pushRaw('mail', app.createPayload(JOB))
    const opened = await zenith()
    const views = await opened.views(4)
    expect(views.map(({ name, driver, place }) => [name, driver, place?.split(' ')[1]]).sort()).toEqual([
      ['mail', 'laravel', 'laravel_database_'],
      ['mail', 'laravel', 'wiki'],
      ['mail', 'laravel-horizon', 'blog'],
      ['mail', 'laravel-horizon', 'shop_database_'],
    ])
    await useQueue(opened, viewOf(views, 'shop_database_'), shop, ids[0] as [string, string])
    await useQueue(opened, viewOf(views, 'blog:'), blog, ids[1] as [string, string])
    for (const prefix of ['laravel_database_', 'wiki:']) {
      const view = viewOf(views, prefix)
      expect(view.actions).toEqual(['list', 'get', 'search'])
      expect(await opened.get(`${pathOf(view)}/jobs?state=waiting`)).toMatchObject({ status: 200, body: { total: 1 } })
    }
  })

  it('pushes nothing where it is not sure of the list, and says what to do', async () => {
    const app = horizonApp(admin)
    const id = await fail(app)
    await app.countJob('mail', 1)
    await admin.del(`${app.keyOf('mail')}:notify`)
    const opened = await zenith()
    const [view] = (await opened.views(1)) as [QueueView]
    expect(await opened.get(`${pathOf(view)}/jobs?state=failed`)).toMatchObject({ status: 200, body: { total: 1 } })
    const refused = await opened.post(`${pathOf(view)}/jobs`, { action: 'retry', ids: [id] })
    expect(refused.body).toMatchObject({
      outcomes: [{ ok: false, reason: expect.stringMatching(/--queues laravel=PREFIX/) }],
    })
    const told = await zenith('laravel=laravel_database_')
    const [same] = (await told.views(1)) as [QueueView]
    expect(same.key).toBe(view.key)
    expect(await told.post(`${pathOf(same)}/jobs`, { action: 'retry', ids: [id] })).toMatchObject({
      body: { outcomes: [{ ok: true }] },
    })
  })
})
