import { expect, test } from 'vitest'
import type { JobScan } from '../../src/ports/index.js'
import { gravitoBench } from './gravito-stream/bench.js'
import { serialized } from './gravito-stream/framework.js'

const bench = gravitoBench()
const job = (id: string, changes = {}) => serialized({ id, name: 'SendMail', data: { id } }, changes)
const WAITING = { state: 'waiting', offset: 0, limit: 100, order: 'oldest' } as const
const FAILED = { ...WAITING, state: 'failed' } as const

for (const [name, rights] of [
  ['with scripts', []],
  ['without scripts', ['-@scripting']],
] as const) {
  const limited = () => bench.limited(...rights)

  test(`retries a job as if it were new, in the list of its priority, ${name}`, async () => {
    const { framework } = bench
    await framework.fail('mail', job('1', { priority: 'high', attempts: 3, delaySeconds: 30 }), 'No stock')
    await framework.push('mail', job('2'))
    const source = await limited()
    expect(await source.retry('mail', ['1'])).toEqual([{ id: '1', ok: true, reason: null }])
    expect(await bench.list('queue:mail:failed')).toEqual([])
    expect(await bench.admin.exists('queue:mail:delayed', 'queue:mail:high:delayed')).toBe(0)
    const { error, failedAt, delaySeconds, ...taken } = await framework.pop('mail')
    expect([error, failedAt, delaySeconds]).toEqual([undefined, undefined, undefined])
    const { createdAt: _, ...original } = JSON.parse(JSON.stringify(job('1', { priority: 'high' })))
    expect(taken).toMatchObject(original)
  })

  test(`takes an id for what it is, never for a part of another, ${name}`, async () => {
    const { framework } = bench
    for (const id of ['a', 'aa', 'xax', '"id":"a"', 'a*']) await framework.fail('mail', job(id), 'a')
    const source = await limited()
    expect(await source.retry('mail', ['a'])).toMatchObject([{ ok: true }])
    expect(await source.remove('mail', ['a*', 'id', 'x'])).toMatchObject([{ ok: true }, { ok: false }, { ok: false }])
    expect((await bench.list('queue:mail:failed')).map(({ id }) => id)).toEqual(['aa', 'xax', '"id":"a"'])
    expect((await bench.list('queue:mail')).map(({ id }) => id)).toEqual(['a'])
  })

  test(`tells jobs of one id apart, ${name}`, async () => {
    const { framework } = bench
    await framework.fail('mail', job('nightly', { createdAt: 1_000 }), 'First')
    await framework.fail('mail', job('nightly', { createdAt: 2_000 }), 'Second')
    const source = await limited()
    const { jobs } = await source.jobs('mail', FAILED)
    const [one, two] = jobs.map(({ id }) => id)
    expect(one).not.toBe(two)
    expect((await source.job('mail', two ?? ''))?.failure).toBe('Second')
    expect(await source.retry('mail', ['nightly'])).toMatchObject([
      { ok: false, reason: expect.stringMatching(/Several jobs/) },
    ])
    expect(await bench.list('queue:mail:failed')).toHaveLength(2)
    expect(await source.retry('mail', [two ?? '', two ?? ''])).toMatchObject([{ ok: true }, { ok: false }])
    expect(await bench.list('queue:mail:failed')).toMatchObject([{ error: 'First' }])
    expect(await bench.list('queue:mail')).toMatchObject([{ createdAt: 2_000 }])
  })

  test(`takes one of two jobs that are the same to the letter, ${name}`, async () => {
    const twin = JSON.stringify(job('twin', { createdAt: 1_000, failedAt: 2_000 }))
    await bench.admin.lpush('queue:mail:failed', twin, twin)
    const source = await limited()
    expect(await source.retry('mail', ['twin'])).toMatchObject([{ ok: true }])
    expect(await bench.list('queue:mail:failed')).toHaveLength(1)
    expect(await bench.list('queue:mail')).toHaveLength(1)
  })

  test(`moves each job once, whoever retries it at the same time, ${name}`, async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `${index}`)
    for (const id of ids) await bench.framework.fail('mail', job(id), 'No stock')
    const sources = await Promise.all([limited(), limited(), limited()])
    const outcomes = (await Promise.all(sources.map((source) => source.retry('mail', ids)))).flat()
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(30)
    expect((await bench.list('queue:mail')).map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(ids.map(Number))
    expect(await bench.list('queue:mail:failed')).toEqual([])
  })

  test(`promotes a job into its own list, where the framework does not delay it again, ${name}`, async () => {
    await bench.framework.pushDelayed('mail', job('1', { delaySeconds: 60 }), Date.now() + 60_000, 'low')
    const source = await limited()
    expect(await source.promote('mail', ['1'])).toMatchObject([{ ok: true }])
    const [promoted] = await bench.list('queue:mail:low')
    expect(promoted).toMatchObject({ id: '1' })
    expect(promoted).not.toHaveProperty('delaySeconds')
  })

  test(`what is no JSON is not retried, for the framework could not read it, ${name}`, async () => {
    await bench.admin.lpush('queue:mail:failed', 'no json')
    const source = await limited()
    const { jobs } = await source.jobs('mail', FAILED)
    const outcomes = await source.retry('mail', [jobs[0]?.id ?? ''])
    expect(outcomes).toMatchObject([{ ok: false, reason: expect.stringMatching(/no JSON/) }])
    expect(await bench.admin.lrange('queue:mail:failed', 0, -1)).toEqual(['no json'])
  })
}

test('keeps the order of a group: a retried job waits for the one that is at work', async () => {
  const { admin, framework } = bench
  await framework.fail('mail', job('1', { groupId: 'g' }), 'No stock')
  await framework.fail('mail', job('2', { groupId: 'h' }), 'No stock')
  await framework.pushOfGroup('mail', job('3', { groupId: 'g' }))
  const source = bench.source()
  expect(await source.retry('mail', ['1', '2'])).toMatchObject([{ ok: true }, { ok: true }])
  expect((await bench.list('queue:mail')).map(({ id }) => id)).toEqual(['3', '2'])
  expect((await bench.list('queue:pending:g')).map(({ id }) => id)).toEqual(['1'])
  expect((await admin.smembers('queue:active')).sort()).toEqual(['g', 'h'])
})

test('a group goes on when its waiting job is removed', async () => {
  const { admin, framework } = bench
  for (const id of ['1', '2', '3']) await framework.pushOfGroup('mail', job(id, { groupId: 'g' }))
  const source = bench.source()
  expect(await source.remove('mail', ['1'])).toMatchObject([{ ok: true }])
  expect((await bench.list('queue:mail')).map(({ id }) => id)).toEqual(['2'])
  expect(await source.empty('mail', 10)).toBe(1)
  expect(await source.empty('mail', 10)).toBe(1)
  expect(await source.empty('mail', 10)).toBe(0)
  expect(await admin.exists('queue:mail', 'queue:pending:g', 'queue:active')).toBe(0)
})

test('without scripts jobs of groups are left alone, and it says why', async () => {
  const { framework } = bench
  await framework.fail('mail', job('1', { groupId: 'g' }), 'No stock')
  await framework.pushOfGroup('mail', job('2', { groupId: 'g' }))
  const source = await bench.limited('-eval')
  const refused = { ok: false, reason: expect.stringMatching(/group.*EVAL/) }
  expect(await source.retry('mail', ['1'])).toMatchObject([refused])
  expect(await source.remove('mail', ['2'])).toMatchObject([refused])
  await expect(source.empty('mail', 10)).rejects.toThrow(/group.*EVAL/)
  await expect(source.duplicate('mail', '1')).rejects.toThrow(/group.*EVAL/)
  expect(await source.remove('mail', ['1'])).toMatchObject([{ ok: true }])
  expect(await bench.list('queue:mail')).toHaveLength(1)
})

test.each([
  ['with scripts', ['-lrem', '-zrem']],
  ['without scripts', ['-lrem', '-zrem', '-@scripting']],
] as const)('says what the user may not do, and changes nothing, %s', async (_, rights) => {
  await bench.framework.fail('mail', job('1'), 'No stock')
  await bench.framework.pushDelayed('mail', job('2'), Date.now() + 60_000)
  const source = await bench.limited(...rights)
  await expect(source.retry('mail', ['1'])).rejects.toThrow(/can't run this command|permission/)
  await expect(source.promote('mail', ['2'])).rejects.toThrow(/can't run this command|permission/)
  expect(await bench.list('queue:mail:failed')).toHaveLength(1)
  expect(await bench.list('queue:mail')).toHaveLength(0)
})

test.each(['waiting', 'delayed'] as const)(
  'a scan goes through all %s jobs while those that it gave are taken away and others come',
  async (state) => {
    const push = async (from: number) => {
      for (let id = from; id < from + 20; id++) {
        await bench.framework.push('mail', job(`${id}`), ['', 'critical', 'low'][id % 3])
        const due = Date.now() + 60_000 + Math.floor(id / 5)
        await bench.framework.pushDelayed('mail', job(`${id}`), due, ['', 'high'][id % 2])
      }
    }
    await push(100)
    const source = bench.source()
    const seen: string[] = []
    let cursor: string | null = null
    for (let turn = 0; turn === 0 || cursor !== null; turn++) {
      const part: JobScan = await source.scan('mail', { state, asOf: Date.now() + 60_000, cursor, limit: 3 })
      seen.push(...part.jobs.map(({ id }) => id))
      cursor = part.cursor
      if (turn === 1) await source.remove('mail', seen)
      if (turn === 3) await source.remove('mail', seen.slice(-2))
      if (turn === 4) await push(200)
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(Array.from({ length: 20 }, (_, index) => `${100 + index}`)))
  },
)

test.each([
  ['with scripts', []],
  ['without scripts', ['-@scripting']],
] as const)('loses no job when the list that it goes to holds something else, %s', async (_, rights) => {
  await bench.framework.fail('mail', job('1'), 'No stock')
  await bench.framework.pushDelayed('mail', job('2'), Date.now() + 60_000)
  await bench.admin.set('queue:mail', 'no list')
  const source = await bench.limited(...rights)
  await expect(source.retry('mail', ['1'])).rejects.toThrow(/WRONGTYPE/)
  await expect(source.promote('mail', ['2'])).rejects.toThrow(/WRONGTYPE/)
  expect(await bench.list('queue:mail:failed')).toMatchObject([{ id: '1' }])
  expect(await bench.admin.zcard('queue:mail:delayed')).toBe(1)
})

test('finds jobs far from the beginning of a long list', async () => {
  const texts = Array.from({ length: 1_300 }, (_, id) => JSON.stringify(job(`${id}`)))
  await bench.admin.lpush('queue:mail', ...texts)
  const source = bench.source()
  for (const id of ['49', '50', '51', '777', '1299']) expect(await source.job('mail', id)).toMatchObject({ id })
  const ids = Array.from({ length: 1_250 }, (_, id) => `${id + 25}`)
  expect((await source.remove('mail', ids)).filter(({ ok }) => !ok)).toEqual([])
  expect(await bench.admin.llen('queue:mail')).toBe(50)
})

test('finds all jobs while others are taken away before them', async () => {
  const texts = Array.from({ length: 900 }, (_, id) => JSON.stringify(job(`${id}`, { failedAt: 1_000 })))
  await bench.admin.lpush('queue:mail:failed', ...texts)
  const source = bench.source()
  const wanted = Array.from({ length: 500 }, (_, id) => `${id + 400}`)
  let isOver = false
  const retried = source.retry('mail', wanted).finally(() => {
    isOver = true
  })
  for (let taken = 0; taken < 300 && !isOver; taken++) await bench.admin.rpop('queue:mail:failed')
  expect((await retried).filter(({ ok }) => !ok)).toEqual([])
  expect(await bench.admin.llen('queue:mail')).toBe(500)
})

test('cleans what is old alone, and nothing that does not say how old it is', async () => {
  const { framework } = bench
  const now = Date.now()
  await bench.admin.lpush('queue:mail:failed', JSON.stringify(job('undated')), 'no json')
  for (const [id, hours] of [
    ['1', 5],
    ['2', 3],
    ['3', 1],
  ] as const)
    await framework.fail('mail', job(id), 'No stock', now - hours * 3_600_000)
  const source = bench.source()
  expect(await source.clean('mail', { state: 'failed', before: now - 2 * 3_600_000, limit: 100 })).toBe(2)
  expect((await source.jobs('mail', FAILED)).jobs.map(({ id }) => id)).toEqual(['undated', expect.any(String), '3'])
})

test('adds a job as the framework writes one', async () => {
  const source = bench.source()
  const { id } = await source.add('mail', {
    name: 'SendMail',
    data: '{"a":1}',
    delay: null,
    priority: null,
    attempts: 5,
  })
  const taken = await bench.framework.pop('mail')
  expect(taken).toEqual({
    id,
    type: 'class',
    data: '{"class":"SendMail","properties":{"a":1}}',
    className: 'SendMail',
    createdAt: expect.any(Number),
    attempts: 0,
    maxAttempts: 5,
  })
  const add = (changes: object) =>
    source.add('mail', { name: 'A', data: '{}', delay: null, priority: null, attempts: null, ...changes })
  await expect(add({ data: 'no json' })).rejects.toThrow(/JSON/)
  await expect(add({ priority: 3 })).rejects.toThrow(/no priorities that are numbers/)
  expect(await bench.admin.keys('*')).toEqual([])
})

test('an id that is not among the jobs that are looked at costs its own result, and not that of the others', async () => {
  const texts = Array.from({ length: 50_010 }, (_, index) => JSON.stringify(job(`job-${index}`)))
  for (let from = 0; from < texts.length; from += 10_000)
    await bench.admin.lpush('queue:mail', ...texts.slice(from, from + 10_000))
  const source = await bench.limited()
  const outcomes = await source.remove('mail', ['job-1', 'job-50005', 'none', 'job-2'])
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, false, true])
  expect(outcomes[1]?.reason).toMatch(/too many jobs/)
  expect(await bench.admin.llen('queue:mail')).toBe(50_008)
})
