import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { BulkOperation, BulkResult, JobSelection } from '../../../../src/api/bulk.js'
import type { Listing } from '../../../../src/api/part.js'
import type { QueueSource, Store } from '../../../../src/ports/index.js'
import { type BullmqQueuesOptions, bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../../src/queues/gravito-stream/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { redisStore } from '../../../../src/stores/redis/index.js'
import { frameworkOn, serialized } from '../../../queues/gravito-stream/framework.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { startRedisCluster } from '../../../support/redis-cluster.js'
import { type ActingZenith, actingZenith, type Problem, trailOf } from '../../support/acting.js'
import { failJobs, openQueue, rowOf } from '../../support/bullmq.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

function sourceOf(options: BullmqQueuesOptions = {}): QueueSource {
  const source = bullmqQueues({ connection: redis.url, ...options })
  onTestFinished(() => source.close())
  return source
}

const ALL: Omit<JobSelection, 'queues'> = { state: 'failed', ids: null, name: null, fingerprint: null, text: null }

/** Waits for an operation to come to one of some phases. */
function reached(acting: ActingZenith, id: string, ...phases: string[]): Promise<BulkOperation> {
  return vi.waitFor(
    async () => {
      const { body } = await acting.ask<BulkOperation>(`/api/bulk/${id}`)
      expect(phases).toContain(body.phase)
      return body
    },
    { timeout: 25_000, interval: 20 },
  )
}

/** A dry run that has ended. */
async function counted(
  acting: ActingZenith,
  selection: Partial<JobSelection>,
  action = 'retry',
): Promise<BulkOperation> {
  const { status, body } = await acting.post<BulkOperation>('/api/bulk', {
    action,
    selection: { ...ALL, ...selection },
  })
  expect({ status, body }).toMatchObject({ status: 201 })
  return reached(acting, body.id, 'ready', 'failed')
}

async function resultsOf(acting: ActingZenith, id: string, query = ''): Promise<Listing<BulkResult>> {
  return (await acting.ask<Listing<BulkResult>>(`/api/bulk/${id}/results${query}`)).body
}

describe('a dry run', () => {
  it('counts what matches and changes nothing', async () => {
    const queue = openQueue(redis, 'dry')
    await failJobs(redis, queue, [
      ...rowOf(3, 'dry', 'no connection to 10.0.0.7'),
      { id: 'other', name: 'archive', message: 'Disk full' },
    ])
    const store = memoryStore()
    const acting = actingZenith({ store, queues: [sourceOf({ queues: ['dry'] })] })
    const key = await acting.keyOf('dry')

    const all = await counted(acting, { queues: [key] })
    expect(all).toMatchObject({
      phase: 'ready',
      looked: 4,
      eligible: 4,
      notEligible: [],
      succeeded: 0,
      isPartial: false,
    })
    expect(await counted(acting, { queues: [key], name: 'archive' })).toMatchObject({ looked: 4, eligible: 1 })
    expect(await counted(acting, { queues: [key], text: 'DISK' })).toMatchObject({ eligible: 1 })
    expect(await counted(acting, { queues: [key], text: 'dry-2' })).toMatchObject({ eligible: 1 })
    expect((await resultsOf(acting, all.id)).total).toBe(0)
    expect(await queue.getFailedCount()).toBe(4)
    expect(await trailOf(store)).toEqual([])
  })

  it('says of jobs that match why nothing can be done with them', async () => {
    const queue = openQueue(redis, 'why')
    await failJobs(redis, queue, rowOf(2, 'why'))
    await queue.add('later', {}, { jobId: 'later', delay: 1_000_000 })
    const acting = actingZenith({ queues: [sourceOf({ queues: ['why'] })], store: memoryStore() })
    const key = await acting.keyOf('why')

    expect(await counted(acting, { queues: [key], state: 'delayed' })).toMatchObject({
      eligible: 0,
      notEligible: [{ reason: 'A job that is delayed can’t be retried.', count: 1 }],
    })
    const chosen = await counted(acting, { queues: [key], ids: ['why-0', 'nobody', 'later', 'why-0'] })
    expect(chosen).toMatchObject({ looked: 3, eligible: 1 })
    expect(chosen.notEligible).toEqual([
      { reason: 'The job is gone.', count: 1 },
      { reason: 'The job is in another state now.', count: 1 },
    ])
  })

  it('counts in a read-only queue, and finds nothing that it may change', async () => {
    const queue = openQueue(redis, 'locked')
    await failJobs(redis, queue, rowOf(2, 'locked'))
    const acting = actingZenith({
      queues: [sourceOf({ queues: ['locked'] })],
      store: memoryStore(),
      readOnly: ['lock*'],
    })
    const operation = await counted(acting, { queues: [await acting.keyOf('locked')] })
    expect(operation).toMatchObject({ looked: 2, eligible: 0, notEligible: [{ count: 2 }] })
    expect(operation.notEligible[0]?.reason).toContain('read-only')
  })

  it('takes the jobs as they were when it began', async () => {
    const queue = openQueue(redis, 'frozen')
    await failJobs(redis, queue, rowOf(3, 'old'))
    const source = sourceOf({ queues: ['frozen'] })
    const late: QueueSource = {
      ...source,
      async scan(name, query) {
        await failJobs(redis, queue, rowOf(2, 'new'))
        return source.scan?.(name, query) ?? { jobs: [], cursor: null }
      },
    }
    const acting = actingZenith({ queues: [late], store: memoryStore() })
    const operation = await counted(acting, { queues: [await acting.keyOf('frozen')] })
    expect(operation).toMatchObject({ looked: 3, eligible: 3 })
    await acting.post(`/api/bulk/${operation.id}/start`, {})
    await reached(acting, operation.id, 'done')
    expect((await queue.getFailed()).map(({ id }) => id).sort()).toEqual(['new-0', 'new-1'])
  })

  it('says why it did not look at jobs that are there', async () => {
    const queue = openQueue(redis, 'ahead')
    await failJobs(redis, queue, rowOf(5, 'ahead'))
    const client = redis.client()
    const acting = actingZenith({ queues: [sourceOf({ queues: ['ahead'] })], store: memoryStore() })
    const queues = [await acting.keyOf('ahead')]
    expect(await counted(acting, { queues })).toMatchObject({ looked: 5, total: 5, eligible: 5, notEligible: [] })

    // By the clock of its worker they fail in an hour.
    const later = Date.now() + 3_600_000
    for (let index = 0; index < 5; index++) {
      await client.zadd('bull:ahead:failed', later + index, `ahead-${index}`)
      await client.hset(`bull:ahead:ahead-${index}`, 'finishedOn', later + index)
    }
    const none = await counted(acting, { queues })
    expect(none).toMatchObject({ looked: 0, total: 5, eligible: 0, notEligible: [{ count: 5 }] })
    expect(none.notEligible[0]?.reason).toMatch(/the clock of its worker is (59|60) min ahead/)

    for (let index = 0; index < 5; index++) await client.zadd('bull:ahead:failed', 1_000 + index, `ahead-${index}`)
    for (let index = 0; index < 4; index++) await client.del(`bull:ahead:ahead-${index}`)
    await client.hset('bull:ahead:ahead-4', 'finishedOn', 1_004)
    expect(await counted(acting, { queues })).toMatchObject({
      ...{ looked: 1, total: 5, eligible: 1 },
      notEligible: [{ reason: 'Its id is listed, and the job itself is gone.', count: 4 }],
    })
  })

  it('goes by the store’s clock, for that of its Zenith may be off', async () => {
    const queue = openQueue(redis, 'behind')
    await failJobs(redis, queue, rowOf(5, 'behind'))
    const acting = actingZenith({ queues: [sourceOf({ queues: ['behind'] })], store: redisStore({ redis: redis.url }) })
    const queues = [await acting.keyOf('behind')]
    const now = Date.now
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000)
    onTestFinished(() => clock.mockRestore())
    expect(await counted(acting, { queues })).toMatchObject({ looked: 5, eligible: 5, notEligible: [] })
  })

  it('is refused with the field that makes no sense', async () => {
    const acting = actingZenith({ queues: [sourceOf({ queues: ['a'] })], store: memoryStore() })
    const ask = async (body: unknown) => {
      const { status, body: answer } = await acting.post<Problem>('/api/bulk', body)
      return `${status} ${answer.error.message}`
    }
    const selection = { ...ALL, queues: ['x'] }
    expect(await ask({ action: 'explode', selection })).toContain('400 `action` takes `retry`')
    expect(await ask({ action: 'retry', selection: { ...selection, state: 'lost' } })).toContain(
      '`selection.state` takes',
    )
    expect(await ask({ action: 'retry', selection: { ...selection, queues: ['x', 'y'], ids: ['1'] } })).toContain(
      '`selection.ids` takes jobs of one queue',
    )
    expect(await ask({ action: 'retry', selection })).toContain('404')
  })
})

describe('a bulk operation', () => {
  it('retries 10,000 jobs, keeps their priority, and is in the audit trail', async () => {
    const queue = openQueue(redis, 'many')
    const jobs = rowOf(10_000, 'many').map((job, index) => (index % 1_000 === 0 ? { ...job, priority: 7 } : job))
    await failJobs(redis, queue, jobs)
    const store = memoryStore()
    const acting = actingZenith({ store, queues: [sourceOf({ queues: ['many'] })] })
    const key = await acting.keyOf('many')
    const { id, eligible } = await counted(acting, { queues: [key] })
    expect(eligible).toBe(10_000)

    // Two of them moved on since they were counted.
    await (await queue.getJob('many-1'))?.retry()
    await queue.remove('many-2')
    const started = await acting.post<BulkOperation>(`/api/bulk/${id}/start`, {})
    expect(started).toMatchObject({ status: 200, body: { phase: 'running' } })
    expect((await trailOf(store)).map(({ step }) => step)).toEqual(['intent'])

    const done = await reached(acting, id, 'done')
    expect(done).toMatchObject({ succeeded: 9_998, error: null })
    expect(done.skipped.map(({ count }) => count)).toEqual([1, 1])
    expect(await queue.getFailedCount()).toBe(0)
    expect((await queue.getPrioritized()).map(({ priority }) => priority)).toEqual(Array(10).fill(7))

    const skipped = await resultsOf(acting, id, '?ok=false')
    expect(skipped.items.map((item) => item.id).sort()).toEqual(['many-1', 'many-2'])
    expect(skipped.items.every(({ reason }) => reason !== null)).toBe(true)
    const part = await resultsOf(acting, id, '?ok=true&limit=2&offset=9997')
    expect(part).toMatchObject({ total: 9_998, items: [{ queue: key, ok: true, reason: null }] })

    await vi.waitFor(async () => expect(await trailOf(store)).toHaveLength(2))
    const [intent, result] = await trailOf(store)
    expect(intent).toMatchObject({ action: 'bulk retry', queueName: 'many', target: 'all 10000 failed jobs of many' })
    expect(result).toMatchObject({ operation: id, step: 'result', ok: false })
    expect(result?.detail).toMatch(/^9998 done, 2 skipped: /)
  })

  it('can be cancelled: what is done stays done, and the rest is said not to be', async () => {
    const queue = openQueue(redis, 'stopped')
    await failJobs(redis, queue, rowOf(3_000, 'stopped'))
    const store = memoryStore()
    const source = sourceOf({ queues: ['stopped'] })
    const acting = actingZenith({ store, queues: [slowly(source)] })
    const { id } = await counted(acting, { queues: [await acting.keyOf('stopped')] })
    await acting.post(`/api/bulk/${id}/start`, {})
    await vi.waitFor(async () => {
      expect((await acting.ask<BulkOperation>(`/api/bulk/${id}`)).body.succeeded).toBeGreaterThan(0)
    })
    const { body } = await acting.post<BulkOperation>(`/api/bulk/${id}/cancel`, {})
    expect(body.phase).toBe('cancelled')
    const rest = 3_000 - body.succeeded
    expect(rest).toBeGreaterThan(0)
    expect(body.skipped).toEqual([{ reason: 'Not done: cancelled.', count: rest }])
    expect(await queue.getFailedCount()).toBe(rest)
    expect((await resultsOf(acting, id, '?ok=false')).total).toBe(rest)

    await vi.waitFor(async () => expect(await trailOf(store)).toHaveLength(4))
    const trail = (await trailOf(store)).map(({ action, step, ok }) => [action, step, ok])
    expect(trail).toContainEqual(['bulk retry cancel', 'intent', null])
    expect(trail).toContainEqual(['bulk retry cancel', 'result', true])
    expect(trail).toContainEqual(['bulk retry', 'result', false])
    const ended = (await trailOf(store)).find(({ operation, step }) => operation === id && step === 'result')
    expect(ended?.detail).toBe(`${body.succeeded} done, ${rest} not done: cancelled.`)
    expect((await acting.post<Problem>(`/api/bulk/${id}/cancel`, {})).body.error.message).toBe(
      'This operation has ended.',
    )
  })

  it('is resumed with what was done, although the store did not know of it yet', async () => {
    const queue = openQueue(redis, 'full')
    await failJobs(redis, queue, rowOf(500, 'full'))
    const memory = memoryStore()
    let fills = true
    let isFull = false
    const unlessFull =
      <A extends unknown[], T>(write: (...args: A) => Promise<T>) =>
      (...args: A): Promise<T> =>
        isFull ? Promise.reject(new Error('OOM: no memory')) : write(...args)
    const store: Store = {
      ...memory,
      putDocument: unlessFull(memory.putDocument),
      acquireLease: unlessFull(memory.acquireLease),
      appendAudit: unlessFull(memory.appendAudit),
    }
    const source = sourceOf({ queues: ['full'] })
    const filling: QueueSource = {
      ...source,
      async remove(name, ids) {
        const outcomes = (await source.remove?.(name, ids)) ?? []
        isFull = fills && (await queue.getFailedCount()) < 400
        return outcomes
      },
    }
    const acting = actingZenith({ store, queues: [filling] })
    const { id } = await counted(acting, { queues: [await acting.keyOf('full')] }, 'remove')
    await acting.post(`/api/bulk/${id}/start`, {})
    const left = await reached(acting, id, 'interrupted')
    expect(left).toMatchObject({ succeeded: 500 - (await queue.getFailedCount()), unknown: 0 })
    expect((await acting.post(`/api/bulk/${id}/resume`, {})).status).toBe(503)
    fills = isFull = false
    expect((await acting.post(`/api/bulk/${id}/resume`, {})).status).toBe(200)
    expect(await reached(acting, id, 'done')).toMatchObject({ succeeded: 500, unknown: 0, skipped: [] })
  })

  it('fails with words when the queue’s system goes away, and knows what was done', async () => {
    const own = await startRedis()
    onTestFinished(() => own.stop())
    const queue = openQueue(own, 'dying')
    await failJobs(own, queue, rowOf(2_000, 'dying'))
    const source = bullmqQueues({ connection: own.url, queues: ['dying'] })
    onTestFinished(() => source.close())
    const store = memoryStore()
    const acting = actingZenith({ store, queues: [slowly(source)] })
    const { id } = await counted(acting, { queues: [await acting.keyOf('dying')] })
    await acting.post(`/api/bulk/${id}/start`, {})
    await vi.waitFor(async () => {
      expect((await acting.ask<BulkOperation>(`/api/bulk/${id}`)).body.succeeded).toBeGreaterThan(0)
    })
    await own.kill()
    const failed = await reached(acting, id, 'failed')
    expect(failed.error).toMatch(/ECONNREFUSED|connection|answer|lost/i)
    const skipped = failed.skipped.reduce((sum, { count }) => sum + count, 0)
    expect(failed.succeeded + skipped).toBe(2_000)
    const reasons = failed.skipped.map(({ reason }) => reason)
    expect(reasons).toContain('It is not known whether this was done.')
    expect(reasons).toContain('Not done: the operation failed before.')
    await vi.waitFor(async () => expect((await trailOf(store)).at(-1)).toMatchObject({ step: 'result', ok: false }))
  })

  it('counts as unknown what its system did not answer', async () => {
    const queue = openQueue(redis, 'mute')
    await failJobs(redis, queue, rowOf(10, 'mute'))
    const source = sourceOf({ queues: ['mute'] })
    const mute: QueueSource = {
      ...source,
      async retry(name, ids) {
        const outcomes = (await source.retry?.(name, ids)) ?? []
        const lost = { ok: false, reason: 'ETIMEDOUT: whether it was done is not known', isUnknown: true } as const
        return outcomes.map((outcome, index) => (index < 4 ? { id: outcome.id, ...lost } : outcome))
      },
    }
    const store = memoryStore()
    const acting = actingZenith({ store, queues: [mute] })
    const { id } = await counted(acting, { queues: [await acting.keyOf('mute')] })
    await acting.post(`/api/bulk/${id}/start`, {})
    expect(await reached(acting, id, 'done')).toMatchObject({
      ...{ succeeded: 6, unknown: 4 },
      skipped: [{ reason: 'It is not known whether this was done.', count: 4 }],
    })
    await vi.waitFor(async () => {
      expect((await trailOf(store)).at(-1)).toMatchObject({ ok: false, detail: '6 done, 4 of which it is not known' })
    })
  })

  it('acts on queues of several systems at once', async () => {
    const queue = openQueue(redis, 'bull')
    await failJobs(redis, queue, rowOf(20, 'b', 'Timeout'))
    const client = redis.client()
    const framework = frameworkOn(client)
    for (let number = 0; number < 300; number++) {
      await framework.fail(
        'stream',
        serialized({ id: `s-${number}`, name: 'send', data: {} }, { attempts: 3 }),
        'Timeout',
      )
    }
    const stream = gravitoStreamQueues({ redis: redis.url, queues: ['stream'] })
    onTestFinished(() => stream.close())
    const store = memoryStore()
    const acting = actingZenith({ store, queues: [sourceOf({ queues: ['bull'] }), stream] })
    const queues = [await acting.keyOf('bull'), await acting.keyOf('stream')]
    const { id } = await counted(acting, { queues, name: 'send' })
    await client.lpop('queue:stream:failed')
    await acting.post(`/api/bulk/${id}/start`, {})
    const done = await reached(acting, id, 'done')
    expect(done).toMatchObject({ eligible: 320, succeeded: 319, skipped: [{ count: 1 }] })
    expect([await queue.getFailedCount(), await client.llen('queue:stream:failed')]).toEqual([0, 0])
    expect(await client.llen('queue:stream')).toBe(299)
    expect((await trailOf(store))[0]).toMatchObject({
      queue: null,
      target: 'all 320 failed jobs of bull, stream, named "send"',
    })
  })

  it('runs once in a queue at a time, and only when it is ready', async () => {
    const queue = openQueue(redis, 'busy')
    await failJobs(redis, queue, rowOf(500, 'busy'))
    const acting = actingZenith({ store: memoryStore(), queues: [slowly(sourceOf({ queues: ['busy'] }))] })
    const selection = { queues: [await acting.keyOf('busy')] }
    const first = await counted(acting, selection)
    const second = await counted(acting, selection)
    await acting.post(`/api/bulk/${first.id}/start`, {})
    const again = await acting.post<Problem>(`/api/bulk/${first.id}/start`, {})
    expect(again).toMatchObject({ status: 409, body: { error: { message: 'This operation is running already.' } } })
    const refused = await acting.post<Problem>(`/api/bulk/${second.id}/start`, {})
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'not_possible' } } })
    expect(refused.body.error.message).toContain('Another operation is running in busy')
    await acting.post(`/api/bulk/${first.id}/cancel`, {})
    expect((await acting.post(`/api/bulk/${second.id}/start`, {})).status).toBe(200)
    await reached(acting, second.id, 'done')
  })

  it('does nothing when the audit trail can’t be written', async () => {
    const queue = openQueue(redis, 'unaudited')
    await failJobs(redis, queue, rowOf(2, 'unaudited'))
    const store = memoryStore()
    const acting = actingZenith({ store, queues: [sourceOf({ queues: ['unaudited'] })] })
    const { id } = await counted(acting, { queues: [await acting.keyOf('unaudited')] })
    const { appendAudit } = store
    store.appendAudit = () => Promise.reject(new Error('full'))
    const refused = await acting.post<Problem>(`/api/bulk/${id}/start`, {})
    store.appendAudit = appendAudit
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'audit_unavailable' } } })
    expect(await queue.getFailedCount()).toBe(2)
    expect((await acting.ask<BulkOperation>(`/api/bulk/${id}`)).body.phase).toBe('ready')
    expect((await acting.post(`/api/bulk/${id}/start`, {})).status).toBe(200)
    await reached(acting, id, 'done')
  })

  it('takes the role of its action, to create and to start', async () => {
    const queue = openQueue(redis, 'roles')
    await failJobs(redis, queue, rowOf(2, 'roles'))
    let role: 'viewer' | 'operator' | 'admin' = 'admin'
    const acting = actingZenith({ store: memoryStore(), queues: [sourceOf({ queues: ['roles'] })], auth: () => role })
    const asked = async (as: typeof role, path: string, body: unknown) => {
      role = as
      const { token } = (await acting.ask<{ token: string }>('/api/session')).body
      const headers = { 'content-type': 'application/json', 'x-zenith-token': token }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      return (await acting.zenith.fetch(new Request(`http://localhost${path}`, init))).status
    }
    const selection = { ...ALL, queues: [await acting.keyOf('roles')] }
    expect(await asked('viewer', '/api/bulk', { action: 'retry', selection })).toBe(403)
    expect(await asked('operator', '/api/bulk', { action: 'remove', selection })).toBe(403)
    expect(await asked('operator', '/api/bulk', { action: 'retry', selection })).toBe(201)
    expect(await asked('admin', '/api/bulk', { action: 'remove', selection })).toBe(201)
    const list = (await acting.ask<Listing<BulkOperation>>('/api/bulk')).body.items
    const removal = list.find(({ action }) => action === 'remove')?.id ?? ''
    await reached(acting, removal, 'ready')
    expect(await asked('operator', `/api/bulk/${removal}/start`, {})).toBe(403)
    expect(await asked('operator', `/api/bulk/${removal}/cancel`, {})).toBe(403)
    expect(await asked('admin', `/api/bulk/${removal}/start`, {})).toBe(200)
    await reached(acting, removal, 'done')
    expect(await queue.getFailedCount()).toBe(0)
  })
})

describe('bulk operations of several Zeniths', () => {
  it('are shown to each other, and as interrupted when the Zenith that ran them has ended', async () => {
    const queue = openQueue(redis, 'shared')
    await failJobs(redis, queue, rowOf(1_000, 'shared'))
    const store = memoryStore()
    const one = actingZenith({ store, queues: [slowly(sourceOf({ queues: ['shared'] }))] })
    const { id } = await counted(one, { queues: [await one.keyOf('shared')] })
    await one.post(`/api/bulk/${id}/start`, {})

    const two = actingZenith({ store, queues: [sourceOf({ queues: ['shared'] })] })
    const mine = await counted(two, { queues: [await two.keyOf('shared')] })
    expect((await two.ask<BulkOperation>(`/api/bulk/${id}`)).body).toMatchObject({ phase: 'running', eligible: 1_000 })
    expect((await two.post<Problem>(`/api/bulk/${mine.id}/start`, {})).body.error.message).toContain(
      'Another operation',
    )
    expect((await two.ask(`/api/bulk/${id}/results`)).status).toBe(200)

    await one.zenith.close()
    const { body } = await two.ask<Listing<BulkOperation>>('/api/bulk')
    expect(body.items.map((item) => [item.id, item.phase])).toEqual([
      [mine.id, 'ready'],
      [id, 'interrupted'],
    ])
    const left = body.items[1]
    expect((left?.succeeded ?? 0) + (left?.skipped[0]?.count ?? 0)).toBe(1_000)
    expect(await queue.getFailedCount()).toBe(1_000 - (left?.succeeded ?? 0))
    expect((await trailOf(store)).at(-1)).toMatchObject({ operation: id, step: 'result', ok: false })
    expect(left?.resumable).toBe(true)
    expect((await two.post(`/api/bulk/${id}/resume`, {})).status).toBe(200)
    expect(await reached(two, id, 'done')).toMatchObject({ succeeded: 1_000, skipped: [] })
    expect((await two.post(`/api/bulk/${mine.id}/start`, {})).status).toBe(200)
    await reached(two, mine.id, 'done')
  })

  it('are taken up by another Zenith when the one that ran them was ended', async () => {
    const queue = openQueue(redis, 'taken')
    await failJobs(redis, queue, rowOf(1_000, 'taken'))
    const cluster = await startRedisCluster()
    onTestFinished(() => cluster.stop())
    const [one, two] = [0, 1].map(() => {
      // On a Cluster each key may be on another node.
      const store = redisStore({ redis: cluster.client() })
      return actingZenith({ store, queues: [slowly(sourceOf({ queues: ['taken'] }))] })
    }) as [ActingZenith, ActingZenith]
    const { id } = await counted(one, { queues: [await one.keyOf('taken')] })
    await two.keyOf('taken')
    await one.post(`/api/bulk/${id}/start`, {})
    await vi.waitFor(async () => {
      expect((await one.ask<BulkOperation>(`/api/bulk/${id}`)).body.succeeded).toBeGreaterThan(0)
    })
    await one.zenith.close()
    const left = (await two.ask<BulkOperation>(`/api/bulk/${id}`)).body
    expect(left).toMatchObject({ phase: 'interrupted', unknown: 0, resumable: true })
    const done = (await resultsOf(two, id, '?ok=true')).total
    expect(done).toBe(left.succeeded)
    expect((await two.post(`/api/bulk/${id}/resume`, {})).status).toBe(200)
    expect((await two.post(`/api/bulk/${id}/resume`, {})).status).toBe(409)
    expect(await reached(two, id, 'done')).toMatchObject({ succeeded: 1_000, skipped: [], unknown: 0 })
    expect((await resultsOf(two, id, '?ok=true')).total).toBe(1_000)
    expect(await queue.getWaitingCount()).toBe(1_000)
  })

  it('are interrupted when a Zenith ended without a word', async () => {
    const store = memoryStore()
    const selection = { ...ALL, queues: ['bullmq:1:gone'] }
    const operation = { id: 'lost', action: 'retry', selection, phase: 'running', asOf: 1, startedAt: 1, succeeded: 41 }
    const document = (at: number) => JSON.stringify({ zenith: 'of yesterday', at, operation })
    await store.putDocument('bulk', 'lost', document(Date.now()))
    const acting = actingZenith({ store })
    expect((await acting.ask<BulkOperation>('/api/bulk/lost')).body).toMatchObject({ phase: 'running' })
    await store.putDocument('bulk', 'lost', document(Date.now() - 60_000))
    const { body } = await acting.ask<BulkOperation>('/api/bulk/lost')
    // What an older Zenith did not write is there, so that a page finds it.
    expect(body).toMatchObject({ phase: 'interrupted', succeeded: 41, skipped: [], notEligible: [], isPartial: false })
    const halfway = { ...operation, id: 'half', eligible: 5_000, succeeded: 0 }
    await store.putDocument('bulk', 'half', JSON.stringify({ zenith: 'older', at: 1, operation: halfway }))
    // What an older Zenith did not tell is not known: it may have done all of it.
    expect((await acting.ask<BulkOperation>('/api/bulk/half')).body).toMatchObject({
      ...{ phase: 'interrupted', succeeded: 0, unknown: 5_000, resumable: false },
      skipped: [{ reason: 'It is not known whether this was done.', count: 5_000 }],
    })
    expect((await acting.post('/api/bulk/half/resume', {})).status).toBe(409)
    await store.deleteDocument('bulk', 'half')
    const listed = JSON.stringify({ zenith: 'x', at: 1, operation: halfway, going: 1, blocks: 1e15 })
    await store.putDocument('bulk', 'half', listed)
    await store.putDocument('bulk:half', 'jobs-0', '{"queue":"x","ids":[1,null],"marks":7}')
    const refused = await acting.post<Problem>('/api/bulk/half/resume', {})
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'not_possible' } } })
    await store.deleteDocument('bulk', 'half')
    await store.putDocument('bulk', 'rubbish', '{"zenith":"x","at":1}')
    expect((await acting.ask<Listing<BulkOperation>>('/api/bulk')).body.total).toBe(1)
    expect(body.error).toContain('ended before it was done')
  })
})

/** A source that takes a little while for each call: a test has to be able to come in between. */
function slowly(source: QueueSource): QueueSource {
  return {
    ...source,
    async retry(queue, ids) {
      const outcomes = (await source.retry?.(queue, ids)) ?? []
      await new Promise((resolve) => setTimeout(resolve, 150))
      return outcomes
    },
  }
}
