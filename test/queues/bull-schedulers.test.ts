import { describe, expect, it, vi } from 'vitest'
import { BullRedis } from '../support/bull-redis.js'
import { readOne, the } from '../support/bullmq-redis.js'

const bull = new BullRedis()
const HOUR_MS = 3_600_000

/** The only job that is delayed. */
async function nextRun(queue: string): Promise<string> {
  const ids = await bull.client.zrange(`bull:${queue}:delayed`, '0', '-1')
  expect(ids).toHaveLength(1)
  return ids[0] ?? ''
}

describe("Bull's schedules", () => {
  it('are shown with all that Bull knows of them', async () => {
    const queue = bull.bench().queue('mail')
    const until = Date.now() + 100 * 24 * HOUR_MS
    const repeat = { cron: '0 3 * * *', tz: 'Asia/Tokyo', endDate: new Date(until), startDate: '2020-01-01', limit: 9 }
    await queue.add('report', { to: 'ada' }, { repeat, jobId: 'nightly', attempts: 3 })
    await queue.add('ping: all', {}, { repeat: { every: 5 * HOUR_MS } })
    const source = bull.source()
    const entries = await the(source, 'schedulers')('mail')
    const report = entries.find(({ cron }) => cron !== null)
    expect(report).toMatchObject({
      id: `report:nightly:${until}:Asia/Tokyo:0 3 * * *`,
      name: 'report',
      cron: '0 3 * * *',
      every: null,
      timezone: 'Asia/Tokyo',
      limit: 9,
      from: Date.UTC(2020, 0, 1),
      until,
      state: 'active',
      runs: 0,
      last: null,
      data: '{"to":"ada"}',
    })
    expect(report?.options).toEqual(expect.objectContaining({ attempts: 3 }))
    expect(report?.options).not.toHaveProperty('repeat')
    expect(report?.options).not.toHaveProperty('delay')
    expect(new Date(report?.next ?? 0).getUTCHours()).toBe(18)
    expect(entries.find(({ every }) => every !== null)).toMatchObject({
      id: `ping: all:::${5 * HOUR_MS}`,
      name: 'ping: all',
      every: 5 * HOUR_MS,
      cron: null,
      timezone: null,
      until: null,
      state: 'active',
    })
  })

  it('say how often they ran and when, and which jobs are theirs', async () => {
    const bench = bull.bench()
    await bench.queue('mail').add('report', {}, { repeat: { every: HOUR_MS } })
    const source = bull.source()
    const id = await nextRun('mail')
    await bench
      .queue('mail')
      .getJob(id)
      .then((job) => job?.promote())
    await bench.complete('mail')
    const [entry] = await the(source, 'schedulers')('mail')
    expect(entry).toMatchObject({ runs: 1, state: 'active' })
    expect(Math.abs((entry?.last ?? 0) - Date.now())).toBeLessThan(60_000)
    const query = { offset: 0, limit: 5, order: 'oldest' } as const
    const delayed = await the(source, 'jobs')('mail', { state: 'delayed', ...query })
    const completed = await the(source, 'jobs')('mail', { state: 'completed', ...query })
    expect([...delayed.jobs, ...completed.jobs].map(({ scheduler }) => scheduler)).toEqual([entry?.id, entry?.id])
    expect((await the(source, 'job')('mail', id))?.scheduler).toBe(entry?.id)
  })

  it.each(['report', 'report: weekly'])('run now and stay as they are: %s', async (name) => {
    const queue = bull.bench().queue('mail')
    await queue.add(name, { to: 'ada' }, { repeat: { cron: '0 3 * * *' }, jobId: 'a:b', attempts: 3, priority: 2 })
    const source = bull.source()
    const before = await the(source, 'schedulers')('mail')
    const { id } = await the(source, 'runScheduler')('mail', before[0]?.id ?? '')
    expect(await the(source, 'job')('mail', id)).toMatchObject({
      name,
      state: 'waiting',
      data: '{"to":"ada"}',
      maxAttempts: 3,
      priority: 2,
      scheduler: null,
    })
    expect(await the(source, 'schedulers')('mail')).toEqual(before)
    await expect(the(source, 'runScheduler')('mail', 'no such')).rejects.toThrow(/has no schedule "no such"/)
  })

  it.each([
    ['report', undefined],
    ['report: weekly', undefined],
    ['report', 'a:b'],
  ])('are removed with their next run: %s, %s', async (name, jobId) => {
    const queue = bull.bench().queue('mail')
    await queue.add(name, {}, { repeat: { cron: '0 3 * * *', tz: 'Asia/Tokyo' }, ...(jobId && { jobId }) })
    await queue.add('other', {}, { repeat: { every: HOUR_MS } })
    const source = bull.source()
    const remove = the(source, 'removeScheduler')
    const entries = await the(source, 'schedulers')('mail')
    const id = entries.find(({ cron }) => cron !== null)?.id ?? ''
    expect([await remove('mail', id), await remove('mail', id)]).toEqual([true, false])
    expect((await the(source, 'schedulers')('mail')).map((entry) => entry.name)).toEqual(['other'])
    expect((await readOne(source, 'mail')).metrics.delayed).toBe(1)
  })

  it('keep their next run from being removed or promoted', async () => {
    await bull
      .bench()
      .queue('mail')
      .add('report', {}, { repeat: { every: HOUR_MS } })
    const source = bull.source()
    const id = await nextRun('mail')
    const scheduler = `report:::${HOUR_MS}`
    expect(await the(source, 'remove')('mail', [id])).toEqual([
      { id, ok: false, reason: `is the next run of the schedule "${scheduler}": remove the schedule instead` },
    ])
    expect(await the(source, 'promote')('mail', [id])).toEqual([
      { id, ok: false, reason: `is the next run of the schedule "${scheduler}": run the schedule instead` },
    ])
    const query = { state: 'delayed', before: Date.now() + HOUR_MS, limit: 5 } as const
    expect(await the(source, 'clean')('mail', query)).toBe(0)
    expect(await nextRun('mail')).toBe(id)
  })

  it('that have lost their next run never run again: they say so, and can be removed', async () => {
    const queue = bull.bench().queue('mail')
    await queue.add('report', {}, { repeat: { cron: '0 3 * * *' } })
    await queue.getJob(await nextRun('mail')).then((job) => job?.remove())
    const source = bull.source()
    const [entry] = await the(source, 'schedulers')('mail')
    expect(entry).toMatchObject({
      name: 'report',
      cron: '0 3 * * *',
      state: 'orphan',
      data: null,
      options: null,
      runs: null,
    })
    await expect(the(source, 'runScheduler')('mail', entry?.id ?? '')).rejects.toThrow(/has lost its next run/)
    expect(await the(source, 'removeScheduler')('mail', entry?.id ?? '')).toBe(true)
    expect(await the(source, 'schedulers')('mail')).toEqual([])
  })

  it('have ended with the right count at their limit, and need attention when their next run is due or gone', async () => {
    const bench = bull.bench()
    const queue = bench.queue('mail')
    await queue.add('twice', {}, { repeat: { every: HOUR_MS, limit: 2 } })
    for (let run = 0; run < 2; run++) {
      await queue.getJob(await nextRun('mail')).then((job) => job?.promote())
      await bench.complete('mail')
    }
    await queue.add('late', {}, { repeat: { cron: '0 3 * * *' } })
    const late = await nextRun('mail')
    const past = Date.now() - HOUR_MS
    const key = late.slice(0, late.lastIndexOf(':') + 1)
    await bull.client.rename(`bull:mail:${late}`, `bull:mail:${key}${past}`)
    await bull.client.zrem('bull:mail:delayed', late)
    await bull.client.zadd('bull:mail:delayed', past * 4_096, `${key}${past}`)
    await bull.client.zadd('bull:mail:repeat', past, 'late::::0 3 * * *')
    await queue.add('gone', {}, { repeat: { cron: '0 4 * * *' }, jobId: 'x' })
    const gone = (await queue.getDelayed()).find(({ name }) => name === 'gone')
    await gone?.remove()
    const source = bull.source()
    const list = await the(source, 'schedulers')('mail')
    const byName = new Map(list.map((entry) => [entry.name, entry]))
    expect(byName.get('twice')).toMatchObject({ state: 'ended', attention: null, runs: 2, limit: 2 })
    expect(byName.get('twice')?.last).toBeGreaterThan(Date.now() - 60_000)
    expect(byName.get('late')).toMatchObject({ state: 'late', attention: expect.stringContaining('due'), next: past })
    expect(byName.get('gone')).toMatchObject({ state: 'orphan', attention: expect.stringContaining('gone') })
    for (const entry of list) expect(await the(source, 'scheduler')('mail', entry.id)).toEqual(entry)
    expect(await the(source, 'scheduler')('mail', 'none')).toBeNull()
  })

  it('know when they ran last after they were registered again', async () => {
    const bench = bull.bench()
    const queue = bench.queue('mail')
    const add = () => queue.add('report', {}, { repeat: { cron: '* * * * * *' } })
    await add()
    const before = Date.now()
    const id = await nextRun('mail')
    await queue.getJob(id).then((job) => job?.promote())
    await bench.complete('mail')
    // Bull would not make a job of its id again.
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Number(id.split(':').at(-1))), { timeout: 5_000 })
    const source = bull.source()
    const [ran] = await the(source, 'schedulers')('mail')
    expect(ran).toMatchObject({ runs: 1 })
    await queue.removeRepeatableByKey(ran?.id ?? '')
    await add()
    const [entry] = await the(source, 'schedulers')('mail')
    expect(entry).toMatchObject({ state: 'active', runs: 0 })
    expect(entry?.last).toBeGreaterThanOrEqual(before)
    expect(entry?.last).toBeLessThanOrEqual(Date.now())
  })
})
