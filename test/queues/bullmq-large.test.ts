import { beforeAll, expect, test, vi } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import { BullRedis, bullmqOf, readOne, the } from '../support/bullmq-redis.js'

const bull = new BullRedis()
const FAILED = 1_000_000
const WITH_HASHES = 3_000
const LARGE = 3 * 1024 * 1024
/** As many commands as the counts of a queue with jobs in every state may take: 200 queues share a script, which holds the server meanwhile. */
const MOST_COMMANDS = 20

/** A million failed jobs; the oldest and the newest thousands of them whole, some of those with large payloads and errors. */
async function plant(): Promise<void> {
  for (let from = 0; from < FAILED; from += 10_000) {
    const members = Array.from({ length: 10_000 }, (_, index) => [1_700_000_000_000 + from + index, `${from + index}`])
    await bull.client.zadd('bull:mail:failed', ...members.flat())
  }
  const parts = [0, FAILED - WITH_HASHES].flatMap((first) =>
    [0, 500, 1_000, 1_500, 2_000, 2_500].map((at) => first + at),
  )
  for (const from of parts) {
    const pipeline = bull.client.pipeline()
    for (let id = from; id < from + 500; id++) {
      pipeline.hset(`bull:mail:${id}`, {
        name: 'send-mail',
        data: JSON.stringify({ number: id, note: 'x'.repeat(200) }),
        opts: '{"attempts":3,"backoff":{"type":"fixed","delay":1000}}',
        timestamp: 1_700_000_000_000,
        finishedOn: 1_700_000_000_000 + id,
        failedReason: 'Connection refused by the other side',
        stacktrace: '["Error: Connection refused"]',
        atm: 3,
        priority: 0,
        delay: 0,
      })
    }
    await pipeline.exec()
  }
  for (let id = FAILED - 10; id < FAILED; id++)
    await bull.client.hset(`bull:mail:${id}`, {
      data: JSON.stringify({ blob: 'needle'.padEnd(LARGE, 'y') }),
      failedReason: 'Too long: '.padEnd(500_000, 'z'),
    })
  await bull.client.set('bull:mail:id', FAILED)
}

/** What walks a million jobs takes several times as long anywhere; what looks at a page takes a tenth, and more on a busy machine. */
const SLOW_US = 25_000

beforeAll(async () => {
  await bull.client.config('SET', 'slowlog-log-slower-than', `${SLOW_US}`)
  await bull.client.config('SET', 'slowlog-max-len', '1000')
})

/** What took the server long, but for what the test itself sent. */
async function slowScripts(): Promise<string[]> {
  const entries = (await bull.client.call('slowlog', 'get', '-1')) as [number, number, number, string[]][]
  return entries
    .filter(([, , , [command]]) => !['ZADD', 'FLUSHALL', 'HSET', 'INFO'].includes(command?.toUpperCase() ?? ''))
    .map(([, , micros, words]) => `${words[0]} ${words[1]?.slice(0, 40)}: ${micros} µs`)
}

async function sentBytes(): Promise<number> {
  const [, bytes] = /total_net_output_bytes:(\d+)/.exec(await bull.client.info('stats')) ?? []
  return Number(bytes)
}

test('a million failed jobs and payloads of 3 MB are looked at in small answers and quick scripts', async () => {
  await plant()
  const source = bull.source({ queues: ['mail'], bullmq: bullmqOf('6') })
  // On a busy machine a script may be held up once; one that is slow is so each time.
  let attempt = 0
  await vi.waitFor(
    async () => {
      await bull.client.call('slowlog', 'reset')
      await lookAndAct(source, attempt++)
      expect(await slowScripts()).toEqual([])
    },
    { timeout: 60_000, interval: 1 },
  )
})

async function lookAndAct(source: QueueSource, attempt: number): Promise<void> {
  const total = (await readOne(source, 'mail')).metrics.failed
  const jobs = the(source, 'jobs')
  const before = await sentBytes()
  const page = await jobs('mail', { state: 'failed', offset: 0, limit: 50, order: 'newest' })
  expect((await sentBytes()) - before).toBeLessThan(100_000)
  expect([page.total, page.jobs.length, page.missing]).toEqual([total, 50, 0])
  expect(page.jobs[0]).toMatchObject({ id: `${FAILED - 1}`, attempts: 3, maxAttempts: 3 })
  expect(page.jobs[0]?.dataBytes).toBeGreaterThanOrEqual(LARGE)
  expect(page.jobs[0]?.error).toBe('(an error of 488 KB: see the job)')
  expect(JSON.stringify(page).length).toBeLessThan(100_000)
  const middle = await jobs('mail', { state: 'failed', offset: FAILED / 2, limit: 50, order: 'oldest' })
  expect([middle.jobs.length, middle.missing]).toEqual([0, 50])

  const search = the(source, 'search')
  const bounds = { state: 'failed', maxMatches: 20, maxScanned: 400, maxMs: 20_000 } as const
  expect(await search('mail', { ...bounds, text: 'NEEDLE' })).toMatchObject({
    jobs: [],
    scanned: 400,
    total,
    skipped: 10,
    stopped: 'scanned',
  })
  const found = await search('mail', { ...bounds, text: `"number":${FAILED - 100}` })
  expect(found.jobs.map(({ id }) => id)).toEqual([`${FAILED - 100}`])

  const asOf = 1_700_000_000_000 + FAILED
  let cursor: string | null = null
  for (let turn = 0; turn < 3; turn++) {
    const part = await the(source, 'scan')('mail', { state: 'failed', asOf, cursor, limit: 1_000 })
    cursor = part.cursor
  }
  expect(cursor).not.toBeNull()

  const ids = Array.from({ length: 100 }, (_, index) => `${FAILED - 1_000 - attempt * 200 - index}`)
  const outcomes = await the(source, 'retry')('mail', ids)
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
  expect(await the(source, 'remove')('mail', [`${FAILED - 900 + attempt}`])).toMatchObject([{ ok: true }])
  expect(await the(source, 'clean')('mail', { state: 'failed', before: asOf, limit: 1_000 })).toBe(1_000)
}

test('the detail of a large job is whole', async () => {
  const data = JSON.stringify({ blob: 'y'.repeat(LARGE) })
  await bull.client.hset('bull:mail:1', { name: 'send', data, opts: '{}', timestamp: 1 })
  await bull.client.lpush('bull:mail:wait', '1')
  const detail = await the(bull.source({ queues: ['mail'] }), 'job')('mail', '1')
  expect([detail?.data === data, detail?.dataBytes, detail?.state]).toEqual([true, data.length, 'waiting'])
})

/** How often each command ran, in scripts as well. */
async function commandCounts(): Promise<ReadonlyMap<string, number>> {
  const stats = await bull.client.info('commandstats')
  return new Map(
    [...stats.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)].map(([, name = '', calls]) => [name, Number(calls)]),
  )
}

test('500 queues with jobs in every state are read in scripts that ask little of each', async () => {
  const names = Array.from({ length: 500 }, (_, index) => `queue-${index}`)
  const pipeline = bull.client.pipeline()
  for (const name of names) {
    const base = `bull:${name}:`
    pipeline.hset(`${base}meta`, 'version', 'bullmq:6.7.0')
    for (const list of ['wait', 'active']) pipeline.lpush(base + list, '1', '2')
    for (const set of ['completed', 'failed', 'delayed', 'waiting-children']) pipeline.zadd(base + set, 4096, '3')
    pipeline.zadd(`${base}prioritized`, 5 * 2 ** 32, '4', 9 * 2 ** 32, '5')
    for (const id of ['1', '2', '4', '5']) pipeline.hset(base + id, 'timestamp', 5, 'opts', '{"attempts":3}')
  }
  await pipeline.exec()
  const source = bull.source({ queues: names })
  await source.read()
  await bull.client.config('RESETSTAT')
  expect((await source.read()).queues).toHaveLength(500)
  const counts = await commandCounts()
  expect(counts.get('evalsha')).toBe(3)
  const asked = [...counts.values()].reduce((sum, calls) => sum + calls, 0)
  expect(asked).toBeLessThanOrEqual(500 * MOST_COMMANDS + 20)
})
