import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startQuasar } from '../../src/index.js'
import { bullQueues } from '../../src/queues/bull/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { redisListQueues } from '../../src/queues/redis-list/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'

let server: TestRedis
let cluster: TestCluster

beforeAll(async () => {
  ;[server, cluster] = await Promise.all([startRedis(), startRedisCluster()])
})
afterAll(() => Promise.all([server.stop(), cluster.stop()]))

const PREFIX = 'app[1]:'

interface Way {
  readonly redis: object
  /** All keys that there are. */
  keys(): Promise<string[]>
}

function ended<T extends { disconnect(): void }>(client: T): T {
  onTestFinished(() => client.disconnect())
  return client
}

const onServer = (redis: object): Way => ({ redis, keys: () => server.client().keys('*') })
const onCluster = (redis: object): Way => ({
  redis,
  keys: async () => (await Promise.all(cluster.masters.map((master) => master.client().keys('*')))).flat(),
})
const nodes = () => cluster.masters.map(({ port }) => ({ host: '127.0.0.1', port }))

const WAYS: readonly (readonly [what: string, way: () => Way])[] = [
  ['options', () => onServer({ host: '127.0.0.1', port: server.port, keyPrefix: PREFIX })],
  ['a client of ioredis 6', () => onServer(ended(new Redis(server.port, '127.0.0.1', { keyPrefix: PREFIX })))],
  ['a client of ioredis 5', () => onServer(ended(new Redis5(server.port, '127.0.0.1', { keyPrefix: PREFIX })))],
  ['a Cluster', () => onCluster(ended(new Cluster(nodes(), { keyPrefix: PREFIX })))],
  [
    'a Cluster with it for its nodes',
    () => onCluster(ended(new Cluster(nodes(), { redisOptions: { keyPrefix: PREFIX } }))),
  ],
  ['a Cluster of ioredis 5', () => onCluster(ended(new Cluster5(nodes(), { redisOptions: { keyPrefix: PREFIX } })))],
]

describe.each(WAYS)('a keyPrefix of %s', (_, make) => {
  it('is put before every key of a recorder, and Zenith finds them by it', async () => {
    const { redis, keys } = make()
    const quasar = startQuasar({
      service: 'prefixed',
      redis,
      logger: false,
      token: 'a token of 16 or more'.replaceAll(' ', '-'),
    })
    onTestFinished(() => quasar.stop())
    await quasar.flush()
    expect(quasar.status().error).toBeNull()
    const found = (await keys()).filter((key) => key.includes('prefixed'))
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((key) => !key.startsWith(`${PREFIX}gravito:quasar:`))).toEqual([])
    const zenith = createZenith({
      redis,
      auth: () => 'viewer',
      logger: false,
      requireToken: true,
      token: 'a-token-of-16-or-more',
    })
    onTestFinished(() => zenith.close())
    const answer = await zenith.fetch(new Request('http://localhost/api/overview'))
    expect(await answer.json()).toMatchObject({ services: [{ service: 'prefixed' }], unreadable: 0 })
  })

  it.each([
    ['lists', (redis: never) => redisListQueues({ redis, queues: ['mail'] })],
    ['Gravito Stream', (redis: never) => gravitoStreamQueues({ redis })],
    ['Laravel', (redis: never) => laravelQueues({ redis, prefix: '' })],
  ])('is that of queues, too: %s', async (_kind, open) => {
    const { redis } = make()
    const source = open(redis as never)
    // A place is shown without the last colon.
    expect(source.place).toContain(PREFIX.slice(0, -1))
    expect((await source.read()).queues.every(({ error }) => error === null)).toBe(true)
    await source.close?.()
  })

  it('is refused where queues have one of their own', () => {
    const { redis } = make()
    expect(() => bullmqQueues({ connection: redis as never })).toThrow(/without keyPrefix/)
    expect(() => bullQueues({ redis: redis as never })).toThrow(/without keyPrefix/)
  })
})

it('a keyPrefix of options leads to the lists under it', async () => {
  await server.client().rpush(`${PREFIX}mail`, 'one', 'two')
  const redis = { host: '127.0.0.1', port: server.port, keyPrefix: PREFIX }
  const source = redisListQueues({ redis, queues: ['mail'] })
  expect((await source.read()).queues).toMatchObject([{ metrics: { waiting: 2 } }])
  await source.close?.()
})
