import { Redis, type RedisOptions } from 'ioredis'
import { startRedis, type TestRedis } from '../support/redis.js'

/** All keys with what they hold, when they end, and of what type they are. */
export async function redisContents(admin: Redis): Promise<unknown> {
  const keys = (await admin.keys('*')).sort()
  return Promise.all(
    keys.map(async (key) => {
      const type = await admin.type(key)
      return [key, type, await admin.call('expiretime', key), await contentsOf(admin, key, type)]
    }),
  )
}

/** The order of hashes and sets is Redis' own affair: it may change when they are read. */
async function contentsOf(admin: Redis, key: string, type: string): Promise<unknown> {
  if (type === 'hash') return Object.entries(await admin.hgetall(key)).sort()
  if (type === 'set') return (await admin.smembers(key)).sort()
  return admin.dumpBuffer(key)
}

/** A Redis of a case's own, that may end and be started again at its address. Its clients connect again then. */
export async function ownRedis() {
  let server: TestRedis = await startRedis()
  const { port, url } = server
  const clients: Redis[] = []
  return {
    url,
    port,
    client(options: Omit<RedisOptions, 'replyMapping'> = {}) {
      const client = new Redis(port, '127.0.0.1', { ...options, retryStrategy: () => 50 })
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    down: () => server.kill(),
    async back() {
      server = await startRedis({ port })
    },
    async end() {
      for (const client of clients) client.disconnect()
      await server.stop()
    },
  }
}
