import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterAll, beforeAll } from 'vitest'
import { keysOf } from '../../src/protocol/index.js'
import { type RedisSource, redisStore } from '../../src/stores/redis/index.js'
import { type StoreUnderTest, storeConformance } from '../conformance/store.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'

let server: TestRedis
let cluster: TestCluster

beforeAll(async () => {
  server = await startRedis()
  cluster = await startRedisCluster()
})
afterAll(async () => {
  await server?.stop()
  await cluster?.stop()
})

async function emptyStore(source: RedisSource, prefix?: string, closeClient = () => {}): Promise<StoreUnderTest> {
  const admin = server.client()
  await admin.flushall()
  return {
    store: redisStore({ redis: source, prefix }),
    async runOut(service, node) {
      await admin.del(keysOf(prefix).node(service, node))
    },
    async runOutLease(service, slot) {
      await admin.del(keysOf(prefix).queuesLease(service, slot))
    },
    async end() {
      admin.disconnect()
      closeClient()
    },
  }
}

storeConformance('Redis by URL', () => emptyStore(server.url))

storeConformance('Redis by options, with a prefix', () => {
  return emptyStore({ host: '127.0.0.1', port: server.port, db: 0 }, 'other:[prefix]*:')
})

storeConformance('Redis by a client of ioredis 6', () => {
  const client = new Redis(server.port, '127.0.0.1')
  return emptyStore(client, undefined, () => client.disconnect())
})

storeConformance('Redis by a client that maps replies as RESP3 does', () => {
  const client = new Redis({ port: server.port, host: '127.0.0.1', protocol: 3, replyMapping: 'resp3' })
  return emptyStore(client, undefined, () => client.disconnect())
})

storeConformance('Redis by a client of ioredis 5', () => {
  const client = new Redis5(server.port, '127.0.0.1')
  return emptyStore(client, undefined, () => client.disconnect())
})

storeConformance('Redis by a user with the documented rights alone', async () => {
  const admin = server.client()
  await createAclUser(admin, 'both', ['quasar-reporter', 'quasar-queues', 'quasar-zenith', 'quasar-operator'])
  admin.disconnect()
  return emptyStore(`redis://both:secret@127.0.0.1:${server.port}`)
})

storeConformance('a Redis Cluster of three masters', async () => {
  const client = cluster.client()
  const admins = cluster.masters.map((master) => master.client())
  await Promise.all(admins.map((admin) => admin.flushall()))
  return {
    store: redisStore({ redis: client }),
    async runOut(service, node) {
      await client.del(keysOf().node(service, node))
    },
    async runOutLease(service, slot) {
      await client.del(keysOf().queuesLease(service, slot))
    },
    async end() {
      client.disconnect()
      for (const admin of admins) admin.disconnect()
    },
  }
})
