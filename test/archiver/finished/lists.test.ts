import { expect, test } from 'vitest'
import type { JobQuery, QueueSource } from '../../../src/ports/index.js'
import { BullRedis } from '../../support/bullmq-redis.js'
import { addFinished, finishedBench, idsFrom, listedQueue, removeFinished } from './bench.js'

const bull = new BullRedis()
const bench = finishedBench()
const START = Date.now() - 600_000
const many = (start: number, count: number, at = (index: number) => START + index) =>
  idsFrom(start, count).map((id, index) => ({ id, finishedOn: at(start + index) }))

/** Does something between two pages of a list. */
function betweenPages(source: QueueSource, work: (page: number) => Promise<void>): QueueSource {
  let pages = 0
  return {
    ...source,
    async jobs(queue: string, query: JobQuery) {
      const listing = await source.jobs?.(queue, query)
      if (query.state === 'completed') await work(++pages)
      return listing as never
    },
  }
}

test('the first round archives all that a list still has, and later ones what is new', async () => {
  const source = bull.source()
  const finished = bench.finished([listedQueue(source, 'mail')])
  await addFinished(bull.client, 'mail', many(0, 1_234))
  await finished.run()
  expect(await bench.jobs()).toHaveLength(1_234)
  const written = bench.batches.length
  await finished.run()
  await finished.run()
  expect(bench.batches).toHaveLength(written)
  await addFinished(bull.client, 'mail', many(1_234, 3))
  await finished.run()
  expect(bench.batches.slice(written).map(({ jobs }) => jobs?.length)).toEqual([3])
  expect(new Set((await bench.jobs()).map(({ id }) => id)).size).toBe(1_237)
  expect(await bench.gaps()).toEqual([])
})

test('an idle queue costs two short lists', async () => {
  const source = bull.source()
  await addFinished(bull.client, 'mail', many(0, 900))
  const queries: JobQuery[] = []
  const noted: QueueSource = {
    ...source,
    async jobs(queue: string, query: JobQuery) {
      queries.push(query)
      return source.jobs?.(queue, query) as never
    },
  }
  const finished = bench.finished([listedQueue(noted, 'mail')])
  await finished.run()
  queries.length = 0
  await finished.run()
  expect(queries.map(({ state, limit }) => [state, limit])).toEqual([
    ['completed', 20],
    ['failed', 20],
  ])
})

test('jobs that ended in the same millisecond are archived once each, whenever they come', async () => {
  const source = bull.source()
  const finished = bench.finished([listedQueue(source, 'mail')])
  const at = () => START
  for (const [start, count] of [
    [0, 700],
    [700, 1],
    [701, 1_500],
  ] as const) {
    await addFinished(bull.client, 'mail', many(start, count, at))
    await finished.run()
    expect(await bench.jobs()).toHaveLength(start + count)
  }
  const written = bench.batches.length
  await finished.run()
  expect(bench.batches).toHaveLength(written)
})

test('a job that comes late, by a clock that is behind, is archived', async () => {
  const source = bull.source()
  const now = Date.now()
  await addFinished(
    bull.client,
    'mail',
    many(0, 5, (index) => now - 5 + index),
  )
  const finished = bench.finished([listedQueue(source, 'mail')])
  await finished.run()
  await addFinished(bull.client, 'mail', [{ id: 'late', finishedOn: now - 30_000 }])
  await finished.run()
  expect((await bench.jobs()).map(({ id }) => id)).toContain('late')
})

test('a list that grows while it is paged gives each job once', async () => {
  await addFinished(bull.client, 'mail', many(0, 2_000))
  let next = 2_000
  const source = betweenPages(bull.source(), async (page) => {
    if (page > 4) return
    await addFinished(bull.client, 'mail', many(next, 700))
    next += 700
  })
  const finished = bench.finished([listedQueue(source, 'mail')])
  await finished.run()
  await finished.run()
  const ids = (await bench.jobs()).map(({ id }) => id)
  expect(new Set(ids)).toEqual(new Set(idsFrom(0, next)))
  expect(ids).toHaveLength(next)
  const archived = bench.batches.flatMap(({ jobs = [] }) => jobs)
  expect(archived).toHaveLength(next)
  expect(await bench.gaps()).toEqual([])
})

test('jobs that leave the list while it is paged hide no others', async () => {
  await addFinished(bull.client, 'mail', many(0, 3_000))
  const source = betweenPages(bull.source(), async (page) => {
    // The newest ones, which were read.
    if (page === 2) await removeFinished(bull.client, 'mail', idsFrom(2_500, 500))
  })
  await bench.finished([listedQueue(source, 'mail')]).run()
  const ids = new Set((await bench.jobs()).map(({ id }) => id))
  expect(idsFrom(0, 2_500).filter((id) => !ids.has(id))).toEqual([])
})

test('a job that was removed before its payload was read is archived without', async () => {
  const [gone = '', kept = ''] = idsFrom(0, 2)
  await addFinished(bull.client, 'mail', many(0, 2))
  const source = betweenPages(bull.source(), () => removeFinished(bull.client, 'mail', [gone]))
  await bench.finished([listedQueue(source, 'mail')]).run()
  const jobs = await bench.jobs()
  expect(jobs.map(({ id, payload }) => [id, payload?.text ?? null])).toEqual([
    [gone, null],
    [kept, `{"id":"${kept}"}`],
  ])
})

test('an id that comes back after a retry is another attempt', async () => {
  const source = bull.source()
  const finished = bench.finished([listedQueue(source, 'mail')])
  await addFinished(bull.client, 'mail', [{ id: '1', finishedOn: START, state: 'failed' }])
  await finished.run()
  await bull.client.zrem('bull:mail:failed', '1')
  await finished.run()
  await addFinished(bull.client, 'mail', [{ id: '1', finishedOn: START + 50 }])
  await finished.run()
  expect((await bench.jobs()).map(({ id, outcome }) => [id, outcome])).toEqual([
    ['1', 'failed'],
    ['1', 'completed'],
  ])
})

test('jobs without an end, and those of the future, are left out and hold up nothing', async () => {
  const source = bull.source()
  const lines: string[] = []
  const logger = { info: () => {}, warn: (line: string) => lines.push(line), error: () => {} }
  const future = { id: 'future', finishedOn: Date.now() + 3_600_000 }
  await addFinished(bull.client, 'mail', [{ id: 'endless', finishedOn: null }, future, ...many(0, 2)])
  const finished = bench.finished([listedQueue(source, 'mail')], { logger })
  await finished.run()
  await addFinished(bull.client, 'mail', many(2, 2))
  await finished.run()
  expect((await bench.jobs()).map(({ id }) => id)).toEqual(idsFrom(0, 4))
  expect(lines).toEqual([expect.stringMatching(/leaves out 1 finished jobs of the queue mail/)])
})

test('a process that ends between two steps archives each job once', async () => {
  const source = bull.source()
  await addFinished(
    bull.client,
    'mail',
    many(0, 1_700, (index) => START + Math.floor(index / 40)),
  )
  let left = 2
  const failing = {
    cursor: (stream: string) => bench.archive.cursor(stream),
    write: async (batch: Parameters<typeof bench.archive.write>[0]) => {
      if (left-- <= 0) throw new Error('disk full')
      return bench.archive.write(batch)
    },
  }
  await expect(bench.finished([listedQueue(source, 'mail')], { archive: failing }).run()).rejects.toThrow('disk full')
  // The first step, and a part of the second one.
  expect(await bench.jobs()).toHaveLength(750)
  await addFinished(
    bull.client,
    'mail',
    many(1_700, 10, () => START + 5_000),
  )
  await bench.finished([listedQueue(source, 'mail')]).run()
  expect(await bench.jobs()).toHaveLength(1_710)
  // Only that part was handed over twice.
  expect(bench.batches.flatMap(({ jobs = [] }) => jobs)).toHaveLength(1_960)
})

test('two Zeniths at once archive each job once', async () => {
  await addFinished(bull.client, 'mail', many(0, 1_300))
  const rounds = [bull.source(), bull.source()].map((source) => bench.finished([listedQueue(source, 'mail')]).run())
  await Promise.all(rounds)
  expect(await bench.jobs()).toHaveLength(1_300)
})

test('what a round does not reach is a gap, and so is what a short list has lost', async () => {
  const source = bull.source()
  const finished = bench.finished([listedQueue(source, 'mail')])
  await addFinished(bull.client, 'mail', many(0, 20))
  await finished.run()
  await removeFinished(bull.client, 'mail', idsFrom(0, 20))
  await addFinished(bull.client, 'mail', many(100, 20))
  await finished.run()
  expect(await bench.gaps()).toEqual([
    { stream: 'finished:key-mail:completed', from: START + 19, to: START + 100, lost: null },
  ])
  await addFinished(bull.client, 'mail', many(1_000, 11_000))
  await finished.run()
  const gaps = await bench.gaps()
  expect(gaps).toHaveLength(2)
  expect(gaps[1]).toMatchObject({ from: START + 119, lost: null })
  const reached = (await bench.jobs()).filter(({ finishedAt }) => finishedAt > START + 119)
  expect(reached[0]?.finishedAt).toBe(gaps[1]?.to)
  await finished.run()
  expect(await bench.gaps()).toHaveLength(2)
})

test('a list that a user has emptied is no gap', async () => {
  const source = bull.source()
  const finished = bench.finished([listedQueue(source, 'mail')])
  await addFinished(bull.client, 'mail', [{ id: '1', finishedOn: START, state: 'failed' }])
  await finished.run()
  await bull.client.zrem('bull:mail:failed', '1')
  await addFinished(bull.client, 'mail', [{ id: '2', finishedOn: START + 9, state: 'failed' }])
  await finished.run()
  expect(await bench.jobs()).toHaveLength(2)
  expect(await bench.gaps()).toEqual([])
})

test('a source that hangs holds up no other, and is left alone until it has answered', async () => {
  await addFinished(bull.client, 'mail', many(0, 3))
  const source = bull.source()
  let answer: (value: never) => void = () => {}
  let asked = 0
  const hanging: QueueSource = {
    ...source,
    jobs() {
      asked += 1
      return new Promise((resolve) => {
        answer = resolve
      })
    },
  }
  const queues = [listedQueue(hanging, 'stuck'), listedQueue(hanging, 'stuck2'), listedQueue(source, 'mail')]
  const finished = bench.finished(queues, { callMs: 100 })
  await finished.run()
  await finished.run()
  expect(await bench.jobs()).toHaveLength(3)
  expect(asked).toBe(1)
  answer({ jobs: [], total: 0, missing: 0 } as never)
  await new Promise((resolve) => setImmediate(resolve))
  await finished.run()
  expect(asked).toBeGreaterThan(1)
  await finished.close()
})

test('a queue that can’t be listed holds up no other of its source', async () => {
  await bull.client.set('bull:broken:completed', 'text')
  await addFinished(bull.client, 'mail', many(0, 3))
  const source = bull.source()
  await bench.finished([listedQueue(source, 'broken'), listedQueue(source, 'mail')]).run()
  expect(await bench.jobs()).toHaveLength(3)
})

test('a source that fails is told once, and when it works again', async () => {
  await addFinished(bull.client, 'mail', many(0, 3))
  const source = bull.source()
  let isDown = true
  const failing: QueueSource = {
    ...source,
    async jobs(queue: string, query: JobQuery) {
      if (isDown) throw new Error('the server is down')
      return source.jobs?.(queue, query) as never
    },
  }
  const lines: string[] = []
  const log = (line: string) => lines.push(line)
  const logger = { info: log, warn: log, error: log }
  const finished = bench.finished([listedQueue(failing, 'mail')], { logger })
  for (let round = 0; round < 4; round++) await finished.run()
  isDown = false
  await finished.run()
  expect(await bench.jobs()).toHaveLength(3)
  expect(lines).toEqual([
    expect.stringMatching(/^Zenith can't archive the finished jobs .*: the server is down\. It tries again\.$/),
    expect.stringMatching(/^Zenith archives the finished jobs .* again after/),
  ])
})

test('closing does not wait for a source', async () => {
  const source: QueueSource = { ...bull.source(), jobs: () => new Promise(() => {}) }
  const finished = bench.finished([listedQueue(source, 'mail')], { callMs: 1e9 })
  const running = finished.run()
  await new Promise((resolve) => setImmediate(resolve))
  await finished.close()
  await running
})

test('more queues than a round takes have their turns', async () => {
  const source = bull.source()
  const names = Array.from({ length: 250 }, (_, index) => `q${1_000 + index}`)
  for (const name of names) await addFinished(bull.client, name, [{ id: '1', finishedOn: START }])
  const finished = bench.finished(names.map((name) => listedQueue(source, name)))
  await finished.run()
  await finished.run()
  expect(new Set((await bench.jobs()).map(({ queueName }) => queueName)).size).toBe(250)
})
