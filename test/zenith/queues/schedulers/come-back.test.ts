import { describe, expect, it, onTestFinished } from 'vitest'
import { bullQueues } from '../../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { BullBench } from '../../../support/bull-system.js'
import { BullRedis, bullmqOf, VERSIONS } from '../../../support/bullmq-redis.js'
import { contentsOf } from '../../../support/redis-contents.js'
import { closing, type SchedulersZenith, schedulersOf } from './support/schedulers-zenith.js'

const bull = new BullRedis()
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** None of it survives being parsed and written again. */
const PAYLOAD = '{"id":9007199254740993,"big":1e400,"one":1.0,"2":"b","1":"a","x":1,"x":2,"half":"\\ud83d","é":"☃ /"}'

function sourceOf(version: (typeof VERSIONS)[number]) {
  return closing(bullmqQueues({ connection: bull.redis.url, queues: ['mail'], bullmq: bullmqOf(version) }))
}

/** All keys of the queue but those that only say what happened. */
async function stored(): Promise<Record<string, unknown>> {
  const all = Object.entries(await contentsOf(bull.client))
  return Object.fromEntries(all.filter(([key]) => !/^bull:mail:(events|id|marker|meta)$/.test(key)))
}

describe.each(VERSIONS)('a scheduler of BullMQ %s that was paused', (version) => {
  const queueOf = () => bull.bench(version).queue('mail')
  const open = (): Promise<SchedulersZenith> => {
    const source = closing(bullmqQueues({ connection: bull.redis.url, queues: ['mail'], bullmq: bullmqOf(version) }))
    return schedulersOf('mail', { store: memoryStore(), queues: [source] })
  }

  it('is paused and resumed once, though two Zeniths are asked to at the same moment', async () => {
    await queueOf().upsertJobScheduler('nightly', { pattern: '0 12 * * *' }, { name: 'send', data: { to: 'ada' } })
    const before = await stored()
    const store = memoryStore()
    const openHere = () => schedulersOf('mail', { store, queues: [sourceOf(version)] })
    const zeniths = [await openHere(), await openHere()]
    const both = async (action: string) =>
      (await Promise.all(zeniths.map((zenith) => zenith.do(action, 'nightly')))).map(({ status }) => status).sort()
    for (let turn = 0; turn < 3; turn++) {
      expect(await both('pause')).toEqual([200, 409])
      expect(await zeniths[0]?.one('nightly')).toMatchObject({ state: 'paused', isKept: true })
      expect(await both('resume')).toEqual([200, 409])
      expect(await stored()).toEqual(before)
    }
  })

  it.each([
    ['a pattern', { pattern: '0 12 * * *', tz: 'Asia/Tokyo', limit: 9 }],
    ['a beginning and an end', { pattern: '*/5 * * * *', startDate: Date.now() + DAY, endDate: Date.now() + 9 * DAY }],
    ['its own rhythm', { every: 7 * HOUR, startDate: Date.now() + HOUR + 12_345 }],
    ['an offset', { every: DAY, offset: 11 * HOUR + 7 }],
  ])('is byte for byte what it was: %s', async (_, repeat) => {
    const queue = queueOf()
    await queue.upsertJobScheduler('nightly: 朝/1', repeat, {
      name: 'send',
      data: { to: 'ada' },
      opts: {
        attempts: 3,
        priority: 2,
        removeOnComplete: { age: 5 },
        backoff: { type: 'fixed', delay: 7 },
        keepLogs: 4,
      },
    })
    await plant('nightly: 朝/1', PAYLOAD)
    const before = await stored()
    const zenith = await open()
    expect(await zenith.do('pause', 'nightly: 朝/1')).toMatchObject({ status: 200 })
    expect(await queue.getJobSchedulersCount()).toBe(0)
    expect(await queue.getDelayedCount()).toBe(0)
    expect(await zenith.do('resume', 'nightly: 朝/1')).toMatchObject({ status: 200 })
    expect(await stored()).toEqual(before)
    expect(await zenith.one('nightly: 朝/1')).toMatchObject({ state: 'active', isKept: false })
  })

  it('keeps its phase when turns went by, and runs none of them', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('often', { every: 2_000, startDate: Date.now() + 1_500 }, { name: 'send' })
    const before = Number(await bull.client.zscore('bull:mail:repeat', 'often'))
    const zenith = await open()
    await zenith.do('pause', 'often')
    await until(before + 200)
    const resumedAt = Date.now()
    expect(await zenith.do('resume', 'often')).toMatchObject({ status: 200 })
    const next = Number(await bull.client.zscore('bull:mail:repeat', 'often'))
    expect(next).toBeGreaterThan(resumedAt)
    expect((next - before) % 2_000).toBe(0)
    expect(await queue.getWaitingCount()).toBe(0)
    const delayed = await queue.getDelayed()
    expect(delayed.map(({ id, timestamp, delay }) => [id, timestamp + delay])).toEqual([[`repeat:often:${next}`, next]])
    await complete(version, 2)
    expect((Number(await bull.client.zscore('bull:mail:repeat', 'often')) - before) % 2_000).toBe(0)
  })

  it('has the runs that are left, of all its limit', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('thrice', { every: 300, limit: 3 }, { name: 'send' })
    await complete(version, 1)
    const zenith = await open()
    expect(await zenith.do('pause', 'thrice')).toMatchObject({ status: 200 })
    expect(await zenith.do('resume', 'thrice')).toMatchObject({ status: 200 })
    expect(await queue.getJobScheduler('thrice')).toMatchObject({ limit: 3 })
    await complete(version, 3)
    await until(Date.now() + 900)
    expect(await queue.getCompletedCount()).toBe(3)
    expect(await queue.getDelayedCount()).toBe(0)
  })

  it('has its next turn where that of a job that is there already is taken', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('often', { every: HOUR }, { name: 'send' })
    await queue.upsertJobScheduler('daily', { pattern: '0 0 12 * * *' }, { name: 'send' })
    const [often, daily] = await Promise.all(
      ['often', 'daily'].map(async (id) => Number(await bull.client.zscore('bull:mail:repeat', id))),
    )
    const zenith = await open()
    for (const id of ['often', 'daily']) expect(await zenith.do('pause', id)).toMatchObject({ status: 200 })
    // The first run of "often" is due at once: BullMQ leaves it where it waits.
    await complete(version, 1)
    await queue.add('other', {}, { jobId: `repeat:daily:${daily}` })
    for (const id of ['often', 'daily']) expect(await zenith.do('resume', id)).toMatchObject({ status: 200 })
    expect(await bull.client.zscore('bull:mail:repeat', 'often')).toBe(String((often ?? 0) + HOUR))
    expect(await bull.client.zscore('bull:mail:repeat', 'daily')).toBe(String((daily ?? 0) + DAY))
    expect((await queue.getDelayed()).map(({ id }) => id).sort()).toEqual([
      `repeat:daily:${(daily ?? 0) + DAY}`,
      `repeat:often:${(often ?? 0) + HOUR}`,
    ])
    expect(await zenith.list()).toMatchObject([{ state: 'active' }, { state: 'active' }])
  })

  it('finds its job that still waits', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('often', { every: HOUR }, { name: 'send', data: { to: 'ada' } })
    const before = await stored()
    const zenith = await open()
    await zenith.do('pause', 'often')
    expect(await zenith.do('resume', 'often')).toMatchObject({ status: 200 })
    expect(await stored()).toEqual(before)
  })

  it('is not put over what the app registered again, however soon', async () => {
    const queue = queueOf()
    const template = { name: 'send', data: { to: 'ada' } }
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, template)
    const source = closing(bullmqQueues({ connection: bull.redis.url, queues: ['mail'], bullmq: bullmqOf(version) }))
    const again = () => queue.upsertJobScheduler('nightly', { pattern: '0 5 * * *' }, template)
    // After it was looked at, before it is put back.
    const late = {
      ...source,
      async restoreScheduler(...args: Parameters<NonNullable<typeof source.restoreScheduler>>) {
        await again()
        return source.restoreScheduler?.(...args) ?? false
      },
    }
    const zenith = await schedulersOf('mail', { store: memoryStore(), queues: [late] })
    await zenith.do('pause', 'nightly')
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ pattern: '0 5 * * *' })
    expect(await zenith.one('nightly')).toMatchObject({ cron: '0 5 * * *', isKept: false })
  })

  it('is kept as the app registered it in the very moment', async () => {
    const queue = queueOf()
    const template = { name: 'send', data: { to: 'ada' } }
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, template)
    const source = closing(bullmqQueues({ connection: bull.redis.url, queues: ['mail'], bullmq: bullmqOf(version) }))
    let times = 0
    const late = {
      ...source,
      async removeScheduler(...args: Parameters<NonNullable<typeof source.removeScheduler>>) {
        times += 1
        if (times === 1) await queue.upsertJobScheduler('nightly', { pattern: '0 5 * * *' }, template)
        return source.removeScheduler?.(...args) ?? false
      },
    }
    const zenith = await schedulersOf('mail', { store: memoryStore(), queues: [late] })
    expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
    expect(await zenith.one('nightly')).toMatchObject({ state: 'paused', cron: '0 5 * * *' })
    await zenith.do('resume', 'nightly')
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ pattern: '0 5 * * *' })
  })

  it('keeps its phase and its counted runs when it was edited meanwhile', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler(
      'often',
      { every: DAY, startDate: Date.now() + HOUR + 7 },
      { name: 'send', data: { a: 1 } },
    )
    const next = await bull.client.zscore('bull:mail:repeat', 'often')
    await bull.client.hset('bull:mail:repeat:often', 'ic', 5)
    const zenith = await open()
    await zenith.do('pause', 'often')
    const edit = { name: 'post', every: DAY, data: PAYLOAD }
    expect(await zenith.do('save', 'often', edit)).toMatchObject({ status: 200 })
    expect(await zenith.one('often')).toMatchObject({ state: 'paused', name: 'post' })
    expect(await zenith.do('resume', 'often')).toMatchObject({ status: 200 })
    expect(await bull.client.zscore('bull:mail:repeat', 'often')).toBe(next)
    const hash = await bull.client.hgetall('bull:mail:repeat:often')
    expect(hash).toMatchObject({ name: 'post', ic: '5', every: String(DAY), data: PAYLOAD })
    expect(await queue.getWaitingCount()).toBe(0)
    expect(await bull.client.hget(`bull:mail:repeat:often:${next}`, 'data')).toBe(PAYLOAD)
  })

  it('is not put over what the app registered again by an edit either', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'send' })
    const source = closing(bullmqQueues({ connection: bull.redis.url, queues: ['mail'], bullmq: bullmqOf(version) }))
    const late = {
      ...source,
      async restoreScheduler(...args: Parameters<NonNullable<typeof source.restoreScheduler>>) {
        await queue.upsertJobScheduler('nightly', { pattern: '0 5 * * *' }, { name: 'send' })
        return source.restoreScheduler?.(...args) ?? false
      },
    }
    const zenith = await schedulersOf('mail', { store: memoryStore(), queues: [late] })
    await zenith.do('pause', 'nightly')
    await zenith.do('save', 'nightly', { name: 'post', cron: '0 4 * * *' })
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ pattern: '0 5 * * *', name: 'send' })
  })

  it('stays paused when its edit makes no sense to BullMQ', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'send' })
    const zenith = await open()
    await zenith.do('pause', 'nightly')
    await zenith.do('save', 'nightly', { name: 'send', cron: '99 99 * * *' })
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 409 })
    expect(await queue.getJobSchedulersCount()).toBe(0)
    expect(await queue.getDelayedCount()).toBe(0)
    expect(await zenith.one('nightly')).toMatchObject({ state: 'paused', cron: '99 99 * * *' })
    await zenith.do('save', 'nightly', { name: 'send', cron: '0 4 * * *' })
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ pattern: '0 4 * * *' })
  })

  it('may carry 3 MB', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('large', { pattern: '0 3 * * *' }, { name: 'send', data: { a: 1 } })
    const payload = JSON.stringify({ quoted: '"\\☃'.repeat(300_000), text: 'x'.repeat(1_500_000), n: 1 })
    expect(payload.length).toBeGreaterThan(3_000_000)
    await plant('large', payload)
    const before = await stored()
    const store = memoryStore()
    const zenith = await schedulersOf('mail', { store, queues: [sourceOf(version)] })
    expect(await zenith.do('pause', 'large')).toMatchObject({ status: 200 })
    expect(await queue.getJobSchedulersCount()).toBe(0)
    expect((await zenith.one('large'))?.data).toMatchObject({ isCut: true })
    expect(await zenith.do('resume', 'large')).toMatchObject({ status: 200 })
    expect(await stored()).toEqual(before)
    for (const kind of ['scheduler', 'scheduler-part']) expect((await store.listDocuments(kind)).size).toBe(0)
  })

  it('is edited to the byte where it runs', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'send', data: { a: 1 } })
    const zenith = await open()
    const edit = { name: 'send', cron: '0 4 * * *', data: PAYLOAD, options: { attempts: 2 } }
    expect(await zenith.do('save', 'nightly', edit)).toMatchObject({ status: 200 })
    expect(await zenith.do('save', 'new', edit)).toMatchObject({ status: 200 })
    for (const id of ['nightly', 'new']) {
      const next = await bull.client.zscore('bull:mail:repeat', id)
      expect(await bull.client.hget(`bull:mail:repeat:${id}`, 'data')).toBe(PAYLOAD)
      expect(await bull.client.hget(`bull:mail:repeat:${id}:${next}`, 'data')).toBe(PAYLOAD)
      // What is not said stays as it is.
      await zenith.do('save', id, { name: 'send', cron: '0 5 * * *' })
      expect(await bull.client.hget(`bull:mail:repeat:${id}`, 'data')).toBe(PAYLOAD)
    }
    const { job } = await zenith.do('run', 'nightly')
    expect(await bull.client.hget(`bull:mail:${job?.id}`, 'data')).toBe(PAYLOAD)
  })

  it('was not paused where its turns are the app’s own to tell', async () => {
    const { Queue } = bullmqOf(version)
    const own = (millis: number, { pattern }: { pattern?: string }) =>
      pattern === 'full moon' ? millis + 29 * DAY : millis + 1_234_567
    const queue = new Queue('mail', {
      connection: { host: '127.0.0.1', port: bull.redis.port },
      settings: { repeatStrategy: own },
    })
    onTestFinished(() => queue.close())
    await queue.upsertJobScheduler('moon', { pattern: 'full moon' }, { name: 'send' })
    await queue.upsertJobScheduler('odd', { pattern: '0 3 * * *' }, { name: 'send' })
    const before = await contentsOf(bull.client)
    const zenith = await open()
    for (const id of ['moon', 'odd']) {
      const answer = await zenith.do('pause', id)
      expect(answer).toMatchObject({ status: 409, message: expect.stringContaining('repeat strategy') })
    }
    expect(await contentsOf(bull.client)).toEqual(before)
    expect((await zenith.one('moon'))?.isKept).toBe(false)

    // With the app's queue at hand they can be told.
    const source = closing(bullmqQueues({ connection: bull.redis.url, queues: [queue] }))
    const knowing = await schedulersOf('mail', { store: memoryStore(), queues: [source] })
    for (const action of ['pause', 'resume'])
      for (const id of ['moon', 'odd']) expect(await knowing.do(action, id)).toMatchObject({ status: 200 })
    const after = await contentsOf(bull.client)
    expect(after['bull:mail:repeat']).toEqual(before['bull:mail:repeat'])
  })
})

describe('what could not come back', () => {
  it.each(['5', '512'] as const)(
    'is not paused, and the reason is said: a repeatable job of BullMQ %s',
    async (version) => {
      const queue = bull.bench(version).queue('mail')
      await queue.add('digest', { a: 1 }, { repeat: { pattern: '0 6 * * *' } } as object)
      const before = await contentsOf(bull.client)
      const source = closing(bullmqQueues({ connection: bull.redis.url, queues: ['mail'] }))
      const zenith = await schedulersOf('mail', { store: memoryStore(), queues: [source] })
      const [digest] = await zenith.list()
      expect(digest).toMatchObject({ state: 'legacy', isKept: false, actions: ['remove'] })
      const answer = await zenith.do('pause', digest?.id ?? '')
      expect(answer).toMatchObject({
        status: 409,
        message: expect.stringContaining('put one of its older mechanism back'),
      })
      expect(await contentsOf(bull.client)).toEqual(before)
    },
  )

  it('is not paused, and the reason is said: a schedule of Bull', async () => {
    const bench = new BullBench({ host: '127.0.0.1', port: bull.redis.port }, 'bull')
    onTestFinished(() => bench.end())
    await bench.queue('mail').add('digest', { a: 1 }, { repeat: { every: HOUR } })
    const before = await contentsOf(bull.client)
    const source = closing(bullQueues({ redis: bull.redis.url, queues: ['mail'] }))
    const zenith = await schedulersOf('mail', { store: memoryStore(), queues: [source] })
    const [digest] = await zenith.list()
    expect(digest).toMatchObject({ state: 'active', isKept: false, actions: ['run', 'remove'] })
    const answer = await zenith.do('pause', digest?.id ?? '')
    expect(answer).toMatchObject({ status: 409, message: expect.stringContaining('bull can’t put one back') })
    expect(await contentsOf(bull.client)).toEqual(before)
  })

  it('is not paused where scripts are denied, and nothing is kept', async () => {
    await bull.bench('6').queue('mail').upsertJobScheduler('nightly', { pattern: '0 3 * * *' })
    await bull.client.call('acl', 'setuser', 'plain', 'on', 'nopass', '~*', '&*', '+@all', '-eval', '-evalsha')
    const connection = `redis://plain:any@127.0.0.1:${bull.redis.port}`
    const source = closing(bullmqQueues({ connection, queues: ['mail'] }))
    const zenith = await schedulersOf('mail', { store: memoryStore(), queues: [source] })
    const answer = await zenith.do('pause', 'nightly')
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.message).toMatch(/EVAL|script/i)
    expect(await zenith.one('nightly')).toMatchObject({ state: 'active', isKept: false })
  })
})

/** Writes a payload into a scheduler and its next job that BullMQ's API would not write as it is. */
async function plant(id: string, payload: string): Promise<void> {
  const next = await bull.client.zscore('bull:mail:repeat', id)
  await bull.client.hset(`bull:mail:repeat:${id}`, 'data', payload)
  await bull.client.hset(`bull:mail:repeat:${id}:${next}`, 'data', payload)
}

/** Has a worker end jobs until so many are. */
async function complete(version: (typeof VERSIONS)[number], count: number): Promise<void> {
  const { Worker } = bullmqOf(version)
  const worker = new Worker('mail', async () => {}, { connection: { host: '127.0.0.1', port: bull.redis.port } })
  await worker.waitUntilReady()
  while ((await bull.client.zcard('bull:mail:completed')) < count) await new Promise((wake) => setTimeout(wake, 20))
  await worker.close()
}

function until(time: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, Math.max(0, time - Date.now())))
}
