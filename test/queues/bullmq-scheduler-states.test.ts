import { describe, expect, it } from 'vitest'
import type { SchedulerEntry } from '../../src/protocol/index.js'
import { BullRedis, type BullVersion, bullmqOf, the, VERSIONS } from '../support/bullmq-redis.js'

const bull = new BullRedis()
const HOUR = 3_600_000
const DAY = 24 * HOUR

describe.each(VERSIONS)('the state of a scheduler of BullMQ %s', (version) => {
  const queueOf = () => bull.bench(version).queue('mail')

  async function one(id: string): Promise<SchedulerEntry | undefined> {
    const source = bull.source({ bullmq: bullmqOf(version) })
    const all = await the(source, 'schedulers')('mail')
    expect(await the(source, 'scheduler')('mail', id)).toEqual(all.find((entry) => entry.id === id) ?? null)
    return all.find((entry) => entry.id === id)
  }

  it('is active while its next job waits', async () => {
    await queueOf().upsertJobScheduler('nightly', { pattern: '0 3 * * *', limit: 3 })
    expect(await one('nightly')).toMatchObject({ state: 'active', attention: null, runs: 0, last: null })
    expect(await one('none')).toBeUndefined()
  })

  it.each([
    ['kept', {}],
    ['removed', { removeOnComplete: true }],
  ])('is "ended" with all runs counted at its limit, where its jobs are %s', async (_, opts) => {
    const started = Date.now()
    await queueOf().upsertJobScheduler('twice', { every: 100, limit: 2 }, { opts })
    await work(version, 2)
    const entry = await one('twice')
    expect(entry).toMatchObject({ state: 'ended', attention: null, runs: 2, limit: 2 })
    expect(entry?.last).toBeGreaterThanOrEqual(started - 1_000)
    expect(entry?.last).toBeLessThanOrEqual(Date.now())
  })

  it('is "ended" at its end', async () => {
    const end = Date.now() + 2_500
    await queueOf().upsertJobScheduler(
      'brief',
      { pattern: '* * * * * *', endDate: end },
      { opts: { removeOnComplete: true } },
    )
    const runs = await work(version, (ended) => ended > 0 && Date.now() > end + 500)
    const entry = await one('brief')
    expect(entry).toMatchObject({ state: 'ended', attention: null, runs })
    expect(entry?.last).toBeGreaterThan(end - 2_500)
  })

  it('needs attention when its next job is gone', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *', limit: 1, endDate: Date.now() + 9 * DAY })
    const next = await bull.client.zscore('bull:mail:repeat', 'nightly')
    await bull.client.zrem('bull:mail:delayed', `repeat:nightly:${next}`)
    expect(await one('nightly')).toMatchObject({ state: 'stopped', attention: expect.stringContaining('in no list') })
    await bull.client.del(`bull:mail:repeat:nightly:${next}`)
    const entry = await one('nightly')
    expect(entry).toMatchObject({
      state: 'stopped',
      attention: expect.stringContaining('is gone'),
      runs: 0,
      last: null,
    })
  })

  it('needs attention when its next run is due and nothing takes it', async () => {
    const queue = queueOf()
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' })
    await queue.upsertJobScheduler('often', { every: HOUR })
    const past = Date.now() - HOUR
    for (const id of ['nightly', 'often']) await moveTo(id, past)
    for (const id of ['nightly', 'often'])
      expect(await one(id)).toMatchObject({
        state: 'late',
        attention: expect.stringContaining('due'),
        next: past,
        runs: 0,
      })
  })

  it('knows when it ran last after the app removed and made it anew', async () => {
    const queue = queueOf()
    const make = () => queue.upsertJobScheduler('often', { every: 300 })
    await make()
    const before = Date.now()
    await work(version, 1)
    await queue.removeJobScheduler('often')
    await make()
    expect((await one('often'))?.last).toBeGreaterThanOrEqual(before)
  })

  it('knows when it ran last after the app registered it again', async () => {
    const queue = queueOf()
    const register = () => queue.upsertJobScheduler('often', { every: HOUR }, { name: 'send' })
    await register()
    const before = Date.now()
    await work(version, 1)
    for (let boot = 0; boot < 2; boot++) await register()
    const entry = await one('often')
    expect(entry).toMatchObject({ state: 'active', runs: 1 })
    expect(entry?.last).toBeGreaterThanOrEqual(before)
    expect(entry?.last).toBeLessThanOrEqual(Date.now())
  })
})

it.each(['5', '512'] as const)('of a repeatable job of BullMQ %s is told by its next job as well', async (version) => {
  const queue = bull.bench(version).queue('mail')
  const add = (name: string, repeat: object) => queue.add(name, {}, { repeat } as object)
  await add('nightly', { pattern: '0 3 * * *' })
  await add('twice', { every: 200, limit: 2 })
  await queue.add('often', { to: 'ada' }, { attempts: 7, repeat: { every: HOUR, immediately: true } } as object)
  await work(version, 3)
  await add('gone', { pattern: '0 4 * * *', limit: 9 })
  const gone = (await queue.getDelayed()).find(({ name }) => name === 'gone')
  await bull.client.zrem('bull:mail:delayed', gone?.id ?? '')
  await bull.client.del(`bull:mail:${gone?.id}`)
  const list = await the(bull.source(), 'schedulers')('mail')
  const byName = new Map(list.map((entry) => [entry.name, entry]))
  expect(byName.get('nightly')).toMatchObject({ state: 'legacy', attention: null, runs: 0 })
  expect(byName.get('twice')).toMatchObject({ state: 'ended', attention: null, runs: 2, limit: 2 })
  expect(byName.get('twice')?.last).toBeGreaterThan(Date.now() - 60_000)
  expect(byName.get('gone')).toMatchObject({ state: 'legacy', attention: expect.stringContaining('is gone') })
  // A worker of version 5 counts them as its schedulers; what their jobs are like is with the next job.
  const often = byName.get('often')
  expect(often).toMatchObject({ every: HOUR, runs: 1 })
  if (version === '512') {
    expect(often).toMatchObject({ state: 'legacy', attention: null })
    return
  }
  expect(often).toMatchObject({ state: 'active', options: { attempts: 7 } })
  const { id } = await the(bull.source(), 'runScheduler')('mail', often?.id ?? '')
  expect(await the(bull.source(), 'job')('mail', id)).toMatchObject({ data: '{"to":"ada"}', maxAttempts: 7 })
})

it('is told of each of 1,101, and one is found by its id', async () => {
  await bull
    .bench('6')
    .queue('mail')
    .upsertJobScheduler('s-0', { pattern: '0 3 * * *' }, { data: { n: 0 } })
  const next = Number(await bull.client.zscore('bull:mail:repeat', 's-0'))
  const pipeline = bull.client.pipeline()
  for (let n = 1; n <= 1_100; n++) {
    pipeline.copy('bull:mail:repeat:s-0', `bull:mail:repeat:s-${n}`)
    pipeline.copy(`bull:mail:repeat:s-0:${next}`, `bull:mail:repeat:s-${n}:${next + n}`)
    pipeline.zadd('bull:mail:repeat', next + n, `s-${n}`)
    pipeline.zadd('bull:mail:delayed', (next + n) * 4_096, `repeat:s-${n}:${next + n}`)
  }
  await pipeline.exec()
  const source = bull.source()
  const list = await the(source, 'schedulers')('mail')
  expect(list).toHaveLength(1_101)
  expect(new Set(list.map(({ state }) => state))).toEqual(new Set(['active']))
  expect(await the(source, 'scheduler')('mail', 's-1100')).toMatchObject({ id: 's-1100', next: next + 1_100 })
  expect(await the(source, 'omittedSchedulers')('mail')).toBe(0)

  // What is not listed is counted, and found all the same.
  const many = bull.client.pipeline()
  for (let n = 0; n < 9_100; n++) many.zadd('bull:mail:repeat', next + 5_000 + n, `t-${n}`)
  await many.exec()
  expect(await the(source, 'schedulers')('mail')).toHaveLength(10_000)
  expect(await the(source, 'omittedSchedulers')('mail')).toBe(201)
  expect(await the(source, 'scheduler')('mail', 't-9099')).toMatchObject({ id: 't-9099', state: 'orphan' })
})

/** As if it had been due then, and no worker were there. */
async function moveTo(id: string, time: number): Promise<void> {
  const { client } = bull
  const next = await client.zscore('bull:mail:repeat', id)
  await client.rename(`bull:mail:repeat:${id}:${next}`, `bull:mail:repeat:${id}:${time}`)
  await client.zadd('bull:mail:repeat', time, id)
  const job = `repeat:${id}:${time}`
  if (await client.zrem('bull:mail:delayed', `repeat:${id}:${next}`))
    await client.zadd('bull:mail:delayed', time * 4_096, job)
  if (await client.lrem('bull:mail:wait', 1, `repeat:${id}:${next}`)) await client.lpush('bull:mail:wait', job)
}

/** Has a worker work until so many jobs are done. @returns how many were */
async function work(version: BullVersion, until: number | ((ended: number) => boolean)): Promise<number> {
  const { Worker } = bullmqOf(version)
  let ended = 0
  const worker = new Worker('mail', async () => {}, { connection: { host: '127.0.0.1', port: bull.redis.port } })
  worker.on('completed', () => {
    ended += 1
  })
  const isDone = () => (typeof until === 'number' ? ended >= until : until(ended))
  while (!isDone()) await new Promise((wake) => setTimeout(wake, 20))
  await worker.close()
  return ended
}
