import type { Job } from 'bullmq'
import { describe, expect, test } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import type { NewJob } from '../../src/protocol/index.js'
import { BullRedis, type BullVersion, bullmqOf, endEach, OWNERS, readOne, the } from '../support/bullmq-redis.js'
import type { BullBench } from '../support/bullmq-system.js'
import { extent } from '../support/extent.js'

const bull = new BullRedis()
const PLAIN: NewJob = { name: 'new', data: '{"n":1}', delay: null, priority: null, attempts: null }
const DONE = { ok: true, reason: null }

interface Scene {
  readonly owner: BullVersion
  readonly library: BullVersion
  readonly bench: BullBench
  readonly source: QueueSource
}

/** @returns the ids of the jobs that must end, each as often as it is in the list */
type Act = (scene: Scene) => Promise<readonly string[]>

/** What is there before the queue is paused, and what is done after that. */
interface Action {
  readonly name: string
  readonly prepare: Act
  readonly act: (scene: Scene, ids: readonly string[]) => Promise<readonly string[]>
}

async function added(job: Job | Promise<Job>): Promise<string> {
  return (await job).id ?? ''
}

async function failedJob(bench: BullBench, options = {}): Promise<string> {
  const id = await added(bench.queue('mail').add('send', { to: 'ada' }, { ...options, lifo: true }))
  await bench.fail('mail', 'Refused')
  return id
}

const doneOf = (ids: readonly string[]) => ids.map((id) => ({ id, ...DONE }))
const nothing: Act = async () => []

const ACTIONS: readonly Action[] = [
  {
    name: 'retry',
    prepare: async ({ bench }) => [
      await failedJob(bench),
      await failedJob(bench, { priority: 3 }),
      await added(bench.queue('mail').add('send', {}, { lifo: true })).then(async (id) => {
        await bench.complete('mail')
        return id
      }),
    ],
    async act({ source }, ids) {
      expect(await the(source, 'retry')('mail', ids)).toEqual(doneOf(ids))
      expect(await the(source, 'retry')('mail', ids)).toMatchObject(ids.map((id) => ({ id, ok: false })))
      return ids
    },
  },
  {
    name: 'promote',
    prepare: async ({ bench }) => [
      await added(bench.queue('mail').add('late', {}, { delay: 9_999_999 })),
      await added(bench.queue('mail').add('late', {}, { delay: 9_999_999, priority: 2 })),
    ],
    async act({ source }, ids) {
      expect(await the(source, 'promote')('mail', ids)).toEqual(doneOf(ids))
      expect(await the(source, 'promote')('mail', ids)).toMatchObject(ids.map((id) => ({ id, ok: false })))
      return ids
    },
  },
  {
    name: 'add',
    prepare: nothing,
    act: async ({ source }) => {
      const jobs = [PLAIN, { ...PLAIN, priority: 4 }, { ...PLAIN, delay: 50 }, { ...PLAIN, attempts: 3 }]
      const ids: string[] = []
      for (const job of jobs) ids.push((await the(source, 'add')('mail', job)).id)
      expect(await the(source, 'job')('mail', ids[3] ?? '')).toMatchObject({ data: '{"n":1}', maxAttempts: 3 })
      return ids
    },
  },
  {
    name: 'duplicate',
    prepare: async ({ bench }) => [await failedJob(bench, { attempts: 1, backoff: 5, keepLogs: 3 })],
    act: async ({ source }, [failed = '']) => {
      const { id } = await the(source, 'duplicate')('mail', failed)
      const options = { attempts: 1, keepLogs: 3, backoff: { type: 'fixed', delay: 5 } }
      expect(await the(source, 'job')('mail', id)).toMatchObject({ name: 'send', data: '{"to":"ada"}', options })
      return [id]
    },
  },
]

const EVERY_PAIR = OWNERS.flatMap((owner) => OWNERS.map((library) => ({ owner, library })))
/** With the newest on either side. */
const PAIRS = extent(EVERY_PAIR, ({ owner, library }) => owner === '6' || library === '6')

function sceneOf(owner: BullVersion, library: BullVersion): Scene {
  const source = bull.source({ queues: ['mail'], bullmq: bullmqOf(library) })
  return { owner, library, source, bench: bull.bench(owner) }
}

describe.each(PAIRS)('a queue of BullMQ $owner, by BullMQ $library', ({ owner, library }) => {
  describe.each(ACTIONS)('$name', ({ prepare, act }) => {
    test('while it runs', async () => {
      const scene = sceneOf(owner, library)
      await endEach(bull, [scene.owner], await act(scene, await prepare(scene)))
    })

    test('while it is paused', async () => {
      const scene = sceneOf(owner, library)
      const queue = scene.bench.queue('mail')
      const prepared = await prepare(scene)
      const waiting = await added(queue.add('before', {}))
      await queue.pause()
      const ids = await act(scene, prepared)
      const later = await added(queue.add('after', {}))
      await queue.resume()
      await endEach(bull, [scene.owner], [...ids, waiting, later])
    })

    test('while it is paused, and resumed by Zenith', async () => {
      const scene = sceneOf(owner, library)
      const queue = scene.bench.queue('mail')
      const prepared = await prepare(scene)
      const waiting = await added(queue.add('before', {}))
      await the(scene.source, 'pause')('mail')
      const ids = await act(scene, prepared)
      const later = await added(queue.add('after', {}))
      await the(scene.source, 'resume')('mail')
      await endEach(bull, [scene.owner], [...ids, waiting, later])
    })
  })

  test('pause and resume keep the order, whoever does either', async () => {
    const scene = sceneOf(owner, library)
    const queue = scene.bench.queue('mail')
    const ids: string[] = []
    const add = async () => ids.push(await added(queue.add('send', {})))
    await add()
    await the(scene.source, 'pause')('mail')
    await add()
    expect(await queue.isPaused()).toBe(true)
    expect(await readOne(scene.source, 'mail')).toMatchObject({ paused: true, metrics: { waiting: 2 } })
    await the(scene.source, 'pause')('mail')
    await add()
    await queue.resume()
    await add()
    await queue.pause()
    await add()
    await the(scene.source, 'resume')('mail')
    await add()
    await the(scene.source, 'resume')('mail')
    expect((await readOne(scene.source, 'mail')).paused).toBe(false)
    expect((await bull.client.lrange('bull:mail:wait', 0, -1)).reverse()).toEqual(ids)
    await endEach(bull, [scene.owner], ids)
  })
})

const HOURLY = {
  id: 'saved',
  name: 'report',
  cron: null,
  every: 3_600_000,
  timezone: null,
  limit: null,
  from: null,
  until: null,
  data: '{}',
  options: {},
}

const SCHEDULED = PAIRS.filter(({ owner }) => owner !== '512')

test('a scheduler is not saved where BullMQ may be older than schedulers', async () => {
  const { bench, source } = sceneOf('512', '6')
  await bench.queue('mail').add('first', {})
  await expect(the(source, 'saveScheduler')('mail', HOURLY)).rejects.toThrow('does not say its version of BullMQ')
  expect(await bull.client.keys('bull:mail:repeat*')).toEqual([])
  // Nothing has worked with this one.
  await the(bull.source({ queues: ['new'], bullmq: bullmqOf('6') }), 'saveScheduler')('new', HOURLY)
  await the(bull.source({ queues: ['new'], bullmq: bullmqOf('5') }), 'saveScheduler')('new', { ...HOURLY, id: 'two' })
})

describe.each(SCHEDULED)('a scheduler of BullMQ $owner, by BullMQ $library', ({ owner, library }) => {
  test.each(['running', 'paused'])('is run, saved and removed in a queue that is %s', async (state) => {
    const { bench, source } = sceneOf(owner, library)
    const queue = bench.queue('mail')
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 1 1 *' }, { name: 'report', data: { of: 'night' } })
    const ids = [await added(queue.add('before', {}))]
    if (state === 'paused') await queue.pause()
    ids.push((await the(source, 'runScheduler')('mail', 'nightly')).id)
    const outcome = await the(source, 'saveScheduler')('mail', HOURLY).then(
      () => null,
      (error: Error) => error.message,
    )
    expect(outcome).toEqual(library === '512' ? expect.stringContaining('older than job schedulers') : null)
    const saved = (await the(source, 'schedulers')('mail')).find(({ id }) => id === 'saved')
    expect(saved === undefined).toBe(outcome !== null)
    if (saved?.next) ids.push(`repeat:saved:${saved.next}`)
    ids.push(await added(queue.add('after', {})))
    await queue.resume()
    if (library === '512')
      await expect(the(source, 'removeScheduler')('mail', 'nightly')).rejects.toThrow('older than job schedulers')
    else expect(await the(source, 'removeScheduler')('mail', 'nightly')).toBe(true)
    const taken: string[] = []
    for (const _ of ids) taken.push((await bench.complete('mail')).id ?? '')
    expect(taken.sort()).toEqual(ids.sort())
    expect(await bull.client.llen('bull:mail:wait')).toBe(0)
  })
})
