import Bull from 'bull'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { QueueSource } from '../../../../src/ports/index.js'
import { bullQueues } from '../../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../../src/queues/gravito-stream/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { actingZenith, type Problem } from '../../support/acting.js'
import { segment } from '../../support/changes.js'

const NEW_JOB = { name: 'new', data: '{}' }
const DEFINITION = { name: 'new', cron: '0 3 * * *' }

let redis: TestRedis
let client: Redis
beforeAll(async () => {
  redis = await startRedis()
  client = new Redis(redis.url)
  return async () => {
    client.disconnect()
    await redis.stop()
  }
})
beforeEach(async () => {
  await client.flushall()
})

async function desk(source: QueueSource, name: string) {
  onTestFinished(() => source.close())
  const { post, keyOf } = actingZenith({ store: memoryStore(), queues: [source] })
  const path = `/api/queues/${segment(await keyOf(name))}`
  return (action: string, fields: object) => post<Problem>(`${path}/actions`, { action, ...fields })
}

function problem(status: number, code: string, message: RegExp) {
  return { status, body: { error: { code, message: expect.stringMatching(message) } } }
}

async function bullmqQueue(): Promise<Queue> {
  const queue = new Queue('mail', { connection: { url: redis.url } })
  onTestFinished(() => queue.close())
  await queue.add('send', {})
  return queue
}

test('a queue of another product is no failure of its system, whatever is asked for', async () => {
  await bullmqQueue()
  await client.hset('bull:mail:meta', 'version', 'bullmq-pro:7.30.1')
  const act = await desk(bullmqQueues({ connection: redis.url, queues: ['mail'] }), 'mail')
  for (const [action, fields] of [
    ['pause', {}],
    ['resume', {}],
    ['add', { job: NEW_JOB }],
    ['duplicate', { id: '1' }],
    ['clean', { state: 'failed', olderThanMs: 0, limit: 10 }],
    ['empty', {}],
  ] as const)
    expect([action, await act(action, fields)]).toEqual([action, problem(409, 'not_possible', /bullmq-pro:7\.30\.1's/)])
})

test('a job of BullMQ that is gone is not found', async () => {
  await bullmqQueue()
  const act = await desk(bullmqQueues({ connection: redis.url, queues: ['mail'] }), 'mail')
  expect(await act('duplicate', { id: 'gone' })).toEqual(
    problem(404, 'not_found', /no such job in this queue any more/),
  )
})

test('nor is one that goes between two looks', async () => {
  await bullmqQueue()
  const { job: _first, ...source } = bullmqQueues({ connection: redis.url, queues: ['mail'] })
  const act = await desk(source, 'mail')
  expect(await act('duplicate', { id: 'gone' })).toEqual(problem(404, 'not_found', /has no job gone any more/))
})

test('so is one of Bull, and a queue that BullMQ owns is not changed', async () => {
  const queue = new Bull('mail', redis.url)
  onTestFinished(() => queue.close())
  await queue.add({})
  const act = await desk(bullQueues({ redis: redis.url, queues: ['mail'] }), 'mail')
  expect(await act('duplicate', { id: 'gone' })).toEqual(
    problem(404, 'not_found', /no such job in this queue any more/),
  )
  for (const state of ['waiting', 'delayed'])
    for (const cursor of ['zz', '{}', 'null', '[9]'])
      expect([cursor, await act('clean', { state, olderThanMs: 0, limit: 1, cursor })]).toEqual([
        cursor,
        problem(409, 'not_possible', /^This is no cursor of a/),
      ])
  await client.hset('bull:mail:meta', 'version', 'bullmq:5.81.5')
  for (const [action, fields] of [
    ['pause', {}],
    ['add', { job: NEW_JOB }],
    ['duplicate', { id: '1' }],
  ] as const)
    expect([action, await act(action, fields)]).toEqual([action, problem(409, 'not_possible', /BullMQ/)])
})

test('what Gravito Stream has not, or has elsewhere, is said as that', async () => {
  await client.lpush('queue:mail', JSON.stringify({ id: '1', type: 'json', data: '{}' }))
  await client.hset('queue:schedule:nightly', { id: 'nightly', queue: 'bills', cron: '0 3 * * *', job: '{}' })
  await client.zadd('queue:schedules', Date.now() + 1e6, 'nightly')
  const source = gravitoStreamQueues({ redis: redis.url, queues: ['mail'] })
  onTestFinished(() => source.close())
  const { post, keyOf } = actingZenith({ store: memoryStore(), queues: [source] })
  const queue = await keyOf('mail')
  const act = (action: string, fields: object) =>
    post<Problem>(`/api/queues/${segment(queue)}/actions`, { action, ...fields })
  const save = (id: string, definition: object) =>
    post<Problem>('/api/schedulers', { queue, action: 'save', id, definition })
  expect(await act('duplicate', { id: 'gone' })).toEqual(
    problem(404, 'not_found', /no such job in this queue any more/),
  )
  expect(await act('add', { job: { ...NEW_JOB, priority: 3 } })).toEqual(problem(409, 'not_possible', /no priorities/))
  for (const state of ['completed', 'active', 'prioritized'])
    expect(await act('clean', { state, olderThanMs: 0, limit: 1 })).toEqual(
      problem(409, 'not_possible', /no jobs that are/),
    )
  expect(await save('nightly', DEFINITION)).toEqual(problem(409, 'not_possible', /bills has a schedule of this id/))
  expect(await save('new', { name: 'new', every: 1000 })).toEqual(
    problem(409, 'not_possible', /takes a cron expression/),
  )
})
