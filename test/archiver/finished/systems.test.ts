import { afterEach, beforeEach, expect, test } from 'vitest'
import type { QueueSource } from '../../../src/ports/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../../src/queues/laravel/index.js'
import { gravitoBench } from '../../queues/gravito-stream/bench.js'
import { serialized } from '../../queues/gravito-stream/framework.js'
import { laravelApp } from '../../queues/laravel/app.js'
import { horizonApp } from '../../queues/laravel/horizon-app.js'
import { BullBench as BullJobs } from '../../support/bull-system.js'
import { bullmqOf, OWNERS } from '../../support/bullmq-redis.js'
import { BullBench } from '../../support/bullmq-system.js'
import { finishedBench, listedQueue } from './bench.js'

const gravito = gravitoBench()
const bench = finishedBench()
const ends: (() => unknown)[] = []
let connection: { host: string; port: number }
beforeEach(() => {
  connection = { host: '127.0.0.1', port: gravito.server.port }
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function kept<T extends QueueSource>(source: T): T {
  ends.push(() => source.close())
  return source
}

/** After what is not settled yet. */
const later = () => Date.now() + 10_000

for (const version of OWNERS)
  test(`finished jobs of BullMQ ${version} without a recorder`, async () => {
    const system = new BullBench({ bullmq: bullmqOf(version), connection, prefix: 'bull' })
    ends.push(() => system.end())
    const { bullmqQueues } = await import('../../../src/queues/bullmq/index.js')
    const source = kept(bullmqQueues({ connection: gravito.server.url }))
    const data = { to: 'ada@example.com', password: 'hunter2' }
    await system.queue('mail').add('welcome', data, { attempts: 2 })
    await system.queue('mail').add('welcome', {})
    const first = await system.fail('mail', 'No route to password=hunter2')
    await system.complete('mail')
    const again = await system.complete('mail')
    await system.queue('mail').add('broken', data)
    await system.fail('mail', 'No route to password=hunter2')
    await bench.finished([listedQueue(source, 'mail', ['shop'])]).run()
    const jobs = await bench.jobs()
    expect(jobs).toHaveLength(3)
    const broken = jobs.find(({ outcome }) => outcome === 'failed')
    expect(broken).toMatchObject({ queue: 'key-mail', queueName: 'mail', name: 'broken', service: 'shop', node: null })
    expect(broken).toMatchObject({ attempt: 1, waitMs: null, runMs: expect.any(Number) })
    expect(broken?.error).toMatch(/No route/)
    expect(JSON.stringify(jobs)).not.toContain('hunter2')
    expect(broken?.payload?.text).toContain('ada@example.com')
    expect(first.id).toBe(again.id)
    expect(jobs.find(({ id }) => id === again.id)).toMatchObject({ attempt: 2, startedAt: again.processedOn })
  })

test('finished jobs of Bull', async () => {
  const system = new BullJobs(connection, 'bull')
  ends.push(() => system.end())
  const source = kept(bullQueues({ redis: gravito.server.url }))
  for (const name of ['good', 'bad']) await system.queue('mail').add(name, { name })
  await system.complete('mail')
  await system.fail('mail', 'No stock')
  await bench.finished([listedQueue(source, 'mail')]).run()
  expect(await bench.jobs()).toMatchObject([
    { name: 'good', outcome: 'completed', attempt: 1, payload: { text: '{"name":"good"}' } },
    { name: 'bad', outcome: 'failed', attempt: 1, error: 'No stock', service: null },
  ])
})

test('completed and failed jobs of Horizon, each queue its own', async () => {
  const app = horizonApp(gravito.admin)
  const source = kept(laravelQueues({ redis: gravito.server.url }))
  for (const name of ['Good', 'Bad']) await app.push('mail', { name, data: { name } })
  await app.push('other', { name: 'Other', data: { order: 17 } })
  await app.succeed('mail', await app.reserve('mail'))
  await app.fail('mail', await app.reserve('mail'))
  await app.succeed('other', await app.reserve('other'))
  await source.read()
  const queues = [listedQueue(source, 'mail'), listedQueue(source, 'other')]
  const finished = bench.finished(queues, { now: later })
  await finished.run()
  await finished.run()
  expect((await bench.jobs('key-mail')).map(({ name, outcome }) => [name, outcome])).toEqual([
    ['Good', 'completed'],
    ['Bad', 'failed'],
  ])
  const [other] = await bench.jobs('key-other')
  expect(other).toMatchObject({ name: 'Other', attempt: null, startedAt: expect.any(Number) })
  expect(other?.payload?.text).toContain('17')
})

test('a job of Horizon that is about to fail is not archived as completed', async () => {
  const app = horizonApp(gravito.admin)
  const source = kept(laravelQueues({ redis: gravito.server.url }))
  await app.push('mail', { name: 'Bad', data: null })
  const reserved = await app.reserve('mail')
  const finished = (now: () => number) => bench.finished([listedQueue(source, 'mail')], { now })
  // Horizon notes each failure as a completion first.
  await app.succeed('mail', reserved)
  await finished(Date.now).run()
  expect(await bench.jobs()).toEqual([])
  await app.fail('mail', reserved)
  await finished(later).run()
  expect((await bench.jobs()).map(({ outcome }) => outcome)).toEqual(['failed'])
})

test('Laravel without Horizon keeps no finished jobs', async () => {
  const app = laravelApp(gravito.admin)
  await app.pushRaw('mail', app.createPayload({ name: 'SendMail', data: null }))
  const source = kept(laravelQueues({ redis: gravito.server.url }))
  await bench.finished([listedQueue(source, 'mail')]).run()
  expect(await bench.jobs()).toEqual([])
})

test('failed jobs of Gravito Stream, also those of a schedule, which have one id', async () => {
  const { framework } = gravito
  const source = kept(gravitoStreamQueues({ redis: gravito.server.url }))
  const finished = bench.finished([listedQueue(source, 'mail')])
  const job = (id: string) => serialized({ id, name: 'SendMail', data: { id } }, { attempts: 3 })
  const at = Date.now() - 1_000
  await framework.fail('mail', job('nightly'), 'No stock', at)
  await finished.run()
  await framework.fail('mail', job('nightly'), 'No stock', at + 10)
  await framework.fail('mail', job('once'), 'No stock', at + 20)
  await finished.run()
  await finished.run()
  const jobs = await bench.jobs()
  expect(jobs.map(({ id, finishedAt }) => [id, finishedAt - at])).toEqual([
    ['nightly', 0],
    ['nightly', 10],
    ['once', 20],
  ])
  expect(jobs[2]).toMatchObject({ name: 'SendMail', outcome: 'failed', attempt: 3, startedAt: null, runMs: null })
  expect(jobs.map(({ payload }) => payload?.text)).toEqual(['{"id":"nightly"}', '{"id":"nightly"}', '{"id":"once"}'])
})

test('payloads stay in the queue if they shall', async () => {
  const { framework } = gravito
  const source = kept(gravitoStreamQueues({ redis: gravito.server.url }))
  await framework.fail('mail', serialized({ id: '1', name: 'SendMail', data: {} }), 'No stock')
  await bench.finished([listedQueue(source, 'mail')], { withPayloads: false }).run()
  expect(await bench.jobs()).toMatchObject([{ id: '1', payload: null }])
})
