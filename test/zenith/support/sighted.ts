import { FlowProducer, Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { onTestFinished, vi } from 'vitest'
import { createPolicy } from '../../../src/api/permissions.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { bucketStart, LEVELS } from '../../../src/archiver/figures/levels.js'
import { QueueBucket } from '../../../src/archiver/figures/queue-bucket.js'
import { TrafficBucket } from '../../../src/archiver/figures/traffic-bucket.js'
import { addToken, removeToken } from '../../../src/people/changes/tokens.js'
import type { RoleGrant } from '../../../src/people/records.js'
import { People } from '../../../src/people/service/people.js'
import { sqlitePeople } from '../../../src/people/sqlite/store.js'
import type { Archive, ArchivedRecord } from '../../../src/ports/index.js'
import { UNKNOWN_METRICS } from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { createZenith, toNodeHandler, type Zenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { archiveDir } from '../../support/archive-files.js'
import { attempt, put } from '../../support/filled-archive.js'
import { inlineArchive } from '../../support/inline-archive.js'
import type { TestRedis } from '../../support/redis.js'
import { failJobs } from './bullmq.js'
import { beatOf, exceptionOf, report, rollupOf, slowOf } from './records.js'
import { serve } from './serve.js'

/** What may not be seen: the name of a queue, and what only its jobs have. */
export const HIDDEN = 'hidden-q'
export const SECRETS = {
  queue: HIDDEN,
  job: 'ReviewSalaries',
  id: 'hidden-job',
  word: 'xylophone9',
  error: 'Cathedral collapsed',
  scheduler: 'hourly-review',
} as const

const MINUTE = 60_000
/** A time that only the archive has, in the middle of a minute. */
export const PAST = Math.floor((Date.now() - 3 * 60 * MINUTE) / MINUTE) * MINUTE + 30_000

export interface Answer {
  readonly status: number
  readonly text: string
  json<T>(): T
}

/** A user, by a token with some grants. */
export interface Asker {
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
}

export interface Sighted {
  readonly zenith: Zenith
  readonly url: string
  readonly archive: Archive
  readonly client: Redis
  readonly queue: (name: string) => Queue
  readonly keys: { readonly mail: string; readonly orders: string; readonly hidden: string }
  readonly asker: (grants: readonly Omit<RoleGrant, 'cluster'>[]) => Promise<Asker>
  readonly remove: (asker: Asker) => Promise<void>
}

/** A Zenith with users and the queues `mail-out`, `orders` and `hidden-q`, with everything that Zenith shows of a queue. */
export async function sightedZenith(redis: TestRedis, options: Partial<ZenithOptions> = {}): Promise<Sighted> {
  const client = redis.client()
  await client.flushall()
  const connection = { host: '127.0.0.1', port: redis.port }
  const open = new Map(['mail-out', 'orders', HIDDEN].map((name) => [name, new Queue(name, { connection })]))
  const queue = (name: string) => open.get(name) as Queue
  for (const one of open.values()) {
    one.on('error', () => {})
    onTestFinished(() => one.close())
  }
  await fillQueues(redis, queue)
  const store = redisStore({ redis: redis.url })
  await fillStore(store)
  const source = bullmqQueues({ connection: redis.url })
  const people = sqlitePeople({ dir: archiveDir() })
  const archive: Archive = { ...inlineArchive(sqliteDriver({ dir: archiveDir() })), people: () => people }
  const zenith = createZenith({
    ...{ redis: redis.url, queues: [source], archive, auth: { people: {} }, logger: false, interval: 50 },
    onSetup: () => {},
    ...options,
  })
  const server = await serve(toNodeHandler(zenith))
  onTestFinished(async () => {
    await server.close()
    await zenith.close()
    await source.close()
    await store.close()
  })
  const directory = new People({
    ...{ store: people, policy: createPolicy({ payloads: 'operator' }), sessionMs: MINUTE, now: () => Date.now() },
  })
  await directory.open()

  async function asker(grants: readonly Omit<RoleGrant, 'cluster'>[]): Promise<Asker> {
    const made = await directory.change((users, now) => {
      const name = `token ${users.count('token')}`
      const whole = grants.map((grant) => ({ cluster: '*', ...grant }))
      return addToken(users, { name, user: null, grants: whole, createdBy: null, expiresAt: null }, now)
    })
    const headers = { authorization: `Bearer ${made.token}` }
    const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
      const request = new Request(`http://localhost${path}`, { ...init, headers: { ...headers, ...init.headers } })
      const response = await zenith.fetch(request)
      const text = await response.text()
      return { status: response.status, text, json: () => JSON.parse(text) }
    }
    return {
      ...{ id: made.id, headers, get: ask },
      post: (path, body) =>
        ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    }
  }

  const admin = await asker([{ queues: null, role: 'admin' }])
  const keys = await vi.waitFor(async () => {
    const { queues } = (await admin.get('/api/overview')).json<{ queues: { key: string; name: string }[] }>()
    const keyOf = (name: string) => {
      const found = queues.find((one) => one.name === name)
      if (!found) throw new Error(`There is no queue ${name}`)
      return found.key
    }
    return { mail: keyOf('mail-out'), orders: keyOf('orders'), hidden: keyOf(HIDDEN) }
  }, 15_000)
  await fillArchive(archive, keys)
  return {
    ...{ zenith, url: server.url, archive, client, queue, keys, asker },
    remove: ({ id }) => directory.change((users) => removeToken(users, id)),
  }
}

async function fillQueues(redis: TestRedis, queue: (name: string) => Queue): Promise<void> {
  const flows = new FlowProducer({ connection: { host: '127.0.0.1', port: redis.port } })
  for (const name of ['mail-out', 'orders']) {
    await failJobs(redis, queue(name), [{ id: `${name}-failed`, message: 'No route to host' }])
    await queue(name).add('Send', { to: 'ada', word: 'marimba7' }, { jobId: `${name}-waiting` })
    await queue(name).upsertJobScheduler(
      `${name}-nightly`,
      { every: 3_600_000 },
      { name: 'Send', data: { word: 'marimba7' } },
    )
  }
  const { job, id, word, error, scheduler } = SECRETS
  await failJobs(redis, queue(HIDDEN), [{ name: job, id: `${id}-failed`, message: error }])
  await queue(HIDDEN).add(job, { word }, { jobId: `${id}-waiting` })
  await queue(HIDDEN).upsertJobScheduler(scheduler, { every: 3_600_000 }, { name: job, data: { word } })
  await flows.add({
    ...{ name: job, queueName: HIDDEN, data: { word }, opts: { jobId: `${id}-parent` } },
    children: [{ name: 'Send', queueName: 'mail-out', data: { word: 'marimba7' }, opts: { jobId: 'mail-child' } }],
  })
  await flows.close()
}

async function fillStore(store: ReturnType<typeof redisStore>): Promise<void> {
  const now = Date.now()
  const { job, error } = SECRETS
  const series = [
    { key: 'Send', queue: 'mail-out', durations: [10, 20], errors: 1 },
    { key: job, queue: HIDDEN, durations: [10, 20, 30], errors: 1 },
  ]
  const routes = [{ key: 'GET /orders', durations: [10, 20, 30] }]
  await report(store, beatOf('shop', 'web-1'), {
    slow: [
      slowOf('shop', 'web-1', {
        kind: 'job',
        name: job,
        meta: JSON.stringify({ queue: HIDDEN, jobId: `${SECRETS.id}-failed` }),
      }),
      slowOf('shop', 'web-1', { kind: 'job', name: 'Send', meta: JSON.stringify({ queue: 'mail-out' }) }),
      slowOf('shop', 'web-1'),
    ],
    exceptions: [
      exceptionOf('shop', 'web-1', { kind: 'job', message: error, queue: HIDDEN, fingerprint: 'f-hidden' }),
      exceptionOf('shop', 'web-1', { kind: 'job', message: 'No route to host', queue: 'mail-out' }),
      exceptionOf('shop', 'web-1', { kind: 'request', route: 'GET /orders' }),
    ],
    rollups: [rollupOf('web-1', now - 15_000, now, routes, series)],
    history: [rollupOf('web-1', now - 2 * MINUTE, now - MINUTE, routes, series)],
  })
}

type Keys = Sighted['keys']

async function fillArchive(archive: Archive, keys: Keys): Promise<void> {
  await archive.open()
  const { job, id, word, error } = SECRETS
  const payload = (text: string) =>
    ({ kind: 'text', text: JSON.stringify({ word: text, about: 'two words' }) }) as const
  const mine = { name: 'Send', payload: payload('marimba7') }
  const other = { queue: keys.hidden, queueName: HIDDEN, name: job, payload: payload(word) }
  await put(archive, {
    figures: figuresAt(PAST),
    records: recordsAt(PAST, keys),
    gaps: [keys.mail, keys.hidden].map((key) => {
      return { stream: `finished:${key}:failed`, from: PAST - MINUTE, to: PAST, lost: 5 }
    }),
    jobs: [
      attempt('mail-1', PAST, { ...mine, queue: keys.mail, queueName: 'mail-out' }),
      attempt('orders-1', PAST - 1, { ...mine, queue: keys.orders, queueName: 'orders' }),
      attempt(`${id}-1`, PAST - 2, { ...other, outcome: 'failed', error }),
      attempt(`${id}-running`, PAST + 1_000, other),
    ],
  })
}

function figuresAt(at: number) {
  const minute = bucketStart(at, MINUTE)
  const series = [
    { key: 'Send', queue: 'mail-out', durations: [10, 20] },
    { key: SECRETS.job, queue: HIDDEN, durations: [10, 20, 30] },
  ]
  const rollup = rollupOf('web-1', minute, minute + MINUTE, [{ key: 'GET /orders', durations: [10] }], series)
  const metrics = { ...UNKNOWN_METRICS, waiting: 7, failed: 3 }
  const place = { driver: 'bullmq', place: 'redis://shop:6379/0 bull', server: 's1', metrics } as const
  const queues = ['mail-out', HIDDEN].map((name) => ({ ...place, name, oldestMs: 4_000, throughput: null }))
  return LEVELS.flatMap(({ step }) => {
    const traffic = new TrafficBucket()
    traffic.add(rollup as never, { start: 0, end: 1, hasMiddle: true, isFirst: true })
    const bucket = new QueueBucket()
    bucket.add({ v: 2, node: 'web-1', from: minute, to: minute + MINUTE, queues }, MINUTE, true)
    const of = { scope: 'shop', step, from: bucketStart(at, step) }
    return [
      { ...of, kind: 'traffic' as const, body: traffic.encode() },
      { ...of, kind: 'queues' as const, body: bucket.encode() },
    ]
  })
}

function recordsAt(at: number, keys: Keys): readonly ArchivedRecord[] {
  const line = (queue: string | null, queueName: string | null, action: string, target: string) => ({
    ...{ id: `${at}-${action}-${queueName}`, operation: `o-${action}-${queueName}`, step: 'intent', at, user: 'ada' },
    ...{ role: 'admin', action, queue, queueName, target, ok: null, detail: null },
  })
  const record = (kind: ArchivedRecord['kind'], id: string, body: object): ArchivedRecord => {
    return { kind, id, at, service: kind === 'audit' ? null : 'shop', name: null, body: JSON.stringify(body) }
  }
  const { id, job, error } = SECRETS
  return [
    record('exception', 'e1', exceptionOf('shop', 'web-1', { kind: 'job', message: error, queue: HIDDEN, ts: at })),
    record('exception', 'e2', exceptionOf('shop', 'web-1', { kind: 'request', ts: at })),
    record(
      'slow',
      's1',
      slowOf('shop', 'web-1', { kind: 'job', name: job, meta: JSON.stringify({ queue: HIDDEN }), ts: at }),
    ),
    record('slow', 's2', slowOf('shop', 'web-1', { ts: at })),
    record('audit', 'a1', line(keys.hidden, HIDDEN, 'retry', `${id}-1`)),
    record('audit', 'a2', line(null, null, 'bulk retry', `all 3 failed jobs of ${HIDDEN}, mail-out`)),
    record('audit', 'a3', line(keys.mail, 'mail-out', 'retry', 'mail-1')),
  ]
}
