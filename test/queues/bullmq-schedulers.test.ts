import { expect, test } from 'vitest'
import type { SchedulerDefinition } from '../../src/protocol/index.js'
import { BullRedis, bullmqOf, readOne, the, VERSIONS } from '../support/bullmq-redis.js'
import { contentsOf } from '../support/redis-contents.js'

const bull = new BullRedis()
const HOUR = 3_600_000
/** What version 3 and older wrote: `name:id:endDate:tz:pattern`. */
const OLDEST = 'report:::Europe/Paris:0 5 * * *'

async function plantAll(): Promise<string> {
  const modern = bull.bench('6').queue('mail')
  await modern.upsertJobScheduler(
    'nightly',
    { pattern: '0 3 * * *', tz: 'Asia/Tokyo', limit: 9 },
    {
      name: 'send',
      data: { to: 'ada' },
      opts: { attempts: 3, keepLogs: 4 },
    },
  )
  // Of version 5 without a template, and of its older mechanism.
  const older = bull.bench('5').queue('mail')
  await older.upsertJobScheduler('often', { every: HOUR })
  await older.add('digest', { old: true }, { repeat: { pattern: '0 6 * * *', tz: 'Europe/Rome' } } as object)
  await bull.client.zadd('bull:mail:repeat', Date.now() + HOUR, OLDEST)
  await bull.client.zadd('bull:mail:repeat', Date.now() + HOUR, 'orphaned')
  const keys = await bull.client.zrange('bull:mail:repeat', 0, '-1')
  return keys.find((key) => /^[\da-f]{32}$/.test(key)) ?? ''
}

test('all kinds are told apart, and looking removes none', async () => {
  const digest = await plantAll()
  const before = await contentsOf(bull.client)
  const list = await the(bull.source(), 'schedulers')('mail')
  const entries = new Map(list.map((entry) => [entry.id, entry]))
  expect(entries.get('nightly')).toMatchObject({
    name: 'send',
    state: 'active',
    cron: '0 3 * * *',
    every: null,
    timezone: 'Asia/Tokyo',
    limit: 9,
    from: null,
    until: null,
    last: null,
    runs: 0,
    data: '{"to":"ada"}',
    options: { attempts: 3, keepLogs: 4 },
  })
  expect(entries.get('often')).toMatchObject({ state: 'active', every: HOUR, cron: null, data: '{}', options: {} })
  expect(entries.get(digest)).toMatchObject({
    name: 'digest',
    state: 'legacy',
    cron: '0 6 * * *',
    timezone: 'Europe/Rome',
    data: null,
    options: null,
    runs: 0,
  })
  expect(entries.get(OLDEST)).toMatchObject({
    name: 'report',
    state: 'legacy',
    cron: '0 5 * * *',
    timezone: 'Europe/Paris',
  })
  expect(entries.get('orphaned')).toMatchObject({ state: 'orphan', name: 'orphaned', cron: null, every: null })
  expect(list.map(({ next }) => next)).toEqual([...list].map(({ next }) => next).sort((a, b) => (a ?? 0) - (b ?? 0)))
  expect(await contentsOf(bull.client)).toEqual(before)
})

test.each(VERSIONS)('every kind is removed with its next job by version %s', async (version) => {
  const digest = await plantAll()
  const source = bull.source({ bullmq: bullmqOf(version) })
  // Where version 3 put the next job.
  const { createHash } = await import('node:crypto')
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const next = await bull.client.zscore('bull:mail:repeat', OLDEST)
  const leftover = `repeat:${md5(`report${md5(OLDEST)}`)}:${next}`
  await bull.client.zadd('bull:mail:delayed', Number(next) * 4096, leftover)
  await bull.client.hset(`bull:mail:${leftover}`, 'name', 'report', 'data', '{}', 'opts', '{}', 'rjk', OLDEST)
  const remove = the(source, 'removeScheduler')
  for (const id of ['nightly', 'often', digest, OLDEST, 'orphaned']) {
    expect([id, await remove('mail', id), await remove('mail', id)]).toEqual([id, true, false])
  }
  expect(await the(source, 'schedulers')('mail')).toEqual([])
  const { metrics } = await readOne(source, 'mail')
  expect(metrics.delayed).toBe(0)
  // The first run of "often" was due at once, and waits.
  const [waiting] = await bull.client.lrange('bull:mail:wait', 0, -1)
  expect(await bull.client.keys('bull:mail:repeat*')).toEqual([`bull:mail:${waiting}`])
})

test('runs and the last of them are those that started, the next is not one', async () => {
  const bench = bull.bench()
  const queue = bench.queue('mail')
  await queue.upsertJobScheduler('often', { every: HOUR }, { name: 'send' })
  const source = bull.source()
  const entryOf = async () => (await the(source, 'schedulers')('mail'))[0]
  expect(await entryOf()).toMatchObject({ runs: 0, last: null })
  const { Worker } = bullmqOf('6')
  const before = Date.now()
  const connection = { host: '127.0.0.1', port: bull.redis.port }
  const worker = new Worker('mail', async () => {}, { connection })
  await new Promise((resolve) => worker.once('completed', resolve))
  await worker.close()
  const entry = await entryOf()
  expect(entry?.runs).toBe(1)
  expect(entry?.last).toBeGreaterThanOrEqual(before)
  expect(entry?.last).toBeLessThanOrEqual(Date.now())
  // The app registers it again: the job that ran tells when that was, as long as it is kept.
  await queue.upsertJobScheduler('often', { every: 2 * HOUR }, { name: 'send' })
  const again = await entryOf()
  expect(again?.runs).toBe(1)
  expect(again?.last).toBeGreaterThanOrEqual(before)
  await queue.clean(0, 10, 'completed')
  expect(await entryOf()).toMatchObject({ runs: 1, last: null })
})

test.each(VERSIONS)('a scheduler comes back as it was, and runs by its template, with version %s', async (version) => {
  await bull.bench(version).queue('mail').waitUntilReady()
  const source = bull.source({ bullmq: bullmqOf(version) })
  const definition: SchedulerDefinition = {
    id: 'nightly',
    name: 'send',
    cron: '0 3 * * *',
    every: null,
    timezone: 'Asia/Tokyo',
    limit: 7,
    from: Date.now() + HOUR,
    until: Date.now() + 90 * 24 * HOUR,
    data: '{"to":"ada"}',
    options: { attempts: 3, priority: 2, removeOnComplete: true, keepLogs: 5 },
  }
  await the(source, 'saveScheduler')('mail', definition)
  const [entry] = await the(source, 'schedulers')('mail')
  expect(entry).toMatchObject(definition)
  await the(source, 'removeScheduler')('mail', 'nightly')
  await the(source, 'saveScheduler')('mail', { ...definition, options: entry?.options ?? {}, data: entry?.data ?? '' })
  expect((await the(source, 'schedulers')('mail'))[0]).toEqual(entry)
  const run = await the(source, 'runScheduler')('mail', 'nightly')
  expect(await the(source, 'job')('mail', run.id)).toMatchObject({
    state: 'prioritized',
    data: '{"to":"ada"}',
    maxAttempts: 3,
    priority: 2,
    scheduler: null,
  })
  expect((await the(source, 'schedulers')('mail'))[0]).toEqual(entry)
})

test('what has no template is not run, and a schedule that is over is not saved', async () => {
  await plantAll()
  const source = bull.source({ bullmq: bullmqOf('6') })
  await expect(the(source, 'runScheduler')('mail', OLDEST)).rejects.toThrow('legacy')
  await expect(the(source, 'runScheduler')('mail', 'orphaned')).rejects.toThrow('orphan')
  const over = { id: 'over', name: 'x', cron: '0 3 * * *', every: null, timezone: null, limit: null, from: null }
  const save = the(source, 'saveScheduler')
  await expect(save('mail', { ...over, until: Date.now() - HOUR, data: '{}', options: {} })).rejects.toThrow(/\w+ \w+/)
  await expect(save('mail', { ...over, until: null, every: 5, data: '{}', options: {} })).rejects.toThrow('one of them')
  expect((await the(source, 'schedulers')('mail')).map(({ id }) => id)).not.toContain('over')
})
