import type { Redis } from 'ioredis'
import { redisStore } from '../../../src/stores/redis/index.js'
import { freePort, startRedis, type TestRedis } from '../../support/redis.js'
import { createAclUser } from '../../support/redis-acl.js'
import { type FaultyProxy, faultyProxy } from './proxy.js'

/** The user that an app reports as: the documented one, with its few rights. */
export const USER = 'quasar-reporter'

/** The Redis that is reported to, the way to it, and what befalls them. */
export interface World {
  readonly url: string
  readonly proxy: FaultyProxy
  readonly reader: ReturnType<typeof redisStore>
  /** Where queues are; nothing befalls it. */
  readonly queues: TestRedis
  server(): TestRedis
  /** A client of the administrator's. */
  admin(): Redis
  /** Starts it again after it was killed, with nothing in it. */
  startAgain(): Promise<void>
  /** Closes the connections of apps. */
  hangUp(): Promise<void>
  end(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const port = await freePort()
  const queues = await startRedis()
  let server = await startRedis({ port })
  let admin = server.client()
  await createAclUser(admin, USER, [USER])
  const proxy = await faultyProxy(port)
  const reader = redisStore({ redis: server.url })
  return {
    url: `redis://${USER}:secret@redis.quasar.test:${proxy.port}`,
    proxy,
    reader,
    queues,
    server: () => server,
    admin: () => admin,
    async startAgain() {
      server = await startRedis({ port })
      admin = server.client()
      await createAclUser(admin, USER, [USER])
    },
    hangUp: async () => void (await admin.call('client', 'kill', 'user', USER)),
    async end() {
      await proxy.close()
      await reader.close()
      await Promise.all([server.stop(), queues.stop()])
    },
  }
}
