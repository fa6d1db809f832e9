import { expect, test } from 'vitest'
import { gravitoBench } from './gravito-stream/bench.js'
import { serialized } from './gravito-stream/framework.js'

const bench = gravitoBench()
const HOUR = 3_600_000
const DEFINITION = {
  id: 'nightly',
  name: 'Report',
  cron: '0 3 * * *',
  every: null,
  timezone: null,
  limit: null,
  from: null,
  until: null,
  data: '{}',
  options: {},
}

/** As the framework's scheduler registers one. */
async function register(id: string, fields: Record<string, string | number> = {}) {
  const job = JSON.stringify(
    serialized({ id: 'of-schedule', name: 'Report', data: { to: 'ada' } }, { priority: 'high' }),
  )
  const nextRun = Number(fields.nextRun ?? Date.now() + HOUR)
  const whole = { id, cron: '0 3 * * *', queue: 'reports', job, nextRun, enabled: 'true', ...fields }
  await bench.admin.hset(`queue:schedule:${id}`, whole)
  await bench.admin.zadd('queue:schedules', nextRun, id)
}

test('shows the schedules of a queue as the framework keeps them', async () => {
  const next = Date.now() + HOUR
  await register('a', { nextRun: next, lastRun: 1_700_000_000_000 })
  await register('b', { enabled: 'false' })
  await register('c', { queue: 'mail' })
  await register('d', { job: 'no json' })
  await bench.admin.zadd('queue:schedules', 5, 'orphan')
  const schedulers = await bench.source().schedulers('reports')
  expect(schedulers.map(({ id, state }) => [id, state]).sort()).toEqual([
    ['a', 'active'],
    ['b', 'paused'],
    ['d', 'active'],
  ])
  expect(schedulers.find(({ id }) => id === 'a')).toMatchObject({
    name: 'Report',
    cron: '0 3 * * *',
    next,
    last: 1_700_000_000_000,
    data: '{"to":"ada"}',
    options: { maxAttempts: 3, priority: 'high' },
  })
})

test('runs a job of a schedule in the list of its priority, under an id of its own', async () => {
  await register('a')
  const source = bench.source()
  const ids = [(await source.runScheduler('reports', 'a')).id, (await source.runScheduler('reports', 'a')).id]
  expect((await bench.list('queue:reports:high')).map(({ id }) => id)).toEqual(ids)
  expect(new Set([...ids, 'of-schedule']).size).toBe(3)
})

test('a schedule of another queue is not touched', async () => {
  await register('nightly', { queue: 'mail' })
  const before = await bench.admin.hgetall('queue:schedule:nightly')
  const source = bench.source()
  await expect(source.saveScheduler('reports', DEFINITION)).rejects.toThrow(/queue mail has a schedule of this id/)
  await expect(source.runScheduler('reports', 'nightly')).rejects.toThrow(/no such schedule/)
  await expect(source.pauseScheduler('reports', 'nightly')).rejects.toThrow(/no such schedule/)
  expect(await source.removeScheduler('reports', 'nightly')).toBe(false)
  expect(await bench.admin.hgetall('queue:schedule:nightly')).toEqual(before)
  expect(await bench.admin.keys('*')).toHaveLength(2)
})

test('what fell due while a schedule was paused is not made up for', async () => {
  await register('a', { enabled: 'false', nextRun: Date.now() - 50 * HOUR })
  const source = bench.source()
  await source.resumeScheduler('reports', 'a')
  const [entry] = await source.schedulers('reports')
  expect(entry?.state).toBe('active')
  expect(entry?.next).toBeGreaterThan(Date.now())
  expect(Number(await bench.admin.hget('queue:schedule:a', 'nextRun'))).toBe(entry?.next)
})

test('a schedule that is due and that no worker has looked at needs attention', async () => {
  const past = Date.now() - HOUR
  await register('late', { nextRun: past })
  await register('well')
  await register('paused', { nextRun: past, enabled: 'false' })
  const source = bench.source()
  const found = await Promise.all(['late', 'well', 'paused', 'none'].map((id) => source.scheduler?.('reports', id)))
  expect(found).toMatchObject([
    { state: 'late', attention: expect.stringContaining('due'), next: past },
    { state: 'active', attention: null },
    { state: 'paused', attention: null },
    null,
  ])
  expect(await source.scheduler?.('mail', 'late')).toBeNull()
  expect((await source.schedulers('reports')).find(({ id }) => id === 'late')).toEqual(found[0])
})

test('each of 5,101 schedules is listed', async () => {
  const next = Date.now() + HOUR
  const pipeline = bench.admin.pipeline()
  for (let n = 0; n < 5_101; n++) {
    pipeline.hset(`queue:schedule:s-${n}`, {
      id: `s-${n}`,
      cron: '0 3 * * *',
      queue: 'reports',
      job: '{}',
      enabled: 'true',
    })
    pipeline.zadd('queue:schedules', next + n, `s-${n}`)
  }
  await pipeline.exec()
  const source = bench.source()
  expect(await source.schedulers('reports')).toHaveLength(5_101)
  expect(await source.omittedSchedulers?.('reports')).toBe(0)
})

test('saving a paused schedule leaves it paused', async () => {
  await register('nightly', { enabled: 'false' })
  const source = bench.source()
  await source.saveScheduler('reports', { ...DEFINITION, cron: '0 4 * * *' })
  expect(await source.schedulers('reports')).toMatchObject([{ id: 'nightly', state: 'paused', cron: '0 4 * * *' }])
})

test.each([
  [{ limit: 3 }, /no limit/],
  [{ from: 1 }, /no beginning/],
  [{ options: { colour: 'red' } }, /no "colour"/],
  [{ data: 'no json' }, /JSON/],
  [{ id: '' }, /needs an id/],
  [{ cron: '0 3 30 2 *' }, /never due/],
  [{ cron: '5,5 * * * *' }, /named twice/],
  [{ cron: '61 * * * *' }, /"61" is no minute/],
])('a schedule that the framework could not keep is refused: %j', async (changes, message) => {
  await expect(bench.source().saveScheduler('reports', { ...DEFINITION, ...changes })).rejects.toThrow(message)
  expect(await bench.admin.keys('*')).toEqual([])
})
