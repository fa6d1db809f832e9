import { beforeEach, describe, expect, it } from 'vitest'
import type { JobView } from '../../../src/api/jobs.js'
import type { QueueView } from '../../../src/api/queues.js'
import type { QueueSource } from '../../../src/ports/index.js'
import type { JobListing, JobLogs, JobOutcome } from '../../../src/protocol/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { BullBench } from '../../support/bull-system.js'
import { BullRedis, type BullVersion, bullmqOf, VERSIONS } from '../../support/bullmq-redis.js'
import { contentsOf } from '../../support/redis-contents.js'
import { type ActingZenith, actingZenith } from '../support/acting.js'

const bull = new BullRedis()
const GOOD = 'good/job ✓ 朝'
/** Keys of a queue that hold something else than a job, and ids that lead to no key. */
const KEYS = ['meta', 'id', 'wait', 'paused', 'active', 'events', 'marker', 'delayed', 'completed', 'failed', 'stalled']
const BAD = [...KEYS, 'repeat', 'repeat:nightly', 'held:lock', 'held:logs', 'p:dependencies', 'p:processed', 'gone', '']

interface Desk {
  readonly acting: ActingZenith
  readonly path: string
  outcomes(action: string, ids: readonly string[]): Promise<readonly JobOutcome[]>
  job(id: string): Promise<number>
}

async function deskOf(source: QueueSource, name = 'mail'): Promise<Desk> {
  const acting = actingZenith({ store: memoryStore(), queues: [source] })
  const path = `/api/queues/${encodeURIComponent(await acting.keyOf(name))}`
  return {
    acting,
    path,
    async outcomes(action, ids) {
      const { status, body } = await acting.post<{ outcomes: JobOutcome[] }>(`${path}/jobs`, { action, ids })
      expect({ status, body }).toMatchObject({ status: 200 })
      return body.outcomes
    },
    job: async (id) => (await acting.ask(`${path}/jobs/${encodeURIComponent(id)}`)).status,
  }
}

/** A paused queue with settings, a scheduler, a parent, a job that is worked on and one like others. */
async function furnish(version: BullVersion): Promise<void> {
  const bench = bull.bench(version)
  const queue = bench.queue('mail')
  const flows = new (bullmqOf(version).FlowProducer)({ connection: { host: '127.0.0.1', port: bull.redis.port } })
  await flows.add({
    ...{ name: 'parent', queueName: 'mail', opts: { jobId: 'p' } },
    children: [
      { name: 'one', queueName: 'mail' },
      { name: 'two', queueName: 'other' },
    ],
  })
  await flows.close()
  await bench.complete('mail')
  await queue.upsertJobScheduler('nightly', { every: 86_400_000 }, { name: 'report', data: { a: 1 } })
  await queue.add('held', {}, { jobId: 'held' })
  // The first run of a scheduler may be due at once.
  for (let job = await bench.take('mail'); job.id !== 'held'; ) job = await bench.take('mail')
  await bull.client.rpush('bull:mail:held:logs', 'one')
  await queue.add('good', { to: 'ada' }, { jobId: GOOD })
  await queue.setGlobalConcurrency(3)
  await queue.pause()
}

describe.each(VERSIONS)('with BullMQ %s', (version) => {
  beforeEach(() => furnish(version))

  it('what is no job of the queue is neither shown nor touched, and costs its own result alone', async () => {
    const desk = await deskOf(bull.source({ bullmq: bullmqOf(version), queues: ['mail'] }))
    const before = await contentsOf(bull.client)
    for (const id of BAD.filter((one) => one !== '')) expect([id, await desk.job(id)]).toEqual([id, 404])
    for (const id of ['meta', 'repeat:nightly', 'held:logs']) {
      const path = `${desk.path}/jobs/${encodeURIComponent(id)}`
      expect((await desk.acting.ask(`${path}/flow`)).status).toBe(404)
      expect((await desk.acting.ask<JobLogs>(`${path}/logs`)).body).toEqual({ total: 0, lines: [] })
      const copy = await desk.acting.post(`${desk.path}/actions`, { action: 'duplicate', id })
      expect([id, copy.status]).toEqual([id, 404])
    }
    for (const action of ['retry', 'promote', 'remove']) {
      const outcomes = await desk.outcomes(action, [...BAD, '\ud800'])
      expect(outcomes.map(({ id, ok }) => [id, ok])).toEqual([...BAD, '\ud800'].map((id) => [id, false]))
      for (const { reason } of outcomes) expect(reason).toMatch(/is no job|is gone|is no id/)
    }
    expect(await contentsOf(bull.client)).toEqual(before)
    const outcomes = await desk.outcomes('remove', ['meta', GOOD, 'id', 'held:lock', 'x'.repeat(3_000)])
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true, false, false, false])
    expect(await desk.job(GOOD)).toBe(404)
    expect(await bull.client.hget('bull:mail:meta', 'concurrency')).toBe('3')
    expect(await bull.client.hget('bull:mail:meta', 'paused')).not.toBeNull()
  })

  it('ids in its lists that lead to other keys hide no job and no count, and are not followed', async () => {
    const bad = ['meta', 'id', 'repeat:nightly', 'held:lock', 'held:logs', 'p:processed']
    const list = version === '5' ? 'bull:mail:paused' : 'bull:mail:wait'
    await bull.client.rpush(list, ...bad)
    await bull.client.zadd('bull:mail:failed', 1, 'meta', 2, 'id')
    for (const commands of [[], ['-eval', '-evalsha']]) {
      await bull.client.call('acl', 'setuser', 'limited', 'on', 'nopass', '~*', '&*', '+@all', ...commands)
      const connection = `redis://limited:any@127.0.0.1:${bull.redis.port}`
      const desk = await deskOf(bull.source({ connection, bullmq: bullmqOf(version), queues: ['mail'] }))
      const { body } = await desk.acting.ask<JobListing>(`${desk.path}/jobs?state=waiting&order=oldest`)
      expect(body.jobs.map(({ id }) => id)).toContain(GOOD)
      expect(body).toMatchObject({ missing: bad.length, total: body.jobs.length + bad.length })
      const failed = await desk.acting.ask<JobListing>(`${desk.path}/jobs?state=failed`)
      expect(failed.body).toMatchObject({ total: 2, missing: 2, jobs: [] })
      const { view } = (await desk.acting.ask<{ view: QueueView }>(desk.path)).body
      expect(view).toMatchObject({ error: null, metrics: { failed: 2 } })
      if (commands.length > 0) continue
      const outcomes = await desk.outcomes('remove', bad)
      expect(outcomes.map(({ ok }) => ok)).toEqual(bad.map(() => false))
      expect(await bull.client.exists(...bad.map((id) => `bull:mail:${id}`))).toBe(bad.length)
    }
  })

  it('a job that no list holds is stuck, with what can be done about it', async () => {
    const bench = bull.bench(version)
    await bull.client.lrem(version === '5' ? 'bull:mail:paused' : 'bull:mail:wait', 0, GOOD)
    expect(await bench.queue('mail').getJobState(GOOD)).toBe('unknown')
    const desk = await deskOf(bull.source({ bullmq: bullmqOf(version), queues: ['mail'] }))
    const path = `${desk.path}/jobs/${encodeURIComponent(GOOD)}`
    const { body } = await desk.acting.ask<JobView>(path)
    expect(body).toMatchObject({ id: GOOD, state: 'stuck', name: 'good' })
    expect(body.remedy).toMatch(/no worker takes it.*Duplicate it.*remove/i)
    expect((await desk.acting.ask(`${path}/flow`)).body).toMatchObject({ state: 'stuck' })
    for (const action of ['retry', 'promote']) {
      const [outcome] = await desk.outcomes(action, [GOOD])
      expect(outcome).toMatchObject({ ok: false, reason: expect.stringMatching(/is stuck.*[Dd]uplicate/) })
    }
    const copied = await desk.acting.post<{ job: { id: string } }>(`${desk.path}/actions`, {
      action: 'duplicate',
      id: GOOD,
    })
    expect(await bench.queue('mail').getJobState(copied.body.job.id)).toMatch(/waiting|paused/)
    const copy = await desk.acting.ask<JobView>(`${desk.path}/jobs/${copied.body.job.id}`)
    expect(copy.body).toMatchObject({ state: 'waiting', remedy: null, data: { text: '{"to":"ada"}' } })
    expect(await desk.outcomes('remove', [GOOD])).toEqual([{ id: GOOD, ok: true, reason: null }])
    expect(await desk.job(GOOD)).toBe(404)
  })
})

describe('with BullMQ 5.12, whose ids and queues of flows may have colons', () => {
  const packaged = bullmqOf('512')

  it('a job is that of its own queue, also where another one’s name and its id make the same key', async () => {
    const bench = bull.bench('512')
    const flows = new packaged.FlowProducer({ connection: { host: '127.0.0.1', port: bull.redis.port } })
    await flows.add({ name: 'other', queueName: 'shop:mail', data: { secret: 1 }, opts: { jobId: 'x7' } })
    await flows.close()
    await bench.queue('shop').add('own', {}, { jobId: 'mail:x8' })
    const desk = await deskOf(bull.source({ bullmq: packaged, queues: ['shop'] }), 'shop')
    expect([await desk.job('mail:x7'), await desk.job('mail:x8')]).toEqual([404, 200])
    const before = await contentsOf(bull.client)
    expect((await desk.outcomes('remove', ['mail:x7', 'mail:id', 'mail:meta'])).some(({ ok }) => ok)).toBe(false)
    expect(await contentsOf(bull.client)).toEqual(before)
    expect((await desk.outcomes('remove', ['mail:x8']))[0]?.ok).toBe(true)
  })

  it('what is no job is neither shown nor touched, and a job that no list holds is stuck', async () => {
    const queue = bull.bench('512').queue('mail')
    await queue.add('good', {}, { jobId: GOOD })
    const repeating: object = { repeat: { every: 86_400_000, key: 'nightly' } }
    await queue.add('report', {}, repeating)
    await queue.pause()
    const desk = await deskOf(bull.source({ bullmq: packaged, queues: ['mail'] }))
    const before = await contentsOf(bull.client)
    const bad = ['meta', 'id', 'paused', 'repeat', 'repeat:nightly', 'events', 'gone']
    for (const action of ['retry', 'promote', 'remove'])
      expect((await desk.outcomes(action, bad)).map(({ ok }) => ok)).toEqual(bad.map(() => false))
    expect(await contentsOf(bull.client)).toEqual(before)
    await bull.client.lrem('bull:mail:paused', 0, GOOD)
    const { body } = await desk.acting.ask<JobView>(`${desk.path}/jobs/${encodeURIComponent(GOOD)}`)
    expect(body).toMatchObject({ state: 'stuck', remedy: expect.stringContaining('Duplicate') })
  })
})

describe('with Bull, whose names and ids may have colons', () => {
  const source = (queues?: string[]) => bullQueues({ redis: bull.redis.url, ...(queues && { queues }) })

  async function withBull(use: (bench: BullBench) => Promise<void>): Promise<void> {
    const bench = new BullBench({ host: '127.0.0.1', port: bull.redis.port })
    await use(bench).finally(() => bench.end())
  }

  it('what is no job of the queue is neither shown nor touched', () =>
    withBull(async (bench) => {
      const queue = bench.queue('mail')
      await queue.add('good', {}, { jobId: GOOD })
      const held = await bench.take('mail')
      await held.log('one')
      await queue.add('good', {}, { jobId: `${GOOD}:2` })
      await queue.pause()
      const desk = await deskOf(source(['mail']))
      const before = await contentsOf(bull.client)
      const bad = ['meta', 'meta-paused', 'id', 'active', 'paused', `${GOOD}:lock`, `${GOOD}:logs`, 'gone', '']
      for (const id of bad.slice(0, -1)) expect([id, await desk.job(id)]).toEqual([id, 404])
      for (const action of ['retry', 'promote', 'remove'])
        expect((await desk.outcomes(action, bad)).map(({ ok }) => ok)).toEqual(bad.map(() => false))
      expect(await contentsOf(bull.client)).toEqual(before)
      expect((await desk.outcomes('remove', ['id', `${GOOD}:2`])).map(({ ok }) => ok)).toEqual([false, true])
      await bull.client.rpush('bull:mail:paused', 'id', 'meta-paused', `${GOOD}:lock`)
      const listing = await desk.acting.ask<JobListing>(`${desk.path}/jobs?state=waiting`)
      expect(listing.body).toEqual({ total: 3, missing: 3, jobs: [] })
      expect((await desk.acting.ask<{ view: QueueView }>(desk.path)).body.view.error).toBeNull()
    }))

  it('a job is that of its own queue, also where another one’s name and its id make the same key', () =>
    withBull(async (bench) => {
      await bench.queue('shop:mail').add('other', { secret: 1 }, { jobId: '7' })
      await bench.queue('shop').add('own', {}, { jobId: 'mail:8' })
      await bench.queue('shop').add('own', {}, { jobId: 'mail:9' })
      await bull.client.lrem('bull:shop:wait', 0, 'mail:9')
      const desk = await deskOf(source(['shop', 'shop:mail']), 'shop')
      expect(await desk.job('mail:7')).toBe(404)
      expect((await desk.outcomes('remove', ['mail:7', 'mail:8'])).map(({ ok }) => ok)).toEqual([false, true])
      const other = await deskOf(source(['shop:mail']), 'shop:mail')
      expect(await other.job('7')).toBe(200)
    }))

  it('removing one does not take another whose id ends as its keys do', () =>
    withBull(async (bench) => {
      for (const jobId of ['order', 'order:logs', 'order:failed', 'order:lock2'])
        await bench.queue('mail').add('send', {}, { jobId })
      const desk = await deskOf(source(['mail']))
      const { body } = await desk.acting.ask<JobView>(`${desk.path}/jobs/order`)
      expect(body).toMatchObject({ state: 'waiting', children: null })
      expect((await desk.acting.ask<JobLogs>(`${desk.path}/jobs/order/logs`)).body).toEqual({ total: 0, lines: [] })
      const [outcome] = await desk.outcomes('remove', ['order'])
      expect(outcome?.reason).toContain('order:failed')
      expect(await desk.job('order:logs')).toBe(200)
      const others = ['order:logs', 'order:failed', 'order']
      expect((await desk.outcomes('remove', others)).map(({ ok }) => ok)).toEqual([true, true, false])
      expect((await desk.outcomes('remove', ['order']))[0]?.ok).toBe(true)
    }))

  it('a job that no list holds is stuck', () =>
    withBull(async (bench) => {
      await bench.queue('mail').add('send', {}, { jobId: 'lost' })
      await bull.client.lrem('bull:mail:wait', 0, 'lost')
      const desk = await deskOf(source(['mail']))
      const { body } = await desk.acting.ask<JobView>(`${desk.path}/jobs/lost`)
      expect(body).toMatchObject({ state: 'stuck', remedy: expect.stringContaining('Duplicate') })
      expect((await desk.outcomes('retry', ['lost']))[0]?.reason).toMatch(/is stuck/)
      expect((await desk.outcomes('remove', ['lost']))[0]?.ok).toBe(true)
    }))

  it('a job may be called as the queue’s settings are, and goes unless they are in its hash', () =>
    withBull(async (bench) => {
      const queue = bench.queue('mail')
      await queue.add('send', {}, { jobId: 'meta' })
      const desk = await deskOf(source(['mail']))
      expect(await desk.job('meta')).toBe(200)
      await queue.pause()
      expect((await desk.outcomes('remove', ['meta']))[0]?.ok).toBe(false)
      expect(await bull.client.hget('bull:mail:meta', 'paused')).not.toBeNull()
      await queue.resume()
      expect(await desk.outcomes('remove', ['meta'])).toEqual([{ id: 'meta', ok: true, reason: null }])
    }))
})
