import { Queue } from 'bullmq'
import { describe, expect, test } from 'vitest'
import { BullRedis, type BullVersion, bullmqOf, endEach, readOne, the, VERSIONS } from '../support/bullmq-redis.js'

const bull = new BullRedis()
const PLAIN = { name: 'new', data: '{}', delay: null, priority: null, attempts: null }

async function addTo(version: BullVersion, count = 1): Promise<string[]> {
  const jobs = Array.from({ length: count }, () => ({ name: 'send', data: {} }))
  return (await bull.bench(version).queue('mail').addBulk(jobs)).map(({ id = '' }) => id)
}

async function failedJobs(version: BullVersion, count: number): Promise<string[]> {
  const bench = bull.bench(version)
  const jobs = await bench.queue('mail').addBulk(Array.from({ length: count }, () => ({ name: 'send', data: {} })))
  for (const _ of jobs) await bench.fail('mail', 'Refused')
  return jobs.map(({ id = '' }) => id)
}

const orderOf = async (list: string) => (await bull.client.lrange(`bull:mail:${list}`, 0, -1)).reverse()

/** 5 has paused with some jobs, and a client of 6 has added others, which wait in the other list. */
async function tornQueue(older: number, newer: number): Promise<string[]> {
  const first = await addTo('5', older)
  await bull.bench('5').queue('mail').pause()
  const { Queue: Queue6 } = bullmqOf('6')
  const client = new Queue6('mail', { connection: { host: '127.0.0.1', port: bull.redis.port }, skipMetasUpdate: true })
  const added = await client.addBulk(Array.from({ length: newer }, () => ({ name: 'send', data: {} })))
  await client.close()
  expect(await bull.client.hget('bull:mail:meta', 'version')).toContain('bullmq:5')
  return [...first, ...added.map(({ id = '' }) => id)]
}

describe.each(VERSIONS)('with jobs in both lists of a paused queue, BullMQ %s', (library) => {
  const source = () => bull.source({ queues: ['mail'], bullmq: bullmqOf(library) })

  test.each([
    [2, 5],
    [5, 2],
  ])('resumes %d and %d of them in their order', async (older, newer) => {
    const ids = await tornQueue(older, newer)
    await the(source(), 'resume')('mail')
    expect(await orderOf('wait')).toEqual(ids)
    await endEach(bull, ['5'], ids)
  })

  test.each([
    [2, 5],
    [5, 2],
  ])('pauses %d and %d of them so that the app resumes all', async (older, newer) => {
    const ids = await tornQueue(older, newer)
    await the(source(), 'pause')('mail')
    expect(await orderOf('paused')).toEqual(ids)
    await bull.bench('5').queue('mail').resume()
    await endEach(bull, ['5'], ids)
  })

  test('adds and retries so that the app resumes all', async () => {
    const [failed = ''] = await failedJobs('5', 1)
    const ids = await tornQueue(2, 2)
    const { id } = await the(source(), 'add')('mail', PLAIN)
    expect(await the(source(), 'retry')('mail', [failed])).toEqual([{ id: failed, ok: true, reason: null }])
    await bull.bench('5').queue('mail').resume()
    await endEach(bull, ['5'], [...ids, id, failed])
  })

  test.each([...VERSIONS, 'Zenith'] as const)(
    'loses none of a queue that 5 paused and 6 took over, resumed by %s',
    async (by) => {
      const [failed = '', ...others] = await failedJobs('5', 3)
      const ids = await addTo('5', 2)
      await bull.bench('5').queue('mail').pause()
      const later = await addTo('6', 2)
      expect(await bull.client.hget('bull:mail:meta', 'version')).toContain('bullmq:6')
      const { id } = await the(source(), 'add')('mail', PLAIN)
      await the(source(), 'retry')('mail', [failed])
      await the(source(), 'remove')('mail', others)
      expect(await readOne(source(), 'mail')).toMatchObject({ paused: true, metrics: { waiting: 6 } })
      if (by === 'Zenith') await the(source(), 'resume')('mail')
      else await bull.bench(by).queue('mail').resume()
      await endEach(bull, ['6'], [...ids, ...later, id, failed])
    },
  )

  test('removes the last child of a parent that waits in a paused queue', async () => {
    const flows = new (bullmqOf('5').FlowProducer)({ connection: { host: '127.0.0.1', port: bull.redis.port } })
    const mail = bull.bench('5').queue('mail')
    const first = await mail.add('first', {})
    await mail.pause()
    const one = { name: 'send', queueName: 'mail', data: {} }
    const { job } = await flows.add({ ...one, children: [{ ...one, queueName: 'pages' }] })
    await flows.close()
    await bull.bench('5').queue('pages').waitUntilReady()
    const pages = bull.source({ queues: ['mail', 'pages'], bullmq: bullmqOf(library) })
    const [child] = await bull.client.lrange('bull:pages:wait', 0, -1)
    await the(pages, 'remove')('pages', [child ?? ''])
    await mail.resume()
    await endEach(bull, ['5'], [first.id ?? '', job.id ?? ''])
  })

  test.each([
    ['with jobs that wait', 2],
    ['that is empty', 0],
  ])('loses none of a paused queue of 6 without a version, %s', async (_, count) => {
    const connection = { host: '127.0.0.1', port: bull.redis.port }
    const app = new (bullmqOf('6').Queue)('mail', { connection, skipMetasUpdate: true })
    const failed = await app.add('send', {})
    await bull.bench('6').fail('mail', 'Refused')
    await bull.client.hdel('bull:mail:meta', 'version')
    for (const by of ['app', 'Zenith']) {
      const ids = (await app.addBulk(Array.from({ length: count }, () => ({ name: 'send', data: {} })))).map(
        ({ id = '' }) => id,
      )
      await app.pause()
      ids.push((await the(source(), 'add')('mail', PLAIN)).id)
      if (by === 'app') await the(source(), 'retry')('mail', [failed.id ?? ''])
      ids.push((await app.add('later', {})).id ?? '')
      if (by === 'app') await app.resume()
      else await the(source(), 'resume')('mail')
      await endEach(bull, ['6'], by === 'app' ? [...ids, failed.id ?? ''] : ids)
    }
    await app.close()
  })

  test('serves a queue where workers of both run', async () => {
    const ids = await failedJobs('5', 20)
    const more = await addTo('6', 20)
    await the(source(), 'pause')('mail')
    await the(source(), 'retry')('mail', ids)
    await the(source(), 'resume')('mail')
    await endEach(bull, ['5', '6'], [...ids, ...more])
  })
})

test('a queue that two apps pass in by turns is changed by the package of the owner', async () => {
  const used: string[] = []
  const packageOf = (version: BullVersion) => {
    const Original = bullmqOf(version).Queue
    class Told extends Original {
      constructor(...args: ConstructorParameters<typeof Original>) {
        super(...args)
        this.on('waiting', () => used.push(version))
      }
    }
    return { Queue: Told as typeof Original }
  }
  const source = bull.source({ queues: ['mail'], bullmq: VERSIONS.map(packageOf) })
  for (const owner of ['6', '5', '6', '512'] as const) {
    await bull.client.flushall()
    await bull.bench(owner).queue('mail').add('first', {})
    await the(source, 'add')('mail', PLAIN)
  }
  expect(used).toEqual(['6', '5', '6', '5'])
})

describe('a queue of the app that another version owns', () => {
  test('is changed in the owner’s layout, with the options of the app', async () => {
    const [failed = ''] = await failedJobs('5', 1)
    await bull.bench('5').queue('mail').pause()
    const connection = { host: '127.0.0.1', port: bull.redis.port }
    const defaultJobOptions = { attempts: 7, removeOnFail: 9 }
    const queue = new Queue('mail', { connection, skipMetasUpdate: true, defaultJobOptions })
    const source = bull.source({ connection: undefined, queues: [queue] })
    const { id } = await the(source, 'add')('mail', PLAIN)
    await the(source, 'retry')('mail', [failed])
    expect((await the(source, 'job')('mail', id))?.options).toMatchObject(defaultJobOptions)
    expect(await orderOf('paused')).toEqual([id, failed])
    await queue.close()
  })

  test('without a version has that of the queue that was passed in', async () => {
    const connection = { host: '127.0.0.1', port: bull.redis.port }
    const queue = new Queue('mail', { connection, skipMetasUpdate: true })
    await queue.add('first', {})
    await queue.pause()
    const source = bull.source({ connection: undefined, queues: [queue] })
    const { id } = await the(source, 'add')('mail', PLAIN)
    expect(await orderOf('wait')).toEqual(['1', id])
    await queue.close()
  })
})

describe('a queue of another product', () => {
  const VERSION = 'bullmq-pro:7.30.1'
  const WORDS = `this queue is ${VERSION}'s`

  test('is refused in words', async () => {
    const ids = await failedJobs('6', 2)
    await bull.client.hset('bull:mail:meta', 'version', VERSION)
    const before = await bull.client.dbsize()
    const source = bull.source({ queues: ['mail'] })
    for (const action of ['retry', 'promote', 'remove'] as const) {
      const outcomes = await the(source, action)('mail', ids)
      expect(outcomes.map(({ ok }) => ok)).toEqual([false, false])
      if (action !== 'promote') expect(outcomes[0]?.reason).toContain(WORDS)
    }
    await expect(the(source, 'pause')('mail')).rejects.toThrow(WORDS)
    await expect(the(source, 'resume')('mail')).rejects.toThrow(WORDS)
    await expect(the(source, 'add')('mail', PLAIN)).rejects.toThrow(WORDS)
    await expect(the(source, 'duplicate')('mail', ids[0] ?? '')).rejects.toThrow(WORDS)
    await expect(the(source, 'empty')('mail', 10)).rejects.toThrow(WORDS)
    const clean = { state: 'failed', before: Date.now() + 9_999, limit: 9 } as const
    await expect(the(source, 'clean')('mail', clean)).rejects.toThrow(WORDS)
    expect(await bull.client.dbsize()).toBe(before)
    expect(await readOne(source, 'mail')).toMatchObject({ paused: false, metrics: { failed: 2, waiting: 0 } })
  })

  test('is changed by its package, where the app passes it', async () => {
    const ids = await failedJobs('6', 1)
    await bull.client.hset('bull:mail:meta', 'version', VERSION)
    const source = bull.source({ queues: ['mail'], bullmq: bullmqOf('6') })
    await the(source, 'pause')('mail')
    expect(await the(source, 'retry')('mail', ids)).toEqual([{ id: ids[0], ok: true, reason: null }])
    expect(await orderOf('wait')).toEqual(ids)
  })
})
