import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueView, SourceView } from '../../../src/api/queues.js'
import type { QueueSource } from '../../../src/ports/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../../src/queues/laravel/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { startRedisCluster, type TestCluster } from '../../support/redis-cluster.js'
import { actingZenith } from '../support/acting.js'

let redis: TestRedis
let cluster: TestCluster
beforeAll(async () => {
  redis = await startRedis()
  cluster = await startRedisCluster()
})
afterAll(async () => {
  await redis?.stop()
  await cluster?.stop()
})

const SOURCES: Readonly<Record<string, (url: string) => QueueSource>> = {
  BullMQ: (url) => bullmqQueues({ connection: url }),
  Bull: (url) => bullQueues({ redis: url }),
  Laravel: (url) => laravelQueues({ redis: url }),
  'Gravito Stream': (url) => gravitoStreamQueues({ redis: url }),
}

function open(source: QueueSource) {
  onTestFinished(() => source.close())
  return actingZenith({ store: memoryStore(), queues: [source] })
}

async function textOf(zenith: ReturnType<typeof open>, path: string): Promise<string> {
  return (await zenith.zenith.fetch(new Request(`http://localhost${path}`))).text()
}

describe.each(Object.entries(SOURCES))('a source of %s that has no queue yet', (_, make) => {
  const troubles: readonly (readonly [string, () => string | Promise<string>, RegExp])[] = [
    ['whose password is wrong', () => redis.url.replace('//', '//nobody:wrong@'), /user name or password/],
    ['where nothing listens', () => 'redis://127.0.0.1:1', /Nothing listens/],
    [
      'that may not look for queues',
      async () => {
        await redis.client().call('acl', 'setuser', 'blind', 'on', '>secret', '~*', '+@all', '-scan')
        return redis.url.replace('//', '//blind:secret@')
      },
      /may not look for queues|SCAN/,
    ],
    ['that is one node of a Cluster', () => cluster.masters[0]?.url ?? '', /one node of a Cluster/],
  ]

  it.each(troubles)('%s: the API, health and metrics say so', async (_, urlOf, reason) => {
    const zenith = open(make(await urlOf()))
    const { body } = await zenith.ask<{ items: SourceView[] }>('/api/sources')
    expect(body.items).toMatchObject([{ isRead: true, queues: null, error: expect.stringMatching(reason) }])
    const health = await zenith.ask('/api/health')
    expect(health).toMatchObject({
      status: 200,
      body: { status: 'ok', sources: [{ error: expect.stringMatching(reason) }] },
    })
    const metrics = await textOf(zenith, '/metrics')
    expect(metrics).toMatch(/quasar_queue_source_up\{.*\} 0/)
    expect(/quasar_queue_source_error\{.*reason="(.*)"\} 1/.exec(metrics)?.[1]).toMatch(reason)
  })

  it('is connected all the same', async () => {
    const zenith = open(make(redis.url))
    const { body } = await zenith.ask<{ items: SourceView[] }>('/api/sources')
    expect(body.items).toMatchObject([{ isRead: true, queues: 0, error: null }])
    expect(await textOf(zenith, '/metrics')).toMatch(/quasar_queue_source_up\{.*\} 1/)
  })
})

it('figures that are asked for seldom are read when they are asked for', async () => {
  const queue = new Queue('seldom', { connection: { url: redis.url } })
  onTestFinished(() => queue.close())
  await queue.add('a', {})
  const zenith = open(bullmqQueues({ connection: redis.url, queues: ['seldom'] }))
  const waiting = async () => {
    const { body } = await zenith.ask<{ items: QueueView[] }>('/api/queues')
    return [body.items[0]?.metrics.waiting, /state="waiting"\} (\d+)/.exec(await textOf(zenith, '/metrics'))?.[1]]
  }
  expect(await waiting()).toEqual([1, '1'])
  await queue.addBulk([1, 2, 3].map((data) => ({ name: 'b', data })))
  const now = performance.now.bind(performance)
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000)
  onTestFinished(() => spy.mockRestore())
  expect(await waiting()).toEqual([4, '4'])
})
