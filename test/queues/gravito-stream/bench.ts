import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { QueueSource } from '../../../src/ports/index.js'
import { type GravitoStreamQueuesOptions, gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { frameworkOn } from './framework.js'

/** A method that this source has. */
type Whole = Required<QueueSource>

/** An empty Redis for each test, the framework's way to it, and sources that are closed again. */
export function gravitoBench() {
  let server: TestRedis
  const sources: QueueSource[] = []
  const bench = {
    get server() {
      return server
    },
    get admin() {
      return admin
    },
    get framework() {
      return frameworkOn(admin)
    },
    source(options: Partial<GravitoStreamQueuesOptions> = {}): Whole {
      const source = gravitoStreamQueues({ redis: server.url, ...options })
      sources.push(source)
      return source as Whole
    },
    /** By a user with these rights besides the right to all keys. */
    async limited(...rights: string[]): Promise<Whole> {
      await admin.call('acl', 'setuser', 'limited', 'reset', 'on', '>secret', '~*', '+@all', ...rights)
      return bench.source({ redis: server.url.replace('//', '//limited:secret@'), queues: ['mail'] })
    },
    /** What stands in a list, the next one first. */
    async list(key: string): Promise<Record<string, unknown>[]> {
      return (await admin.lrange(key, 0, -1)).reverse().map((text) => JSON.parse(text))
    },
  }
  let admin: ReturnType<TestRedis['client']>
  beforeAll(async () => {
    server = await startRedis()
    admin = server.client()
  })
  beforeEach(() => admin.flushall())
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.close()
  })
  afterAll(() => server?.stop())
  return bench
}
