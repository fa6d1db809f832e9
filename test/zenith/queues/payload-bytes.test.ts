import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { JobView } from '../../../src/api/jobs.js'
import type { QueueSource } from '../../../src/ports/index.js'
import { type JobAddress, referenceOf } from '../../../src/protocol/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { BullBench } from '../../support/bull-system.js'
import { bullmqOf, VERSIONS } from '../../support/bullmq-redis.js'
import { BullBench as BullmqBench } from '../../support/bullmq-system.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { type ActingZenith, actingZenith, type Problem } from '../support/acting.js'

/** Texts that are JSON and not what `JSON.stringify` makes of them. */
const PAYLOADS = [
  '{"id":9007199254740993,"price":1.0,"huge":1e400,"small":-0.0,"exact":0.1234567890123456789}',
  '{"2":"first","1":"second","a":1,"a":2}',
  '{"half":"\\ud800","pair":"\\uD83D\\ude00","slash":"\\/","letter":"\\u0041","é":"\\u00E9"}',
  ' {\n  "spaced" : [ ],\t"e":{ } }\n',
  '{"__proto__":{"x":1},"toJSON":1,"constructor":null}',
  '[1,2.50,[]]',
  '"text"',
  '-0',
  '0',
  'null',
  'false',
  '""',
  `{"big":"${'größe \\" '.repeat(350_000)}","n":12345678901234567890}`,
]
const name = (payload: string) => (payload.length > 90 ? `${payload.slice(0, 20)}…` : payload)

interface System {
  readonly source: QueueSource
  /** A job with this payload, as an app of another language may write it. @returns its id */
  write(payload: string): Promise<string>
  /** One that has failed. */
  fail(payload: string): Promise<string>
  /** What is stored. */
  stored(id: string): Promise<string | null>
  /** Something whose jobs have this payload. @returns its id */
  schedule(payload: string): Promise<string>
  end(): Promise<void>
}

type Start = (redis: TestRedis, client: Redis) => System

const bullmq =
  (version: (typeof VERSIONS)[number], library = version): Start =>
  (redis, client) => {
    const connection = { host: '127.0.0.1', port: redis.port }
    const bench = new BullmqBench({ bullmq: bullmqOf(version), connection, prefix: 'bull' })
    const source = bullmqQueues({ connection: redis.url, queues: ['mail'], bullmq: bullmqOf(library) })
    const write = async (payload: string, options = {}) => {
      const { id = '' } = await bench.queue('mail').add('send', {}, options)
      await client.hset(`bull:mail:${id}`, 'data', payload)
      return id
    }
    return {
      source,
      write,
      async fail(payload) {
        const { id = '' } = await bench.queue('mail').add('send', {}, { lifo: true })
        await bench.fail('mail', 'no')
        await client.hset(`bull:mail:${id}`, 'data', payload)
        return id
      },
      stored: (id) => client.hget(`bull:mail:${id}`, 'data'),
      async schedule(payload) {
        await bench.queue('mail').upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'Send', data: {} })
        await client.hset('bull:mail:repeat:nightly', 'data', payload)
        return 'nightly'
      },
      async end() {
        await bench.end()
        await source.close()
      },
    }
  }

const bull: Start = (redis, client) => {
  const bench = new BullBench({ host: '127.0.0.1', port: redis.port }, 'bull')
  const source = bullQueues({ redis: redis.url, queues: ['mail'] })
  return {
    source,
    async write(payload) {
      const { id } = await bench.queue('mail').add('send', {})
      await client.hset(`bull:mail:${id}`, 'data', payload)
      return String(id)
    },
    async fail(payload) {
      const { id } = await bench.queue('mail').add('send', {}, { lifo: true })
      await bench.fail('mail', 'no')
      await client.hset(`bull:mail:${id}`, 'data', payload)
      return String(id)
    },
    stored: (id) => client.hget(`bull:mail:${id}`, 'data'),
    async schedule(payload) {
      const { id } = await bench.queue('mail').add('send', {}, { repeat: { cron: '0 3 * * *' } })
      await client.hset(`bull:mail:${id}`, 'data', payload)
      const [key = ''] = await client.zrange('bull:mail:repeat', '0', '-1')
      return key
    },
    async end() {
      await bench.end()
      await source.close()
    },
  }
}

const gravito: Start = (redis, client) => {
  const source = gravitoStreamQueues({ redis: redis.url, queues: ['mail'] })
  let ids = 0
  const written = (payload: string, more = '') => {
    ids += 1
    const data = JSON.stringify(`{"class":"Send","properties":${payload}}`)
    return { id: `job-${ids}`, text: `{ "id":"job-${ids}","attempts":3,"type":"class",${more}"data":${data},"n":1.0 }` }
  }
  const push = async (key: string, payload: string, more?: string) => {
    const { id, text } = written(payload, more)
    await client.lpush(key, text)
    return id
  }
  return {
    source,
    write: (payload) => push('queue:mail', payload),
    fail: (payload) => push('queue:mail:failed', payload, '"error":"no","failedAt":1,'),
    async stored(id) {
      const all = await client.lrange('queue:mail', 0, -1)
      const text = all.find((one) => JSON.parse(one).id === id)
      if (text === undefined) return null
      return JSON.parse(text).data.replace(/^\{"class":"Send","properties":|\}$/g, '')
    },
    async schedule(payload) {
      const fields = { id: 's', cron: '0 3 * * *', queue: 'mail', enabled: 'true', nextRun: '9999999999999' }
      await client.hset('queue:schedule:s', { ...fields, job: written(payload).text })
      await client.zadd('queue:schedules', '9999999999999', 's')
      return 's'
    },
    end: () => source.close(),
  }
}

const SYSTEMS: readonly (readonly [string, Start])[] = [
  ...VERSIONS.map((version) => [`BullMQ ${version}`, bullmq(version)] as const),
  ['BullMQ 5, by the library of 6,', bullmq('5', '6')],
  ['BullMQ 6, by the library of 5,', bullmq('6', '5')],
  ['Bull', bull],
  ['Gravito Stream', gravito],
]

describe.each(SYSTEMS)('a payload of %s', (_, start) => {
  let redis: TestRedis
  let client: Redis
  beforeAll(async () => {
    redis = await startRedis()
    client = redis.client()
  })
  afterAll(() => redis?.stop())

  async function open(): Promise<{ system: System; zenith: ActingZenith; path: string }> {
    await client.flushall()
    const system = start(redis, client)
    onTestFinished(() => system.end())
    await system.write('{}')
    const zenith = actingZenith({ store: memoryStore(), queues: [system.source] })
    return { system, zenith, path: `/api/queues/${referenceOf(await zenith.keyOf('mail'))}` }
  }

  it.each(PAYLOADS.map((payload) => [name(payload), payload]))(
    '%s is added, copied and retried to the byte',
    async (_, payload) => {
      const { system, zenith, path } = await open()
      const post = async (body: object) => {
        const answer = await zenith.post<{ job: JobAddress } & Problem>(`${path}/actions`, body)
        expect([answer.status, answer.body.error]).toEqual([200, undefined])
        return answer.body.job.id
      }
      const same = async (id: string) => expect((await system.stored(id)) === payload).toBe(true)

      const added = await post({ action: 'add', job: { name: 'Send', data: payload } })
      await same(added)
      const written = await system.write(payload)
      await same(await post({ action: 'duplicate', id: written }))
      await same(written)
      const { body } = await zenith.ask<JobView>(`${path}/jobs/${referenceOf(written)}?full=true`)
      const shown = (body.data.text ?? '').replace(/… \(cut, \d+ characters not shown\)$/, '')
      expect(body.data.isCut ? payload.length > 500_000 && payload.startsWith(shown) : shown === payload).toBe(true)
      const failed = await system.fail(payload)
      const run = { queue: await zenith.keyOf('mail'), action: 'run', id: await system.schedule(payload) }
      const ran = await zenith.post<{ job: JobAddress }>('/api/schedulers', run)
      await same(ran.body.job.id)
      expect((await zenith.post(`${path}/jobs`, { action: 'retry', ids: [failed] })).body).toMatchObject({
        outcomes: [{ ok: true }],
      })
      await same(failed)
    },
  )
})

describe.each(VERSIONS)('a scheduler of BullMQ %s', (version) => {
  let redis: TestRedis
  let client: Redis
  beforeAll(async () => {
    redis = await startRedis()
    client = redis.client()
    return () => redis.stop()
  })

  it.each(PAYLOADS.map((payload) => [name(payload), payload]))(
    'is saved with %s to the byte, by cron and by interval',
    async (_, payload) => {
      await client.flushall()
      const system = bullmq(version)(redis, client)
      onTestFinished(() => system.end())
      await system.schedule(payload)
      const zenith = actingZenith({ store: memoryStore(), queues: [system.source] })
      const queue = await zenith.keyOf('mail')
      const save = async (id: string, definition: object) => {
        const answer = await zenith.post<Problem>('/api/schedulers', {
          queue,
          action: 'save',
          id,
          definition: { name: 'Send', ...definition },
        })
        expect([answer.status, answer.body.error]).toEqual([200, undefined])
      }
      const same = async (id: string) => {
        expect((await client.hget(`bull:mail:repeat:${id}`, 'data')) === payload).toBe(true)
        const [next = ''] = await client.keys(`bull:mail:repeat:${id}:*`)
        expect((await client.hget(next, 'data')) === payload).toBe(true)
      }
      // What is left out stays as it is stored.
      await save('nightly', { cron: '0 4 * * *', data: null })
      await same('nightly')
      if (payload.length > 200_000) return
      await save('nightly', { every: 3_600_000, data: payload })
      await same('nightly')
      await save('new', { cron: '0 4 * * *', timezone: 'Europe/Berlin', data: payload })
      await same('new')
      expect(await zenith.post('/api/schedulers', { queue, action: 'pause', id: 'new' })).toMatchObject({ status: 200 })
      expect(await zenith.post('/api/schedulers', { queue, action: 'resume', id: 'new' })).toMatchObject({
        status: 200,
      })
      await same('new')
    },
  )
})

describe('a payload', () => {
  let redis: TestRedis
  let client: Redis
  beforeAll(async () => {
    redis = await startRedis()
    client = redis.client()
    return () => redis.stop()
  })

  async function open() {
    await client.flushall()
    const system = bullmq('6')(redis, client)
    onTestFinished(() => system.end())
    const id = await system.write(
      '{"password":"hunter2","n":1.0,"stars":"** ***","url":"redis://ada:hunter2@host/0","in":"{\\"token\\":1}"}',
    )
    const zenith = actingZenith({ store: memoryStore(), queues: [system.source] })
    return { system, zenith, id, path: `/api/queues/${referenceOf(await zenith.keyOf('mail'))}` }
  }

  it('is copied with its secrets, and never written back as it is shown', async () => {
    const { system, zenith, id, path } = await open()
    const shown = (await zenith.ask<JobView>(`${path}/jobs/${id}?full=true`)).body.data.text ?? ''
    expect(shown).not.toContain('hunter2')
    const masked = [
      shown,
      '{"password":"***"}',
      '{"a":[{"b":"redis://***@host/0"}]}',
      '{"in":"{\\"token\\":\\"***\\"}"}',
      '{"a":"***"}',
      '{"a":"Bearer ***"}',
    ]
    for (const data of masked) {
      const answer = await zenith.post<Problem>(`${path}/actions`, { action: 'add', job: { name: 'Send', data } })
      expect([data, answer.status, answer.body.error.code]).toEqual([data, 409, 'not_possible'])
    }
    const copied = await zenith.post<{ job: JobAddress }>(`${path}/actions`, { action: 'duplicate', id })
    expect(await system.stored(copied.body.job.id)).toBe(await system.stored(id))
    for (const data of ['{"stars":"** ***"}', '{"password":"hunter3","line":"-***-"}']) {
      const added = await zenith.post<{ job: JobAddress }>(`${path}/actions`, {
        action: 'add',
        job: { name: 'Send', data },
      })
      expect(await system.stored(added.body.job.id)).toBe(data)
    }
  })

  it('may hold half a surrogate pair, which is stored as its escape', async () => {
    const { system, zenith, path } = await open()
    const job = { name: 'Send', data: '{"a":"\ud800","b":"\u{1f600}","\udc00":1}' }
    const added = await zenith.post<{ job: JobAddress }>(`${path}/actions`, { action: 'add', job })
    expect(await system.stored(added.body.job.id)).toBe('{"a":"\\ud800","b":"\u{1f600}","\\udc00":1}')
  })

  it('is not copied when it is no UTF-8 or no JSON', async () => {
    const { zenith, id, path } = await open()
    const before = await client.llen('bull:mail:wait')
    for (const data of [Buffer.from('{"a":"\xe9"}', 'latin1'), 'no JSON']) {
      await client.hset(`bull:mail:${id}`, 'data', data)
      const answer = await zenith.post<Problem>(`${path}/actions`, { action: 'duplicate', id })
      expect(answer.body.error.message).toMatch(/no UTF-8|no JSON/)
    }
    expect(await client.llen('bull:mail:wait')).toBe(before)
  })

  it('reaches the worker of its queue, with what the queue’s own listeners and defaults are told', async () => {
    const { system, zenith, path } = await open()
    void system
    const { Queue, Worker } = bullmqOf('6')
    const connection = { host: '127.0.0.1', port: redis.port }
    const queue = new Queue('own', { connection, defaultJobOptions: { attempts: 7 } })
    const heard: unknown[] = []
    queue.on('waiting', (job) => heard.push(job.data))
    const source = bullmqQueues({ queues: [queue] })
    const own = actingZenith({ store: memoryStore(), queues: [source] })
    const job = { name: 'Send', data: '{"2":1.0,"1":9007199254740993}', priority: 3 }
    const added = await own.post<{ job: JobAddress }>(`/api/queues/${referenceOf(await own.keyOf('own'))}/actions`, {
      action: 'add',
      job,
    })
    expect(added.status).toBe(200)
    expect(heard).toEqual([JSON.parse(job.data)])
    const got = new Promise<[unknown, number | undefined, number | undefined]>((resolve) => {
      const worker = new Worker('own', async (one) => resolve([one.data, one.opts.attempts, one.opts.priority]), {
        connection,
      })
      onTestFinished(() => worker.close())
    })
    expect(await got).toEqual([JSON.parse(job.data), 7, 3])
    onTestFinished(async () => {
      await source.close()
      await queue.close()
    })
    void [zenith, path]
  })
})
