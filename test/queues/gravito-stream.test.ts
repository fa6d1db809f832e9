import { expect, test } from 'vitest'
import { type GravitoStreamQueuesOptions, gravitoStreamQueues } from '../../src/queues/gravito-stream/index.js'
import { gravitoBench } from './gravito-stream/bench.js'
import { serialized } from './gravito-stream/framework.js'

const bench = gravitoBench()
const job = (id: string, changes = {}) => serialized({ id, name: 'SendMail', data: { id } }, changes)
const first = async (source = bench.source()) => (await source.read()).queues[0]
const OLDEST = { offset: 0, limit: 100, order: 'oldest' } as const

test('lists jobs of all priorities in the order in which workers take them', async () => {
  const { framework } = bench
  for (const [id, priority] of [['l', 'low'], ['n1'], ['h', 'high'], ['n2'], ['c1', 'critical'], ['c2', 'critical']])
    await framework.push('mail', job(id ?? ''), priority)
  const source = bench.source()
  expect(await first(source)).toMatchObject({
    name: 'mail',
    metrics: { waiting: 6, prioritized: null, active: null, completed: null },
    meta: { 'waiting critical': 2, 'waiting high': 1, 'waiting low': 1 },
  })
  const { jobs } = await source.jobs('mail', { state: 'waiting', ...OLDEST })
  const middle = await source.jobs('mail', { state: 'waiting', offset: 1, limit: 3, order: 'oldest' })
  const ids = jobs.map(({ id }) => id)
  expect(middle.jobs.map(({ id }) => id)).toEqual(ids.slice(1, 4))
  for (const id of ids) expect((await framework.pop('mail')).id).toBe(id)
  expect(ids).toHaveLength(6)
})

test('lists delayed jobs of all priorities by the time when they are due', async () => {
  const now = Date.now()
  for (const [index, priority] of ['low', 'critical', '', 'high', 'critical', 'low'].entries())
    await bench.framework.pushDelayed('mail', job(`${index}`), now + 60_000 * (index + 1), priority)
  const source = bench.source()
  expect((await first(source))?.metrics.delayed).toBe(6)
  const ids = async (offset: number, limit: number, order: 'oldest' | 'newest') =>
    (await source.jobs('mail', { state: 'delayed', offset, limit, order })).jobs.map(({ id }) => id).join('')
  expect([await ids(0, 9, 'oldest'), await ids(0, 9, 'newest')]).toEqual(['012345', '543210'])
  expect([await ids(2, 3, 'oldest'), await ids(4, 9, 'newest')]).toEqual(['234', '10'])
})

test('finds queues and nothing that is none', async () => {
  const { admin, framework } = bench
  await framework.push('mail:eu', job('1'), 'high')
  await framework.pushDelayed('later', job('2'), Date.now() + 60_000, 'low')
  await framework.fail('broken', job('3'), 'No stock')
  await framework.pushOfGroup('grouped', job('4', { groupId: 'g' }))
  await framework.pushOfGroup('grouped', job('5', { groupId: 'g' }))
  await admin.zadd('queue:schedules', 1, 'nightly')
  await admin.hset('queue:schedule:nightly', { id: 'nightly', queue: 'reports', cron: '0 3 * * *', enabled: 'true' })
  await admin.lpush('queue:logs:history', 'a line')
  await admin.set('queue:worker:w1', '{}')
  await admin.set('queue:lock:schedule:nightly:1', '1')
  await admin.set('queue:mail:eu:ratelimit:17', '1')
  await admin.zadd('queue:mail:eu:ratelimit', 1, 'x')
  await admin.lpush('queues:laravel', '{}')
  await admin.lpush('other', 'x')
  const { queues } = await bench.source().read()
  expect(queues.map(({ name }) => name)).toEqual(['broken', 'grouped', 'later', 'mail:eu', 'reports'])
})

test('looks for queues once a minute at most, however often it is read', async () => {
  const scans = async () => Number(/cmdstat_scan:calls=(\d+)/.exec(await bench.admin.info('commandstats'))?.[1] ?? 0)
  await bench.framework.push('mail', job('1'))
  const source = bench.source()
  await source.read()
  const before = await scans()
  expect(before).toBeGreaterThan(0)
  for (let turn = 0; turn < 5; turn++) await source.read()
  expect(await scans()).toBe(before)
})

test('says in words that it may not look for queues', async () => {
  await bench.limited('-scan')
  const source = bench.source({ redis: bench.server.url.replace('//', '//limited:secret@') })
  await expect(source.read()).rejects.toThrow(/may not SCAN.*option "queues"/)
})

test('says that old failed jobs are lost when the list is full', async () => {
  for (let id = 0; id < 999; id++) await bench.admin.lpush('queue:mail:failed', JSON.stringify(job(`${id}`)))
  const source = bench.source()
  expect(await first(source)).toMatchObject({ metrics: { failed: 999 }, meta: null })
  await bench.framework.fail('mail', job('x'), 'No stock')
  expect(await first(source)).toMatchObject({
    metrics: { failed: 1_000 },
    meta: { 'failed jobs': expect.stringMatching(/newest 1000.*lost/) },
  })
})

test('pauses the lists of all priorities, and says when some are not', async () => {
  const { admin, framework } = bench
  await framework.push('mail', job('1'), 'critical')
  await framework.push('mail', job('2'))
  const source = bench.source()
  await source.pause('mail')
  expect(await framework.pop('mail')).toBeNull()
  expect(await first(source)).toMatchObject({ paused: true, meta: { 'waiting critical': 1 } })
  await admin.del('queue:mail:critical:paused')
  expect(await first(source)).toMatchObject({ paused: true, meta: { 'paused lists': 'high, default, low' } })
  await source.resume('mail')
  expect(await framework.pop('mail')).toMatchObject({ id: '1' })
  expect(await framework.pop('mail')).toMatchObject({ id: '2' })
  expect(await admin.keys('*paused')).toEqual([])
})

test('shows the payload as the app wrote it, to the last digit', async () => {
  const data = '{"class":"SendMail","properties":{"big":12345678901234567890,"empty":[]}}'
  await bench.framework.push('mail', job('1', { data }))
  await bench.framework.push(
    'mail',
    job('2', { type: 'json', className: undefined, data: data.replace('class', 'job') }),
  )
  await bench.framework.push('mail', job('3', { data: 'plain text' }))
  const source = bench.source()
  const shown = []
  for (const id of ['1', '2', '3']) shown.push(await source.job('mail', id))
  const payload = '{"big":12345678901234567890,"empty":[]}'
  expect(shown.map((one) => [one?.name, one?.data])).toEqual([
    ['SendMail', payload],
    ['SendMail', payload],
    ['SendMail', 'plain text'],
  ])
  const { id } = await source.duplicate('mail', '1')
  expect((await source.job('mail', id))?.data).toBe(payload)
  const added = await source.add('mail', { name: 'A', data: payload, delay: null, priority: null, attempts: null })
  expect((await source.job('mail', added.id))?.data).toBe(payload)
})

test('shows what is no JSON, and takes it out by what it is', async () => {
  await bench.admin.lpush('queue:mail', 'no json', '[1]', '{"id":7}')
  const source = bench.source()
  const { jobs, total } = await source.jobs('mail', { state: 'waiting', ...OLDEST })
  expect([total, jobs.map(({ id }) => id)]).toEqual([
    3,
    [expect.stringMatching(/^#\w+$/), expect.stringMatching(/^#\w+$/), '7'],
  ])
  const [odd] = jobs
  expect(await source.job('mail', odd?.id ?? '')).toMatchObject({ data: 'no json', options: null, addedAt: null })
  expect(await source.remove('mail', [odd?.id ?? ''])).toMatchObject([{ ok: true }])
  expect((await bench.admin.lrange('queue:mail', 0, -1)).sort()).toEqual(['[1]', '{"id":7}'])
})

test('does not look into payloads that are too large, and counts them', async () => {
  const data = JSON.stringify({ class: 'SendMail', properties: { text: 'x'.repeat(300_000) } })
  await bench.framework.push('mail', job('large', { data }))
  await bench.framework.push('mail', job('small'))
  const bounds = { state: 'waiting', maxMatches: 10, maxScanned: 10, maxMs: 10_000 } as const
  const source = bench.source()
  expect(await source.search('mail', { ...bounds, text: 'xxx' })).toMatchObject({ jobs: [], skipped: 1, scanned: 2 })
  expect((await source.search('mail', { ...bounds, text: 'LARGE' })).jobs).toHaveLength(1)
})

test('counts the workers whose heartbeats name a queue', async () => {
  const { admin, framework } = bench
  await framework.push('mail', job('1'))
  await framework.push('other', job('1'))
  const beat = (key: string, fields: object) => admin.set(key, JSON.stringify(fields), 'EX', 60)
  await beat('flux_console:worker:w1', { id: 'w1', status: 'online', queues: ['mail', 'images'] })
  await beat('queue:worker:w2', { id: 'w2', queues: ['mail'] })
  await beat('flux_console:worker:celery', { id: 'celery', framework: 'celery', queues: ['mail', 'other'] })
  const source = bench.source()
  const workers = async () => (await source.read()).queues.map(({ name, workers }) => [name, workers])
  expect(await workers()).toEqual([
    ['mail', 2],
    ['other', null],
  ])
  await admin.del('queue:worker:w2', 'flux_console:worker:w1')
  expect(await workers()).toEqual([
    ['mail', 0],
    ['other', null],
  ])
  await beat('flux_console:worker:w3', { id: 'w3', status: 'online' })
  expect((await bench.source().read()).queues.map((queue) => queue.workers)).toEqual([null, null])
})

test.each([
  [{ queues: [] }, /gravitoStreamQueues: option "queues" takes a list of names/],
  [{ prefix: 5 }, /option "prefix" takes a text/],
  [{ heartbeats: null }, null],
  [{ heartbeats: 7 }, /option "heartbeats" takes a text/],
  [{ scanEvery: 10 }, /option "scanEvery" takes a number of milliseconds, at least 1000/],
  [{ redis: undefined }, /option "redis" takes a URL/],
])('options that make no sense are refused: %j', (changes, message) => {
  const make = () => gravitoStreamQueues({ redis: bench.server.url, ...changes } as GravitoStreamQueuesOptions)
  if (message) expect(make).toThrow(message)
  else expect(make).not.toThrow()
})
