import { describe, expect, it, onTestFinished } from 'vitest'
import type { JobView } from '../../../src/api/jobs.js'
import type { JobFlow, JobListing } from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { BullRedis, type BullVersion, bullmqOf, OWNERS } from '../../support/bullmq-redis.js'
import { startRedis } from '../../support/redis.js'
import { documentedAclRules } from '../../support/redis-acl.js'
import { actingZenith } from '../support/acting.js'

const bull = new BullRedis()
const child = (name: string, queueName: string, prefix: string, jobId: string) => ({
  ...{ name, queueName, prefix },
  opts: { jobId },
})

async function addFlow(version: BullVersion, flow: object, port = bull.redis.port): Promise<void> {
  const flows = new (bullmqOf(version).FlowProducer)({ connection: { host: '127.0.0.1', port } })
  await flows.add(flow as never)
  await flows.close()
}

async function askerFor(queue: string, connection: string = bull.redis.url) {
  const source = bullmqQueues({ connection })
  onTestFinished(() => source.close())
  const acting = actingZenith({ store: memoryStore(), queues: [source] })
  const path = `/api/queues/${encodeURIComponent(await acting.keyOf(queue))}`
  return {
    path,
    job: async (id: string) => (await acting.ask<JobView>(`${path}/jobs/${id}`)).body,
    flow: async (id: string) => (await acting.ask<JobFlow>(`${path}/jobs/${id}/flow`)).body,
    list: async (state: string) => (await acting.ask<JobListing>(`${path}/jobs?state=${state}`)).body,
  }
}

/** The jobs of a tree, as text. */
function flat({ queue, id, name, state, isElsewhere, children }: JobFlow): string[] {
  return [`${queue} ${id} ${name} ${state} ${isElsewhere ?? false}`, ...children.flatMap(flat)]
}

describe.each(OWNERS)('a flow of BullMQ %s', (version) => {
  it('with jobs of another prefix shows them as what they are', async () => {
    const bench = bull.bench(version)
    // Jobs of the same names and ids that have nothing to do with it.
    await bench.queue('orders').add('other', {}, { jobId: 'o1' })
    await bench.queue('mail').add('other', {}, { jobId: 'm1' })
    await addFlow(version, {
      ...child('order', 'orders', 'eu:shop', 'o1'),
      children: [
        child('mail', 'mail', 'eu:shop', 'm1'),
        { ...child('bill', 'bills', 'bull', 'b1'), children: [child('print', 'mail', 'eu:shop', 'm2')] },
      ],
    })
    const bills = await askerFor('bills')
    const parent = { queue: 'eu:shop:orders', id: 'o1', isElsewhere: true }
    expect((await bills.job('b1')).parent).toEqual(parent)
    expect((await bills.list('waitingChildren')).jobs[0]?.parent).toEqual(parent)
    expect(flat(await bills.flow('b1')).sort()).toEqual([
      'bills b1 bill waitingChildren false',
      'eu:shop:mail m1 mail waiting true',
      'eu:shop:mail m2 print waiting true',
      'eu:shop:orders o1 order waitingChildren true',
    ])
    for (const [queue, id] of [
      ['orders', 'o1'],
      ['mail', 'm1'],
    ] as const) {
      const other = await askerFor(queue)
      expect(await other.job(id)).toMatchObject({ name: 'other', parent: null, children: null })
      expect(flat(await other.flow(id))).toEqual([`${queue} ${id} other waiting false`])
    }
  })

  it('whose other jobs are not for this user says no more of them than where they are', async () => {
    await addFlow(version, {
      ...child('order', 'orders', 'shop', 'o1'),
      children: [{ ...child('bill', 'bills', 'bull', 'b1'), children: [child('print', 'mail', 'shop', 'm1')] }],
    })
    const looker = documentedAclRules('queues.md').get('quasar-queue-looker') ?? []
    await bull.client.call('acl', 'setuser', 'biller', ...looker)
    const bills = await askerFor('bills', `redis://biller:secret@127.0.0.1:${bull.redis.port}`)
    expect((await bills.job('b1')).parent).toEqual({ queue: 'shop:orders', id: 'o1', isElsewhere: true })
    expect(flat(await bills.flow('b1'))).toEqual(['bills b1 bill waitingChildren false', 'shop:mail m1  null true'])
  })

  it('on another Redis is not taken for the jobs of the same ids here', async () => {
    const other = await startRedis()
    onTestFinished(() => other.stop())
    await addFlow(
      version,
      { ...child('order', 'orders', 'bull', 'o1'), children: [child('mail', 'mail', 'bull', 'm1')] },
      other.port,
    )
    // Moved here one by one, as tools for migration do, where the ids are others' already.
    for (const key of ['bull:orders:o1', 'bull:orders:o1:dependencies', 'bull:mail:m1']) {
      const dump = (await other.client().dumpBuffer(key)) as Buffer
      await bull.client.restore(key.replace(/(o1|m1)/, 'moved-$1'), 0, dump)
    }
    const bench = bull.bench(version)
    await bench.queue('orders').add('somebody else’s', {}, { jobId: 'o1' })
    await bench.queue('mail').add('somebody else’s', {}, { jobId: 'm1' })
    await bull.client.zadd('bull:orders:waiting-children', 1, 'moved-o1')
    await bull.client.lpush('bull:mail:wait', 'moved-m1')
    const mail = await askerFor('mail')
    expect((await mail.job('moved-m1')).parent).toEqual({ queue: 'bull:orders', id: 'o1', isElsewhere: true })
    expect(flat(await mail.flow('moved-m1'))).toEqual(['mail moved-m1 mail waiting false'])
    const orders = await askerFor('orders')
    expect(flat(await orders.flow('moved-o1'))).toEqual([
      'orders moved-o1 order waitingChildren false',
      'bull:mail m1  null true',
    ])
  })

  it('here is known by both ends, whatever became of the child', async () => {
    const bench = bull.bench(version)
    await addFlow(version, {
      ...child('order', 'orders', 'bull', 'o1'),
      children: [
        { name: 'done', queueName: 'a', opts: { jobId: 'a1' } },
        { name: 'let go', queueName: 'b', opts: { jobId: 'b1', removeDependencyOnFailure: true } },
        { name: 'ignored', queueName: 'c', opts: { jobId: 'c1', ignoreDependencyOnFailure: true } },
        { name: 'fatal', queueName: 'd', opts: { jobId: 'd1', failParentOnFailure: true } },
        { name: 'waits', queueName: 'e', opts: { jobId: 'e1' } },
      ],
    })
    await bench.complete('a')
    for (const queue of ['b', 'c', 'd']) await bench.fail(queue, 'No')
    for (const [queue, id] of ['a', 'b', 'c', 'd', 'e'].map((name) => [name, `${name}1`] as const)) {
      const asker = await askerFor(queue)
      expect((await asker.job(id)).parent).toEqual({ queue: 'orders', id: 'o1' })
      expect((await asker.flow(id)).id).toBe('o1')
    }
  })
})

it('a child whose id has colons is found by the queue that there is', async () => {
  const bench = bull.bench('512')
  await addFlow('512', {
    ...child('order', 'orders', 'bull', 'o1'),
    children: [child('mail', 'mail', 'bull', 'a:b:c'), child('print', 'shop:mail', 'bull', 'x7')],
  })
  expect(await bench.queue('mail').getJobState('a:b:c')).toBe('waiting')
  const orders = await askerFor('orders')
  expect(flat(await orders.flow('o1')).sort()).toEqual([
    'mail a:b:c mail waiting false',
    'orders o1 order waitingChildren false',
    'shop:mail x7 print waiting false',
  ])
})
