import { describe, expect, test } from 'vitest'
import { BullRedis, bullmqOf, endEach, OWNERS, the } from '../support/bullmq-redis.js'

const bull = new BullRedis()

describe.each(OWNERS)('a copy of a job of BullMQ %s has what the job has now', (version) => {
  function scene() {
    const bench = bull.bench(version)
    const source = bull.source({ queues: ['mail'], bullmq: bullmqOf(version === '512' ? '6' : version) })
    const copy = async (id = '') => {
      const made = await the(source, 'duplicate')('mail', id)
      return the(source, 'job')('mail', made.id)
    }
    return { queue: bench.queue('mail'), bench, source, copy }
  }

  test('its priority', async () => {
    const { queue, copy } = scene()
    const job = await queue.add('send', {}, { priority: 3 })
    await job.changePriority({ priority: 8 })
    expect(await copy(job.id)).toMatchObject({ state: 'prioritized', priority: 8, options: { priority: 8 } })
    await job.changePriority({ priority: 0 })
    expect(await copy(job.id)).toMatchObject({ state: 'waiting', priority: 0 })
    const plain = await queue.add('send', {})
    await plain.changePriority({ priority: 5 })
    expect(await copy(plain.id)).toMatchObject({ state: 'prioritized', priority: 5 })
  })

  test('its delay', async () => {
    const { queue, copy } = scene()
    const job = await queue.add('send', {}, { delay: 60_000 })
    const soon = await copy(job.id)
    expect(soon).toMatchObject({ state: 'delayed', options: { delay: 60_000 } })
    await job.changeDelay(7_200_000)
    const late = await copy(job.id)
    expect(late).toMatchObject({ state: 'delayed', options: { delay: 7_200_000 } })
    expect(late?.runAt).toBeGreaterThan(Date.now() + 7_000_000)
    await job.promote()
    const promoted = await copy(job.id)
    expect(promoted?.state).toBe('waiting')
    expect(promoted?.options).not.toHaveProperty('delay')
  })

  test('its payload', async () => {
    const { queue, copy } = scene()
    const job = await queue.add('send', { to: 'ada' })
    // 5.12 calls it so, too.
    await job.updateData({ to: 'grace' })
    expect(await copy(job.id)).toMatchObject({ data: '{"to":"grace"}' })
  })

  test('and no delay that it has waited out, or that is that of a retry', async () => {
    const { queue, bench, copy } = scene()
    const job = await queue.add('send', {}, { delay: 1, attempts: 3, backoff: 600_000 })
    await expect.poll(() => bull.client.zcount('bull:mail:delayed', '-inf', Date.now() * 4096)).toBe(1)
    await bench.fail('mail', 'Refused')
    expect(await bull.client.zcard('bull:mail:delayed')).toBe(1)
    const made = await copy(job.id)
    expect(made).toMatchObject({
      state: 'waiting',
      options: { attempts: 3, backoff: { type: 'fixed', delay: 600_000 } },
    })
    await bench.complete('mail')
    expect(await copy(made?.id)).toMatchObject({ state: 'waiting' })
  })

  test('with a priority that a retry keeps', async () => {
    const { queue, bench, source } = scene()
    const job = await queue.add('send', {}, { priority: 3 })
    await job.changePriority({ priority: 8 })
    await bench.fail('mail', 'Refused')
    await the(source, 'retry')('mail', [job.id ?? ''])
    expect(await the(source, 'job')('mail', job.id ?? '')).toMatchObject({ state: 'prioritized', priority: 8 })
    await endEach(bull, [version], [job.id ?? ''])
  })
})

test.each(OWNERS)('a parent of BullMQ %s is not run again before its children have completed', async (version) => {
  const bench = bull.bench(version)
  const source = bull.source({ queues: ['mail', 'pages'], bullmq: bullmqOf(version) })
  const flows = new (bullmqOf(version).FlowProducer)({ connection: { host: '127.0.0.1', port: bull.redis.port } })
  const child = { name: 'page', queueName: 'pages', data: {}, opts: { failParentOnFailure: true } }
  const { job } = await flows.add({ name: 'book', queueName: 'mail', data: {}, children: [child, child] })
  const parent = job.id ?? ''
  const retry = async (queue: string, id: string) => (await the(source, 'retry')(queue, [id]))[0]
  expect((await retry('mail', parent))?.reason).toContain('waiting for its children')
  const { id: failed = '' } = await bench.fail('pages', 'No paper')
  // Its parent fails with it; newer releases leave that to the parent's worker.
  const worker = new (bullmqOf(version).Worker)('mail', async () => {}, {
    connection: { host: '127.0.0.1', port: bull.redis.port },
  })
  await expect.poll(() => bull.client.zcard('bull:mail:failed')).toBe(1)
  await worker.close()
  expect((await retry('mail', parent))?.reason).toBe(
    'waits for 2 jobs, which have not completed: retry it when its children have',
  )
  await bench.complete('pages')
  expect((await retry('mail', parent))?.reason).toContain('waits for 1 job, which has not completed')
  expect(await retry('pages', failed)).toMatchObject({ ok: true })
  expect((await retry('mail', parent))?.reason).toContain('waits for 1 job')
  await bench.complete('pages')
  expect(await retry('mail', parent)).toEqual({ id: parent, ok: true, reason: null })
  await flows.close()
  await endEach(bull, [version], [parent])
})
