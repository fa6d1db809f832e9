import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueView } from '../../../src/api/queues.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { createZenith, toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { askApi } from '../support/api.js'
import { failJobs, openQueue } from '../support/bullmq.js'
import { ask, openStream } from '../support/http.js'
import { beatOf, present, report } from '../support/records.js'
import { serve } from '../support/serve.js'
import { INTERVAL, openZenith } from '../support/zenith.js'
import { clientOf, clusteredArchive, summariesOf } from './support/clusters.js'

let one: TestRedis
let two: TestRedis
beforeAll(async () => {
  ;[one, two] = await Promise.all([startRedis(), startRedis()])
})
afterAll(() => Promise.all([one?.stop(), two?.stop()]))
beforeEach(async () => {
  for (const redis of [one, two]) await redis.client().flushall()
})

async function beat(redis: TestRedis, prefix: string, service: string): Promise<void> {
  const store = redisStore({ redis: redis.url, prefix })
  await report(store, beatOf(service, `${service}-1`))
  await store.close()
}

const PREFIX = 'gravito:quasar:'
/** The change came through to the node, which is alive. */
const REFUSED_ALIVE = { status: 409, body: { error: { code: 'not_possible' } } }

describe('a cluster that hangs', () => {
  it('leaves the others, the log-in and the page as they were, and is told as away', async () => {
    await Promise.all([beat(one, PREFIX, 'shop'), beat(two, PREFIX, 'shop')])
    const zenith = openZenith({
      ...{ auth: () => 'admin', logger: false, archive: clusteredArchive() },
      clusters: [
        { id: 'hung', redis: one.url },
        { id: 'well', redis: two.url },
      ],
    })
    const [hung, well] = [clientOf(zenith, 'hung'), clientOf(zenith, 'well')]
    expect((await hung.ask('overview')).status).toBe(200)
    one.pause()
    onTestFinished(() => one.resume())
    for (const path of ['overview', 'services/shop', 'queues', 'alerts', 'audit', 'health', 'archive', 'session'])
      expect([path, (await well.ask(path)).status]).toEqual([path, 200])
    expect(await well.post('nodes', { action: 'forget', service: 'shop', id: 'shop-1' })).toMatchObject(REFUSED_ALIVE)
    await vi.waitFor(async () => expect(await summariesOf(zenith)).toMatchObject({ hung: { state: 'away' } }), 20_000)
    const summaries = await summariesOf(zenith)
    expect(summaries).toMatchObject({
      well: { state: 'ok', store: { ok: true } },
      // Its last figures stay, and are not zeros.
      hung: { state: 'away', store: { ok: false }, figures: { services: 1, nodes: { live: 1 } } },
    })
    one.resume()
    await vi.waitFor(async () => expect(await summariesOf(zenith)).toMatchObject({ hung: { state: 'ok' } }), 20_000)
  })

  it('from the start on, too, and has no figures then', async () => {
    await beat(two, PREFIX, 'shop')
    one.pause()
    onTestFinished(() => one.resume())
    const zenith = openZenith({
      logger: false,
      clusters: [
        { id: 'hung', redis: one.url },
        { id: 'well', redis: two.url },
        { id: 'nowhere', redis: 'redis://127.0.0.1:1' },
      ],
    })
    await vi.waitFor(async () => {
      expect(await summariesOf(zenith)).toMatchObject({
        hung: { figures: null, alerts: null },
        well: { state: 'ok', figures: { services: 1 } },
        nowhere: { state: 'away', figures: null },
      })
    }, 15_000)
    expect((await askApi(zenith, '/api/health')).body).toMatchObject({ status: 'ok' })
    const closing = zenith.close()
    one.resume()
    await closing
  })
})

describe('one Redis under two addresses', () => {
  it('is told, and nothing may be changed in either', async () => {
    await beat(one, PREFIX, 'shop')
    const zenith = openZenith({
      ...{ auth: () => 'admin', logger: false },
      clusters: [
        { id: 'dev', redis: `redis://localhost:${one.port}` },
        { id: 'production', redis: `redis://127.0.0.1:${one.port}` },
        { id: 'other', redis: `redis://127.0.0.1:${one.port}`, prefix: 'other:' },
      ],
    })
    await vi.waitFor(async () =>
      expect(await summariesOf(zenith)).toMatchObject({
        dev: { sameAs: 'production' },
        production: { sameAs: 'dev' },
        other: { sameAs: null },
      }),
    )
    const change = { action: 'forget', service: 'shop', id: 'shop-1' }
    for (const id of ['dev', 'production'])
      expect(await clientOf(zenith, id).post('nodes', change)).toMatchObject({
        status: 409,
        body: { error: { code: 'same_redis', message: expect.stringMatching(/dev.*production|production.*dev/) } },
      })
    expect((await clientOf(zenith, 'other').post('nodes', change)).status).toBe(404)
  })

  it('is found before the first change, without any look at the page', async () => {
    await beat(one, PREFIX, 'shop')
    const clusters = [
      { id: 'dev', redis: `redis://localhost:${one.port}` },
      { id: 'production', redis: `redis://127.0.0.1:${one.port}` },
    ]
    const zenith = openZenith({ auth: () => 'admin', logger: false, clusters })
    const change = { action: 'forget', service: 'shop', id: 'shop-1' }
    expect((await clientOf(zenith, 'dev').post('nodes', change)).status).toBe(409)
  })
})

describe('queues of the same name in two clusters', () => {
  it('are changed in the one alone that the path names', async () => {
    const sources = [one, two].map((redis) => bullmqQueues({ connection: redis.url }))
    for (const redis of [one, two]) {
      const queue = openQueue(redis, 'mail')
      await failJobs(redis, queue, [{ id: 'job-1', message: 'no connection' }])
    }
    const zenith = openZenith({
      ...{ auth: () => 'admin', logger: false },
      clusters: [one, two].map((redis, index) => ({
        ...{ id: index === 0 ? 'staging' : 'production', redis: redis.url, queues: [present(sources[index])] },
      })),
    })
    onTestFinished(async () => void (await Promise.all(sources.map((source) => source.close()))))
    const views = await Promise.all(
      ['staging', 'production'].map((id) =>
        vi.waitFor(async () => {
          const { body } = await clientOf(zenith, id).ask<{ queues: QueueView[] }>('overview')
          return present(body.queues.find(({ name }) => name === 'mail'))
        }, 15_000),
      ),
    )
    expect(views.map(({ metrics }) => metrics.failed)).toEqual([1, 1])
    const staging = clientOf(zenith, 'staging')
    const path = `queues/${encodeURIComponent(present(views[0]).key)}/jobs`
    expect((await staging.post(path, { action: 'remove', ids: ['job-1'] })).status).toBe(200)
    const failedIn = async (redis: TestRedis) => openQueue(redis, 'mail').getJobCounts('failed')
    expect(await failedIn(one)).toEqual({ failed: 0 })
    expect(await failedIn(two)).toEqual({ failed: 1 })
    // The change is in the trail of its own cluster alone.
    const trail = async (id: string) => (await clientOf(zenith, id).ask<{ items: object[] }>('audit')).body.items.length
    expect([await trail('staging'), await trail('production')]).toEqual([2, 0])
  })
})

describe('the stream', () => {
  it('of a cluster tells of all clusters, also while its own hangs', async () => {
    await Promise.all([beat(one, PREFIX, 'shop'), beat(two, PREFIX, 'mail')])
    const zenith = createZenith({
      ...{ auth: () => true, logger: false, interval: INTERVAL },
      clusters: [
        { id: 'hung', redis: one.url },
        { id: 'well', redis: two.url },
      ],
    })
    const server = await serve(toNodeHandler(zenith))
    onTestFinished(async () => {
      one.resume()
      await server.close()
      await zenith.close()
    })
    one.pause()
    const stream = await openStream(`${server.url}/api/c/hung/stream`)
    onTestFinished(() => stream.close())
    await vi.waitFor(() => {
      const last = present(stream.events.filter(({ name }) => name === 'clusters').at(-1))
      expect((last.data as { items: object[] }).items).toMatchObject([{ id: 'hung' }, { id: 'well', state: 'ok' }])
    }, 15_000)
    const all = await openStream(`${server.url}/api/stream`)
    onTestFinished(() => all.close())
    await vi.waitFor(() => expect(all.events.map(({ name }) => name)).toContain('clusters'), 15_000)
    expect(all.events.map(({ name }) => name)).not.toContain('system_pulse')
    one.resume()
    await vi.waitFor(() => expect(stream.events.map(({ name }) => name)).toContain('system_pulse'), 20_000)
    expect((await ask(`${server.url}/api/c/well/overview`)).status).toBe(200)
  })
})
