import Bull from 'bull'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueSource } from '../../../src/ports/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../../src/queues/laravel/index.js'
import { redisListQueues } from '../../../src/queues/redis-list/index.js'
import { deepArray, deepJson, ODD_TEXTS } from '../support/fuzz.js'

/** A system of queues in Redis, and what somebody may have put where it keeps its own. */
export interface Layout {
  readonly title: string
  open(url: string): QueueSource
  /** Two jobs that wait in the queue `mail`, put there by the system's own means where it has some here. */
  fill(client: Redis, port: number): Promise<void>
  /** The keys that a queue may have. */
  keysOf(queue: string): readonly string[]
  /** Jobs of the queue `odd`, where they belong and as they must not be. */
  spoil(client: Redis): Promise<void>
}

const MEGABYTE = 1_048_576
const NO_UTF8 = Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])

const VALUES: readonly (string | Buffer)[] = [
  ...ODD_TEXTS,
  NO_UTF8,
  'x'.repeat(10 * MEGABYTE),
  `{"x":"${'x'.repeat(10 * MEGABYTE)}"}`,
  deepJson(100_000),
  deepArray(100_000),
  '[]',
  '{}',
  'null',
  '[[[]]]',
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  '-1',
  '1e400',
  '-1e308',
  '8640000000000001',
  '99999999999999999999',
  '{"repeat":{"count":1e400,"key":[]},"attempts":{},"delay":"x","parent":{"id":7,"queue":null}}',
  '["a",7,null,{"b":1}]',
]

const SCORES = ['-inf', '+inf', '1e300', '-1e300', '0', '8640000000000001']

const FIELDS = (
  'name data opts timestamp delay priority processedOn finishedOn progress returnvalue failedReason stacktrace attemptsMade ' +
  'ats atm stc pb parent parentKey rjk deid nrjid repeatJobKey'
).split(' ')

const SETS = ['delayed', 'prioritized', 'completed', 'failed', 'waiting-children']

/** What Bull and BullMQ have in common. */
function bullKeys(prefix: string, queue: string): string[] {
  const parts =
    'wait paused active delayed prioritized completed failed waiting-children meta meta-paused repeat id events'
  return [...parts.split(' '), 'stalled', 'pc', 'marker', 'limiter', '1'].map((part) => `${prefix}:${queue}:${part}`)
}

const scoreOf = (index: number) => SCORES[index % SCORES.length] ?? '0'
const isHuge = (value: string | Buffer) => value.length > MEGABYTE

/** A job for each value, all of whose fields hold it, in every list and set there is; and sets whose scores are no times. */
async function spoilBull(client: Redis, prefix: string): Promise<void> {
  const base = `${prefix}:odd:`
  await client.set(`${base}id`, '7')
  for (const [index, value] of VALUES.entries()) {
    await spoilJob(client, base, `job-${index}`, value)
    for (const set of SETS) await client.zadd(`${base}${set}`, scoreOf(index), `job-${index}`)
    await spoilSchedule(client, base, scoreOf(index), value)
  }
  await spoilLarge(client, base)
  for (const member of [...ODD_TEXTS, NO_UTF8, 'no-such-job', 'x'.repeat(MEGABYTE)]) {
    await client.rpush(`${base}wait`, member)
    await client.zadd(`${base}failed`, '+inf', member)
  }
}

async function spoilJob(client: Redis, base: string, id: string, value: string | Buffer): Promise<void> {
  // One field of each huge one: what is tried is that it is there, not how much a machine holds.
  for (const field of isHuge(value) ? ['data'] : FIELDS) await client.hset(`${base}${id}`, field, value)
  await client.rpush(`${base}wait`, id)
  await client.rpush(`${base}active`, id)
  await client.rpush(`${base}${id}:logs`, value)
}

/** A job all of which is large, whose parent it is itself, and schedules of ids that are nothing but separators. */
async function spoilLarge(client: Redis, base: string): Promise<void> {
  const large = 'x'.repeat(2 * MEGABYTE)
  const job = `${base}large`
  for (const field of FIELDS) await client.hset(job, field, large)
  await client.hset(job, 'opts', JSON.stringify({ x: large }), 'stacktrace', JSON.stringify([large, large]))
  await client.hset(job, 'parent', JSON.stringify({ id: 'large', queueKey: base.slice(0, -1) }), 'parentKey', job)
  await client.sadd(`${job}:dependencies`, job, ':', NO_UTF8, `${base}${'x'.repeat(MEGABYTE)}`)
  await client.zadd(`${base}completed`, 1, 'large')
  for (const length of [900, 100_000]) await client.zadd(`${base}repeat`, 1, ':'.repeat(length))
}

async function spoilSchedule(client: Redis, base: string, score: string, value: string | Buffer): Promise<void> {
  await client.zadd(`${base}repeat`, score, isHuge(value) ? 'x'.repeat(100_000) : value)
  if (isHuge(value)) return
  await client.hset(`${base}repeat:${value}`, 'name', value, 'pattern', value, 'every', value, 'ic', value)
}

async function spoilMeta(client: Redis): Promise<void> {
  const fields = VALUES.filter((value) => !isHuge(value)).flatMap((value, index) => [`field-${index}`, value])
  await client.hset('bull:odd:meta', ...fields)
  await client.hset('bull:odd:meta', 'version', 'x'.repeat(10 * MEGABYTE), 'concurrency', '1e400', 'paused', '{}')
}

const payload = (name: string) => JSON.stringify({ uuid: name, displayName: name, job: name, data: {} })

export const LAYOUTS: readonly Layout[] = [
  {
    title: 'BullMQ',
    open: (url) => bullmqQueues({ connection: url }),
    async fill(_client, port) {
      const queue = new Queue('mail', { connection: { port } })
      await queue.addBulk(['a', 'b'].map((name) => ({ name, data: {} })))
      await queue.close()
    },
    keysOf: (queue) => bullKeys('bull', queue),
    async spoil(client) {
      await spoilMeta(client)
      await spoilBull(client, 'bull')
    },
  },
  {
    title: 'Bull',
    open: (url) => bullQueues({ redis: url, prefix: 'old' }),
    async fill(_client, port) {
      const queue = new Bull('mail', { redis: { port }, prefix: 'old' })
      await queue.add('a', {})
      await queue.add('b', {})
      await queue.close()
    },
    keysOf: (queue) => bullKeys('old', queue),
    spoil: (client) => spoilBull(client, 'old'),
  },
  {
    title: 'Laravel',
    open: (url) => laravelQueues({ redis: url }),
    async fill(client) {
      await client.rpush('shop_database_queues:mail', payload('a'), payload('b'))
    },
    keysOf: (queue) => [
      ...['', ':delayed', ':reserved', ':notify'].map((end) => `shop_database_queues:${queue}${end}`),
      ...[
        'failed_jobs',
        'completed_jobs',
        'recent_jobs',
        'measured_queues',
        'supervisors',
        'masters',
        `queue:${queue}`,
      ].map((name) => `odd-${queue}_horizon:${name}`),
    ],
    async spoil(client) {
      for (const [index, value] of VALUES.entries()) {
        await client.rpush('shop_database_queues:odd', value)
        for (const set of ['delayed', 'reserved'])
          await client.zadd(`shop_database_queues:odd:${set}`, scoreOf(index), value)
        const id = `job-${index}`
        if (!isHuge(value)) await client.hset(`shop_horizon:${id}`, 'id', id, 'payload', value, 'exception', value)
        await client.zadd('shop_horizon:failed_jobs', scoreOf(index), id)
        await client.hset('shop_horizon:supervisor:odd', `field-${index}`, !isHuge(value) ? value : 'x')
      }
    },
  },
  {
    title: 'Gravito Stream',
    open: (url) => gravitoStreamQueues({ redis: url }),
    async fill(client) {
      const entries = ['a', 'b'].map((id) =>
        JSON.stringify({ id, type: 'class', data: '{"class":"A","properties":{}}' }),
      )
      await client.rpush('queue:mail', ...entries)
    },
    keysOf: (queue) => [
      ...['', ':delayed', ':paused', ':failed', ':high', ':critical:delayed'].map((end) => `queue:${queue}${end}`),
      `queue:pending:${queue}`,
      `queue:schedule:${queue}`,
      `queue:worker:${queue}`,
    ],
    async spoil(client) {
      for (const [index, value] of VALUES.entries()) {
        await client.rpush('queue:odd', value)
        await client.rpush('queue:odd:failed', value)
        await client.zadd('queue:odd:delayed', scoreOf(index), value)
        await client.sadd('queue:schedules', value)
        if (!isHuge(value)) {
          await client.hset(`queue:schedule:${value}`, 'cron', value, 'job', value, 'nextRun', value, 'enabled', value)
          await client.set(`queue:worker:${index}`, value)
        }
      }
    },
  },
  {
    title: 'Redis lists',
    open: (url) =>
      redisListQueues({
        redis: url,
        prefix: 'plain:',
        queues: ['mail', 'odd', ...['list', 'set', 'hash', 'zset', 'stream', 'string'].map((type) => `typed-${type}`)],
      }),
    async fill(client) {
      await client.rpush('plain:mail', 'a', 'b')
    },
    keysOf: (queue) => [`plain:${queue}`],
    async spoil(client) {
      await client.rpush('plain:odd', ...VALUES)
    },
  },
]
