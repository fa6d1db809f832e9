import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { BulkOperation } from '../../../src/api/bulk.js'
import { referenceOf } from '../../../src/protocol/index.js'
import type { Operation } from '../../../src/zenith/http/operation.js'
import { OPERATIONS } from '../../../src/zenith/operations.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openStream } from '../support/http.js'
import { type Asker, HIDDEN, PAST, SECRETS, type Sighted, sightedZenith } from '../support/sighted.js'

/** Values by the name of a parameter: what may lead to the hidden queue, without its words as a whole, which errors repeat. */
function valuesOf({ keys }: Sighted): Readonly<Record<string, readonly string[]>> {
  const half = ['ylophone', 'eviewSalar', 'athedral', 'idden-', 'hourly', 'mail']
  return {
    text: half,
    name: ['Send', 'eviewSalar*'],
    queue: [keys.mail],
    service: ['shop'],
    state: ['failed', 'waiting', 'waitingChildren', 'firing'],
    period: ['15m', '1h', '24h', '7d'],
    t: [String(PAST)],
    q: [...half.map((one) => `${one}*`), 'queue:hidden*', '-state:retried', 'xylophone*', '"two words"', '-nothing'],
    kind: ['job', 'request'],
    depth: ['20000'],
    limit: ['1', '100'],
    offset: ['1'],
    order: ['oldest'],
    format: ['csv'],
    severity: ['critical', 'warning'],
    full: ['true'],
    step: ['60000'],
    ok: ['true', 'false'],
    queues: ['1'],
  }
}

/** For required parameters. */
const FIRST: Readonly<Record<string, string>> = {
  ...{ text: 'e', state: 'failed', service: 'shop', t: String(PAST) },
  ...{ from: String(PAST - 3_600_000), to: String(PAST + 3_600_000) },
}

function pathsOf(operation: Operation, sighted: Sighted, bulk: readonly string[]): readonly string[] {
  const { mail, hidden } = sighted.keys
  const values: Readonly<Record<string, readonly string[]>> = {
    queue: [mail, hidden].flatMap((key) => [referenceOf(key), encodeURIComponent(key)]),
    job: ['mail-child', 'mail-1', 'mail-out-failed', 'failed', 'waiting', 'parent', '1'].flatMap((id) => {
      const ids = id.includes('mail') ? [id] : [`${SECRETS.id}-${id}`]
      return ids.flatMap((one) => [referenceOf(one), one])
    }),
    ...{ service: ['shop'], node: ['web-1'], route: [encodeURIComponent('GET /orders')], id: bulk },
  }
  let paths = [operation.path]
  for (const [, name = ''] of operation.path.matchAll(/\{(\w+)\}/g))
    paths = paths.flatMap((path) => (values[name] ?? []).map((value) => path.replace(`{${name}}`, value)))
  return paths
}

function queriesOf({ parameters }: Operation, sighted: Sighted): readonly string[] {
  const needed = Object.entries(parameters).flatMap(([name, { isRequired }]) => (isRequired ? [name] : []))
  const base = new URLSearchParams(Object.fromEntries(needed.map((name) => [name, FIRST[name] ?? ''])))
  const all = new Set([String(base)])
  for (const name of Object.keys(parameters)) {
    for (const value of valuesOf(sighted)[name] ?? []) {
      const query = new URLSearchParams(base)
      query.set(name, value)
      all.add(String(query))
    }
  }
  if ('from' in parameters) {
    for (const query of [...all]) {
      const windowed = new URLSearchParams(query)
      for (const name of ['from', 'to']) windowed.set(name, FIRST[name] ?? '')
      all.add(String(windowed))
    }
  }
  return [...all]
}

/** Of Zenith's, with bodies that name the hidden queue. */
function bodiesOf(path: string, { keys }: Sighted): readonly unknown[] {
  const { id, scheduler } = SECRETS
  const queues = [[keys.hidden], [keys.mail, keys.hidden]]
  const selection = { state: 'failed', ids: null, name: null, fingerprint: null, text: null }
  if (path.endsWith('/actions'))
    return [
      { action: 'pause' },
      { action: 'clean', state: 'failed', olderThanMs: 0, limit: 10 },
      { action: 'empty' },
      { action: 'duplicate', id: `${id}-waiting` },
      { action: 'add', job: { name: 'x', data: '{}' } },
    ]
  if (/queues\/.*\/jobs$/.test(path))
    return ['retry', 'promote', 'remove'].map((action) => ({ action, ids: [`${id}-failed`] }))
  if (path === '/api/bulk')
    return queues.flatMap((list) =>
      ['retry', 'remove', 'promote'].map((action) => ({ action, selection: { ...selection, queues: list } })),
    )
  if (path === '/api/schedulers')
    return ['run', 'pause', 'resume', 'remove'].map((action) => ({ action, queue: keys.hidden, id: scheduler }))
  if (path === '/api/archive/forget')
    return [
      { q: 'queue:hidden*', dryRun: true },
      { q: 'state:failed', dryRun: false },
    ]
  if (path === '/api/alerts') return [{ action: 'acknowledge', alert: `failed/queue:${keys.hidden}` }]
  if (path === '/api/alerts/preview')
    return [{ rule: RULES[0] }, { rule: { ...RULES[0], scope: { queues: ['hidden*'] } } }]
  if (path === '/api/alerts/rules')
    return [
      { action: 'reset', id: 'failed-hidden' },
      { action: 'save', rule: RULES[0] },
    ]
  if (path === '/api/alerts/silences')
    return [{ action: 'add', silence: { reason: 'x', queues: [HIDDEN], until: Date.now() + 60_000 } }]
  if (path === '/api/freeze') return [{ action: 'set', until: Date.now() + 3_600_000, reason: 'x' }, { action: 'lift' }]
  if (path === '/api/nodes') return [{ action: 'forget', service: 'shop', id: 'web-1' }]
  return [{}]
}

const condition = { metric: 'queue.failed', is: 'atLeast', threshold: 1 } as const
const RULES = [
  { id: 'failed', name: 'Failed jobs', forMs: 0, conditions: [condition] },
  { id: 'failed-hidden', name: `Failed in ${HIDDEN}`, forMs: 0, conditions: [condition], scope: { queues: [HIDDEN] } },
  { id: 'failed-mail', name: 'Mail', forMs: 0, conditions: [condition], scope: { queues: ['mail*'] } },
  { id: 'slow-jobs', name: 'Jobs', forMs: 0, conditions: [{ metric: 'job.count', is: 'atLeast', threshold: 1 }] },
] as const

/** The routes that show the hidden queue to who may see it. */
const SHOWN = [
  '/api/alerts',
  '/api/alerts/deliveries',
  '/api/alerts/history',
  '/api/alerts/receivers',
  '/api/alerts/rules',
  '/api/alerts/silences',
  '/api/archive/completeness',
  '/api/archive/jobs',
  '/api/archive/jobs/facets',
  '/api/archive/queues/{queue}/jobs/{job}',
  '/api/audit',
  '/api/bulk',
  '/api/bulk/{id}',
  '/api/clusters',
  '/api/errors',
  '/api/errors/groups',
  '/api/failures',
  '/api/history/at',
  '/api/history/marks',
  '/api/history/ticks',
  '/api/metrics',
  '/api/overview',
  '/api/queues',
  '/api/queues/{queue}',
  '/api/queues/{queue}/history',
  '/api/queues/{queue}/jobs',
  '/api/queues/{queue}/jobs/{job}',
  '/api/queues/{queue}/jobs/{job}/flow',
  '/api/queues/{queue}/runs',
  '/api/queues/{queue}/search',
  '/api/schedulers',
  '/api/search',
  '/api/search/jobs',
  '/api/services',
  '/api/services/{service}',
  '/api/slow',
  '/api/slow/groups',
  '/metrics',
]

/** Changes of a queue. */
const NOT_FOUND = [
  '/api/queues/{queue}/actions',
  '/api/queues/{queue}/jobs',
  '/api/bulk',
  '/api/bulk/{id}/start',
  '/api/bulk/{id}/resume',
  '/api/bulk/{id}/cancel',
  '/api/schedulers',
]

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

async function streamOf({ url }: Sighted, asker: Asker) {
  const client = await openStream(`${url}/api/stream`, { ...asker.headers })
  onTestFinished(() => client.close())
  return client
}

/** All that Redis has of the queue. */
async function contentsOf({ client }: Sighted): Promise<Readonly<Record<string, string>>> {
  const keys = (await client.keys(`bull:${HIDDEN}:*`)).sort()
  const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)))
  return Object.fromEntries(keys.map((key, index) => [key, dumps[index]?.toString('base64') ?? '']))
}

async function prepared() {
  const receivers = [{ id: 'hook', kind: 'webhook', address: 'http://127.0.0.1:9/hook' }] as const
  const sighted = await sightedZenith(redis, {
    alerts: { rules: RULES, receivers, allowedNetworks: ['127.0.0.0/8'] },
  })
  const { keys } = sighted
  const admin = await sighted.asker([{ queues: null, role: 'admin' }])
  const user = await sighted.asker([{ queues: ['mail*'], role: 'operator' }])
  const streams = { all: await streamOf(sighted, admin), mine: await streamOf(sighted, user) }
  for (const action of ['pause', 'resume']) {
    const path = `/api/queues/${referenceOf(keys.hidden)}/actions`
    expect((await admin.post(path, { action })).status).toBe(200)
  }
  const bulk: string[] = []
  for (const queues of [[keys.hidden], [keys.mail, keys.hidden]]) {
    const selection = { state: 'failed', queues, ids: null, name: null, fingerprint: null, text: null }
    const { status, json } = await admin.post('/api/bulk', { action: 'retry', selection })
    expect(status).toBe(201)
    bulk.push(json<BulkOperation>().id)
  }
  await vi.waitFor(
    async () => {
      expect((await admin.get('/api/alerts')).text).toContain(HIDDEN)
      expect((await admin.get('/api/alerts/deliveries')).text).toContain(HIDDEN)
      expect(planted((await admin.get('/api/alerts/receivers')).text)).not.toEqual([])
    },
    { timeout: 40_000, interval: 500 },
  )
  await admin.post('/api/alerts/silences', {
    action: 'add',
    silence: { reason: `because of ${HIDDEN}`, queues: [HIDDEN], until: Date.now() + 3_600_000 },
  })
  return { ...sighted, admin, user, bulk, streams }
}

const planted = (text: string) => Object.values(SECRETS).filter((secret) => text.includes(secret))

type Prepared = Awaited<ReturnType<typeof prepared>>

/** @returns the planted words that the admin was shown, by route */
async function probeReads(sighted: Prepared): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { admin, user, bulk } = sighted
  const seen = new Map<string, Set<string>>()
  const reads = OPERATIONS.filter(({ method, path }) => method === 'GET' && path !== '/api/stream')
  for (const operation of reads as readonly unknown[] as Operation[]) {
    const words = new Set<string>()
    for (const url of urlsOf(operation, sighted, bulk)) {
      const [mine, all] = [await user.get(url), await admin.get(url)]
      expect([url, planted(mine.text), mine.status < 500]).toEqual([url, [], true])
      for (const word of planted(all.text)) words.add(word)
    }
    seen.set(operation.path, words)
  }
  return seen
}

function urlsOf(operation: Operation, sighted: Sighted, bulk: readonly string[]): readonly string[] {
  const queries = queriesOf(operation, sighted)
  return pathsOf(operation, sighted, bulk).flatMap((path) =>
    queries.map((query) => (query === '' ? path : `${path}?${query}`)),
  )
}

/** @returns the statuses of the answers, by route */
async function probeChanges(sighted: Prepared): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const { user, bulk } = sighted
  const statuses = new Map<string, Set<number>>()
  const changes = OPERATIONS.filter(({ method }) => method === 'POST')
  for (const operation of changes as readonly unknown[] as Operation[]) {
    const answered = new Set<number>()
    for (const [path, body] of requestsOf(operation, sighted, bulk)) {
      const { status, text } = await user.post(path, body)
      expect([path, body, planted(text)]).toEqual([path, body, []])
      answered.add(status)
    }
    statuses.set(operation.path, answered)
  }
  return statuses
}

function requestsOf(operation: Operation, sighted: Sighted, bulk: readonly string[]) {
  const isMeant = (path: string) => !operation.path.includes('{queue}') || isOfHidden(path, sighted)
  const paths = pathsOf(operation, sighted, bulk).filter(isMeant)
  return paths.flatMap((path) => bodiesOf(path, sighted).map((body) => [path, body] as const))
}

it('shows a user nothing of a queue outside of the grants, and changes nothing in it', async () => {
  const sighted = await prepared()
  const seen = await probeReads(sighted)
  // Where the admin is shown it, the user is asked for the right thing.
  const shown = [...seen].filter(([, words]) => words.size > 0).map(([path]) => path)
  expect(shown.sort()).toEqual(SHOWN)
  expect(new Set([...seen.values()].flatMap((words) => [...words]))).toEqual(new Set(Object.values(SECRETS)))
  for (const path of ['', '/deliveries', '/history', '/rules'])
    expect([path, (await sighted.user.get(`/api/alerts${path}`)).text]).toEqual([path, expect.stringContaining('mail')])
  const before = await contentsOf(sighted)
  const statuses = await probeChanges(sighted)
  expect(await contentsOf(sighted)).toEqual(before)
  for (const path of NOT_FOUND) expect([path, [...(statuses.get(path) ?? [])]]).toEqual([path, [404]])
  const succeeded = [...statuses].filter(([, answered]) => answered.has(200) || answered.has(201))
  expect(succeeded.map(([path]) => path)).toEqual(['/api/alerts/preview'])
  const { all, mine } = sighted.streams
  for (const { events } of [all, mine])
    expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(['system_pulse', 'alert']))
  expect(planted(JSON.stringify(all.events))).toContain(SECRETS.queue)
  expect(planted(JSON.stringify(mine.events))).toEqual([])
}, 300_000)

function isOfHidden(path: string, { keys }: Sighted): boolean {
  return path.includes(referenceOf(keys.hidden)) || path.includes(encodeURIComponent(keys.hidden))
}

it('streams nothing of a queue outside of the grants', async () => {
  const sighted = await sightedZenith(redis)
  const { queue } = sighted
  const admin = await sighted.asker([{ queues: null, role: 'admin' }])
  const user = await sighted.asker([{ queues: ['mail*'], role: 'operator' }])
  const [all, mine] = [await streamOf(sighted, admin), await streamOf(sighted, user)]
  await Promise.all([all.next(), mine.next()])
  for (let round = 0; round < 3; round++) {
    await queue(HIDDEN).add(SECRETS.job, { word: SECRETS.word })
    await queue('mail-out').add('Send', {})
    await queue('mail-out').pause()
    const isNews = (name: string) => (event: { data: unknown }) => JSON.stringify(event.data).includes(name)
    await all.next(isNews(HIDDEN))
    await mine.next(isNews('mail-out'))
    await queue('mail-out').resume()
  }
  const text = (client: { events: readonly unknown[] }) => JSON.stringify(client.events)
  expect(planted(text(all))).toContain(SECRETS.queue)
  expect(planted(text(mine))).toEqual([])
}, 60_000)
