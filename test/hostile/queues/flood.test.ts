import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import type { QueueSource } from '../../../src/ports/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../../src/queues/laravel/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'

/** What is read of queues is bounded, however much somebody put where a definition or a list should be. */

const MANY = 200_000
const FILL = `for i = 1, tonumber(ARGV[1]) do redis.call('HSET', KEYS[1], 'x' .. i, '') end`

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())
beforeEach(async () => {
  await redis.client().flushall()
})

function opened(source: QueueSource): QueueSource {
  onTestFinished(async () => void (await source.close()))
  return source
}

/** Whether a command was sent since the statistics were reset. */
async function wasSent(command: string): Promise<boolean> {
  return (await redis.client().info('commandstats')).includes(`cmdstat_${command}:`)
}

it('a scheduler of BullMQ is read by the fields that a definition has', async () => {
  const client = redis.client()
  await client.hset('bull:mail:meta', 'version', 'bullmq:5.0.0')
  await client.zadd('bull:mail:repeat', Date.now() + 60_000, 'nightly')
  await client.hset('bull:mail:repeat:nightly', 'name', 'send', 'pattern', '0 12 * * *', 'ic', 1, 'data', '{}')
  await client.eval(FILL, 1, 'bull:mail:repeat:nightly', MANY)
  await client.config('RESETSTAT')
  const source = opened(bullmqQueues({ connection: redis.url, queues: ['mail'] }))
  expect(await source.schedulers?.('mail')).toMatchObject([{ id: 'nightly', name: 'send', cron: '0 12 * * *' }])
  expect(await wasSent('hgetall')).toBe(false)
  await expect(source.snapshotScheduler?.('mail', 'nightly')).rejects.toThrow('no more than 200')
})

it('so is a schedule of Gravito Stream', async () => {
  const client = redis.client()
  await client.zadd('queue:schedules', Date.now() + 60_000, 'nightly')
  const fields = ['id', 'nightly', 'queue', 'mail', 'cron', '0 12 * * *', 'enabled', 'true', 'job', '{"id":"a"}']
  await client.hset('queue:schedule:nightly', ...fields)
  await client.eval(FILL, 1, 'queue:schedule:nightly', MANY)
  await client.config('RESETSTAT')
  const source = opened(gravitoStreamQueues({ redis: redis.url, queues: ['mail'] }))
  expect(await source.schedulers?.('mail')).toMatchObject([{ id: 'nightly', cron: '0 12 * * *' }])
  expect(await source.scheduler?.('mail', 'nightly')).toMatchObject({ id: 'nightly' })
  expect(await wasSent('hgetall')).toBe(false)
})

it('queues that a Horizon measured are none where there are more of them than there can be', async () => {
  const client = redis.client()
  await client.rpush('laravel_database_queues:mail', '{}')
  const script = `for i = 1, tonumber(ARGV[1]) do redis.call('SADD', KEYS[1], 'queue:x' .. i) end`
  await client.eval(script, 1, 'laravel_horizon:measured_queues', MANY)
  await client.config('RESETSTAT')
  const source = opened(laravelQueues({ redis: redis.url }))
  const { queues } = await source.read()
  expect(queues.map(({ name }) => name)).toEqual(['mail'])
  expect([await wasSent('scard'), await wasSent('smembers')]).toEqual([true, false])
})
