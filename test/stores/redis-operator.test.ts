import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { keysOf, nodeMember } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { heartbeatOf, queueHistoryOf } from './samples.js'

const keys = keysOf()
/** The selector that the docs add for forgetting. */
const SELECTOR = /`(\(\+del[^`]*\))`/.exec(readFileSync('docs/operations.md', 'utf8'))?.[1] ?? ''

let redis: TestRedis
let client: ReturnType<TestRedis['client']>

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
  for (const user of ['operator', 'forgetter']) await createAclUser(client, user, ['quasar-operator'])
  await client.call('acl', 'setuser', 'forgetter', SELECTOR)
  await createAclUser(client, 'viewer', ['quasar-zenith'])
})
afterAll(() => redis?.stop())
beforeEach(() => client.flushall())

function storeOf(user: string): Store {
  const store = redisStore({ redis: redis.url.replace('redis://', `redis://${user}:secret@`) })
  onTestFinished(() => store.close())
  return store
}

async function withNode(): Promise<void> {
  const store = redisStore({ redis: redis.url })
  await store.write({ service: 'shop', node: 'web-1', heartbeat: heartbeatOf('shop', 'web-1'), records: [] })
  await store.close()
}

const traces = async () => [
  await client.exists(keys.node('shop', 'web-1')),
  await client.zscore(keys.nodeIndex, nodeMember('shop', 'web-1')),
]

describe('a Redis user of Zenith with the documented rights', () => {
  it('forgets a node with the selector that the docs add', async () => {
    await withNode()
    await storeOf('forgetter').forgetNode?.('shop', 'web-1')
    expect(await traces()).toEqual([0, null])
  })

  it('can delete nothing else of what is reported', async () => {
    await withNode()
    const forgetter = redis.client({ username: 'forgetter', password: 'secret', enableReadyCheck: false })
    for (const key of [keys.rollup('shop'), keys.history('shop'), keys.queueHistory('shop'), keys.errors('shop')])
      await expect(forgetter.del(key)).rejects.toThrow(/NOPERM/)
    await expect(forgetter.zrem(keys.queueIndex, 'shop')).rejects.toThrow(/NOPERM/)
    await expect(forgetter.set(keys.node('shop', 'web-1'), '{}')).rejects.toThrow(/NOPERM/)
  })

  it('is refused without it, and the node stays', async () => {
    await withNode()
    await expect(storeOf('operator').forgetNode?.('shop', 'web-1')).rejects.toThrow(/right|permi/i)
    expect(await traces()).toEqual([1, expect.anything()])
  })

  it('records queues as an operator, and not as a viewer', async () => {
    const history = queueHistoryOf({ node: 'zenith' })
    await storeOf('operator').recordQueues?.(history)
    const { records = [] } = (await storeOf('viewer').queueHistory?.({ service: null, since: 0 })) ?? {}
    expect(records).toEqual([history])
    await expect(storeOf('viewer').recordQueues?.(history)).rejects.toMatchObject({ code: 'NOPERM' })
  })
})
