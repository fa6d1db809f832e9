import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PulseEvent } from '../../src/api/types.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { mergeFigures, TRAFFIC } from '../../src/archiver/figures/merge.js'
import type { Archive, RawJob } from '../../src/ports/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { createZenith, type Zenith } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { OPERATIONS } from '../../src/zenith/operations.js'
import { exceptionOf, heartbeatOf, slowOf } from '../stores/samples.js'
import { inlineArchive } from '../support/inline-archive.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { type ApiDocument, askApi, documentOf, validatorOf } from './support/api.js'
import { keyOf, postApi, segment, snapshotOf } from './support/changes.js'
import { openPeople } from './support/people.js'
import { beatOf, present, report, rollupOf } from './support/records.js'
import { INTERVAL, serveZenith } from './support/zenith.js'

/** Whatever the API can show: all figures, none of them, and no service at all. */
async function filledStore() {
  const store = memoryStore()
  const now = Date.now()
  const routes = [{ key: 'GET /a', durations: [1, 20, 300] }]
  const jobs = [{ key: 'mail', queue: 'high', durations: [5], errors: 1 }]
  const spans = Array.from({ length: 12 }, (_, index) => now - index * 10_000)
  const slow = [slowOf('shop'), slowOf('shop', { kind: 'job', thresholdMs: null, requestId: null })]
  await report(store, heartbeatOf('shop', 'web-1'), {
    slow,
    exceptions: [exceptionOf('shop', 'e1'), exceptionOf('shop', 'e2', { stack: null, route: null, handled: true })],
    rollups: spans.map((to) => rollupOf('web-1', to - 10_000, to, routes, jobs)),
    history: spans.slice(0, 5).map((_, index) => {
      const minute = rollupOf('web-1', now - (index + 1) * 60_000, now - index * 60_000, routes, jobs)
      return { ...minute, process: PROCESS }
    }),
  })
  // A foreign reporter that says next to nothing.
  await report(store, beatOf('shop', 'php', { language: 'php', interval: null }))
  await report(store, beatOf('quiet', 'idle'))
  await store.writeQueues(snapshotOf('shop', [{ name: 'reported', driver: 'laravel', metrics: { waiting: 1 } }]), 1)
  return store
}

/** What the archiver writes of the last minutes. */
async function filledArchive(): Promise<Archive> {
  const archive = inlineArchive(sqliteDriver({ dir: mkdtempSync(join(tmpdir(), 'quasar-openapi-')) }))
  const now = Date.now()
  const spans = Array.from({ length: 10 }, (_, index) => now - (index + 1) * 60_000)
  const routes = [{ key: 'GET /a', durations: [1, 20, 300] }]
  const jobs = [{ key: 'mail', queue: 'high', durations: [5], errors: 1 }]
  const records = spans.map((from) => ({ ...rollupOf('web-1', from, from + 60_000, routes, jobs), process: PROCESS }))
  const figures = await mergeFigures(archive, TRAFFIC, 'shop', records)
  const change = { live: ['2'], added: ['2'], removed: ['1'], isFirst: false }
  const event = { kind: 'event', id: 'v', at: now - 60_000, service: 'shop', name: 'versions' } as const
  const gaps = [{ stream: 'history:shop', from: now - 120_000, to: now - 60_000, lost: 3 }]
  const cursor = { stream: 's', expected: null, next: '1' }
  await archive.write({ cursor, figures, gaps, records: [{ ...event, body: JSON.stringify(change) }] })
  return archive
}

async function archiveJob(archive: Archive, queue: string, id: string): Promise<void> {
  const now = Date.now()
  const job: RawJob = {
    ...{ queue, queueName: 'mail', id, name: 'bad', outcome: 'failed', attempt: 1, addedAt: now - 900 },
    ...{ startedAt: now - 500, finishedAt: now, waitMs: 400, runMs: 500, service: 'shop', node: 'web-1', error: 'no' },
    payload: { kind: 'text', text: '{"to":"ada"}' },
  }
  await archive.write({ cursor: { stream: 'j', expected: null, next: '1' }, jobs: [job] })
}

/** Jobs in every state that BullMQ has without a flow, and two schedulers. */
async function fillQueue(url: string): Promise<void> {
  const connection = { url }
  const queue = new Queue('mail', { connection })
  const worker = new Worker('mail', async (job) => (job.name === 'bad' ? Promise.reject(new Error('no')) : 'done'), {
    connection,
  })
  for (const name of ['bad', 'good']) await queue.add(name, { password: 'x', to: 'ada' }, { priority: 1 })
  await vi.waitFor(
    async () => {
      expect((await queue.getFailedCount()) + (await queue.getCompletedCount())).toBe(2)
    },
    { timeout: 15_000 },
  )
  await worker.close()
  await queue.addBulk([
    { name: 'next', data: {} },
    { name: 'later', data: {}, opts: { delay: 3_600_000 } },
  ])
  await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *', tz: 'Europe/Vienna' }, { name: 'clean', data: {} })
  await queue.upsertJobScheduler('often', { every: 60_000 })
  await queue.close()
}

const PROCESS = {
  ...{ cpu: 12.5, rss: 90_000_000, heapUsed: 40_000_000, loopP99: 3.2 },
  ...{ utilization: 0.25, gcMs: null, gcCount: null, diskPct: 71.5 },
}

const LAST_DAY = `from=${Date.now() - 86_400_000}&to=${Date.now()}`

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  '/api/services': ['?period=5m', '?period=15m', '?period=1h', '?service=shop', '?limit=1&offset=1'],
  '/api/services/{service}': ['?period=5m', '?period=1h'],
  '/api/routes': ['?period=1h', '?text=get', '?limit=1'],
  '/api/services/{service}/routes/{route}': ['?period=5m', '?period=1h'],
  '/api/services/{service}/nodes/{node}/history': ['?period=5m', '?period=1h'],
  '/api/nodes': ['?state=live', '?service=shop', '?state=left'],
  '/api/slow': ['?kind=job', '?text=USERS', '?name=nothing'],
  '/api/errors': ['?handled=true', '?handled=false', '?kind=request'],
  '/api/queues': ['?service=shop', '?driver=bullmq', '?text=MAIL'],
  '/api/queues/{queue}/jobs': [
    '?state=failed',
    '?state=completed&order=oldest',
    '?state=delayed',
    '?state=waiting&offset=1',
  ],
  '/api/queues/{queue}/search': ['?state=failed&text=ada'],
  '/api/queues/{queue}/jobs/{job}': ['?full=true'],
  '/api/search': ['?text=mail', '?text=1', '?text=USERS', '?text=no+such+thing'],
  '/api/search/jobs': ['?text=ada', '?text=mail&state=failed', '?text=mail&after=zzz'],
  '/api/audit': ['?limit=1', '?q=mail', '?action=retry,pause&ok=true', `?${LAST_DAY}`],
  '/api/history': [
    '?service=shop&from=1&to=600001',
    `?service=shop&${LAST_DAY}`,
    `?service=shop&${LAST_DAY}&step=600000`,
  ],
  '/api/history/marks': [`?${LAST_DAY}`, `?${LAST_DAY}&service=shop`],
  '/api/history/at': [`?t=${Date.now() - 300_000}`],
  '/api/history/ticks': [`?${LAST_DAY}`],
  '/api/archive/jobs': ['?limit=1', '?q=queue:mail', `?${LAST_DAY}`],
  '/api/archive/jobs/facets': ['?q=state:failed'],
  '/api/archive/completeness': [`?${LAST_DAY}`],
}
/** What can't be asked without a parameter. */
const NEEDS: Readonly<Record<string, string>> = {
  '/api/queues/{queue}/jobs': 'state=failed',
  '/api/queues/{queue}/search': 'state=failed',
  '/api/search': 'text=ada',
  '/api/search/jobs': 'text=ada',
  '/api/history': `service=shop&${LAST_DAY}`,
  '/api/history/marks': LAST_DAY,
  '/api/history/at': 't=1',
  '/api/history/ticks': LAST_DAY,
  '/api/archive/completeness': LAST_DAY,
}
/** What a test of lists has to see items in, or it would prove nothing. */
const LISTS = [
  '/api/services',
  '/api/routes',
  '/api/nodes',
  '/api/slow',
  '/api/slow/groups',
  '/api/errors',
  '/api/errors/groups',
  '/api/queues',
  '/api/schedulers',
  '/api/bulk',
  '/api/audit',
]

describe('the API’s own description', () => {
  let zenith: Zenith
  let document: ApiDocument
  let redis: TestRedis
  /** What stands in paths. */
  let names: Readonly<Record<string, string>>
  beforeAll(async () => {
    redis = await startRedis()
    await fillQueue(redis.url)
    const source = bullmqQueues({ connection: redis.url })
    const archive = await filledArchive()
    const store = await filledStore()
    zenith = createZenith({ auth: () => 'admin', interval: INTERVAL, store, queues: [source], archive })
    document = await documentOf(zenith)
    const queue = segment(await keyOf(zenith, 'mail'))
    const failed = await askApi<{ jobs: { id: string }[] }>(zenith, `/api/queues/${queue}/jobs?state=failed`)
    const job = present(failed.body.jobs[0]).id
    await archiveJob(archive, decodeURIComponent(queue), job)
    await postApi(zenith, `/api/queues/${queue}/actions`, { action: 'pause' })
    names = { service: 'shop', node: 'web-1', route: encodeURIComponent('GET /a'), queue, job }
    names = { ...names, id: await begin() }
    return async () => {
      await zenith.close()
      await source.close()
      await redis.stop()
    }
  })

  /** Begins a bulk operation. */
  async function begin(): Promise<string> {
    const selection = { queues: [decodeURIComponent(names.queue ?? '')], state: 'failed' }
    const { body } = await postApi<{ id: string }>(zenith, '/api/bulk', { action: 'retry', selection })
    return body.id
  }

  const pathOf = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => names?.[name] ?? 'shop')

  function schemaOf(path: string, status: number, type = 'application/json', method: 'get' | 'post' = 'get'): unknown {
    return document.paths[path]?.[method]?.responses[status]?.content[type]?.schema
  }

  it('is OpenAPI 3.1 and has every route', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const described = Object.entries(document.paths).flatMap(([path, { get, post }]) => [
      ...(get ? [`GET ${path}`] : []),
      ...(post ? [`POST ${path}`] : []),
    ])
    expect(described.sort()).toEqual(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort())
    const ids = Object.values(document.paths).flatMap(({ get, post }) =>
      [get, post].flatMap((one) => one?.operationId ?? []),
    )
    expect(new Set(ids).size).toBe(OPERATIONS.length)
  })

  it('has the routes and parameters that docs/api.md has', () => {
    const docs = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
    const rows = [...docs.matchAll(/^\| (`(?:api|metrics)[^|]*) \| ([^|]*)\|/gm)]
    const words = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map((word) => word[1] ?? '')
    let before: string[] = []
    const documented = rows.flatMap(([, paths, cell]) => {
      before = cell?.includes('the same') ? before : words(cell)
      return words(paths).map((path) => [`/${path}`, before] as const)
    })
    const described = Object.entries(document.paths).flatMap(([path, { get }]) => {
      return get ? [[path, get.parameters.filter((one) => one.in === 'query').map((one) => one.name)] as const] : []
    })
    const changes = [...docs.matchAll(/^\| `POST (api[^`]*)`/gm)].map(([, path]) => `/${path}`)
    expect(changes.sort()).toEqual(OPERATIONS.flatMap(({ method, path }) => (method === 'POST' ? [path] : [])).sort())
    const sorted = (table: readonly (readonly [string, readonly string[]])[]) =>
      Object.fromEntries(table.map(([path, names]) => [path, [...names].sort()]))
    expect(sorted(documented)).toEqual(sorted(described))
  })

  it('is found from where it is served, under any mount', () => {
    const url = new URL(document.servers[0]?.url ?? '', 'https://ops.example/quasar/api/openapi.json')
    expect(url.pathname).toBe('/quasar/')
  })

  const gets = OPERATIONS.filter(({ method }) => method === 'GET')
  const paths = gets.filter(({ answers }) => answers[200]?.type === undefined).map(({ path }) => path)
  /** Only users of a database see them: each is asked as one. */
  const ofPeople = paths.filter((path) => path.startsWith('/api/people') || path === '/api/account')
  it.each(ofPeople)('%s answers as it says', async (path) => {
    const { admin, user } = await openPeople()
    await user('bob', [{ role: 'operator', queues: ['mail*'] }])
    await admin.post('/api/people/groups', { action: 'add', group: { name: 'all', grants: [{ role: 'viewer' }] } })
    await admin.post('/api/people/tokens', { action: 'add', name: 'deploy', grants: [{ role: 'viewer' }] })
    const validate = validatorOf(document, schemaOf(path, 200))
    const { status, body } = await admin.get(path)
    validate(body)
    expect([status, validate.errors]).toEqual([200, null])
  })

  it.each(paths.filter((path) => !ofPeople.includes(path)))('%s answers as it says', async (path) => {
    const validate = validatorOf(document, schemaOf(path, 200))
    for (const query of [...(path in NEEDS ? [] : ['']), ...(QUERIES[path] ?? [])]) {
      const { status, body } = await askApi(zenith, pathOf(path) + query)
      expect([status, query]).toEqual([200, query])
      validate(body)
      expect(validate.errors, query).toBeNull()
      if (query === '' && LISTS.includes(path)) expect((body as { items: unknown[] }).items).not.toEqual([])
    }
  })

  it('has all that a service says of itself in it', async () => {
    const { body } = await askApi<Record<string, unknown[]>>(zenith, '/api/services/shop?period=1h')
    for (const field of ['traffic', 'routes', 'jobSeries', 'nodes', 'slow', 'exceptions']) {
      expect(body[field], field).not.toEqual([])
    }
  })

  it.each(gets.map(({ path }) => path))('%s refuses what it does not know', async (path) => {
    const validate = validatorOf(document, schemaOf(path, 400))
    const wrong = (document.paths[path]?.get?.parameters ?? []).flatMap(({ name, in: place, schema }) => {
      const { type, enum: words } = schema as { type: string; enum?: unknown }
      if (place !== 'query') return []
      return type === 'integer' || words ? [`${name}=-1`, `${name}=x`, `${name}=`] : [`${name}=`]
    })
    for (const query of ['periode=1h', '__proto__=1', 'toString=1', ...wrong]) {
      // What has to be there is, so that it is the other one that is wrong.
      const [need = ''] = [NEEDS[path]]
      const rest = need && !query.startsWith(need.split('=')[0] ?? '') ? `&${need}` : ''
      const { status, body } = await askApi(zenith, `${pathOf(path)}?${query}${rest}`)
      expect([status, query]).toEqual([400, query])
      validate(body)
      expect(validate.errors).toBeNull()
      const name = query.split('=')[0]
      expect(body).toMatchObject({ error: { code: 'bad_query', message: expect.stringContaining(`\`${name}\``) } })
    }
  })

  it.each(OPERATIONS.filter(({ method }) => method === 'POST').map(({ path }) => path))(
    '%s says what a change takes, and what it answers',
    async (path) => {
      const { requestBody, parameters } = present(document.paths[path]?.post)
      expect(() => validatorOf(document, requestBody?.content['application/json']?.schema)).not.toThrow()
      expect(parameters).toContainEqual(expect.objectContaining({ name: 'x-zenith-token', in: 'header' }))
      const answers = [
        await postApi(zenith, pathOf(path), {}, { 'x-zenith-token': 'none' }),
        await postApi(zenith, pathOf(path), []),
        await postApi(zenith, pathOf(path), {}, { 'content-type': 'text/plain' }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([403, 400, 415])
      for (const { status, body } of answers) {
        const validate = validatorOf(document, schemaOf(path, status, undefined, 'post'))
        validate(body)
        expect(validate.errors).toBeNull()
      }
    },
  )

  it.each([
    ['/api/queues/{queue}/actions', { action: 'resume' }, 200],
    ['/api/queues/{queue}/actions', { action: 'add', job: { name: 'a', data: '1' } }, 200],
    ['/api/queues/{queue}/actions', { action: 'clean', state: 'completed', olderThanMs: 0, limit: 1 }, 200],
    ['/api/queues/{queue}/jobs', { action: 'promote', ids: ['nothing'] }, 200],
    ['/api/schedulers', { queue: '', action: 'run', id: 'often' }, 200],
    ['/api/bulk', { action: 'retry', selection: { queues: [''], state: 'failed' } }, 201],
    ['/api/bulk/{id}/cancel', {}, 200],
    ['/api/queues/nothing/actions', { action: 'pause' }, 404],
  ])('describes what %s answers to %j', async (path, body, status) => {
    const key = decodeURIComponent(names.queue ?? '')
    const filled = JSON.parse(JSON.stringify(body).replaceAll('""', JSON.stringify(key))) as unknown
    // What was begun with the server may have ended by now.
    if (path.includes('{id}')) names = { ...names, id: await begin() }
    const answer = await postApi(zenith, pathOf(path), filled)
    expect([answer.status, answer.body]).toEqual([status, answer.body])
    const described = path.replace('nothing', '{queue}')
    const requestBody = document.paths[described]?.post?.requestBody?.content['application/json']?.schema
    for (const [schema, value] of [
      [requestBody, filled],
      [schemaOf(described, status, undefined, 'post'), answer.body],
    ]) {
      const validate = validatorOf(document, schema)
      validate(value)
      expect(validate.errors).toBeNull()
    }
  })

  it.each([
    ['/api/nodes?limit=0', '`limit` takes a whole number from 1 to 1000.'],
    ['/api/nodes?limit=1001', '`limit` takes a whole number from 1 to 1000.'],
    ['/api/nodes?state=dead', '`state` takes `live` or `lost` or `left` or `replaced`.'],
    ['/api/services?period=2h', '`period` takes `5m` or `15m` or `1h` or `6h` or `24h` or `7d` or `30d` or `90d`.'],
    ['/api/nodes?limit=1&limit=2', '`limit` is given more than once.'],
    ['/api/overview?x=1', '`x` is not known; this takes `services`, `nodes`, `queues`, `text`.'],
    ['/api/health?x=1', '`x` is not known; this takes no parameters.'],
    ['/api/services/shop?x=1', '`x` is not known; this takes `period`, `from`, `to`.'],
  ])('%s says what it takes', async (path, message) => {
    const { status, body } = await askApi(zenith, path)
    expect([status, body]).toEqual([400, { error: { code: 'bad_query', message } }])
  })

  it('answers 404 for a service that nobody knows, and for a name that is no percent-encoding', async () => {
    const validate = validatorOf(document, schemaOf('/api/services/{service}', 404))
    for (const path of ['/api/services/nobody', '/api/services/%E0%A4%A', '/api/services/__proto__']) {
      const { status, body } = await askApi(zenith, path)
      expect(status).toBe(404)
      validate(body)
      expect(validate.errors).toBeNull()
    }
  })

  it('describes what a store that does not answer makes of it', async () => {
    const store = { ...memoryStore(), nodes: () => Promise.reject(new Error('connect ECONNREFUSED')) }
    const broken = createZenith({ auth: () => true, interval: INTERVAL, store })
    onTestFinished(() => broken.close())
    const ofStore = LISTS.filter((path) => !['/api/bulk', '/api/audit'].includes(path))
    for (const path of [...ofStore, '/api/services/{service}', '/api/health']) {
      const { status, body } = await askApi(broken, pathOf(path))
      expect([path, status]).toEqual([path, 503])
      const validate = validatorOf(document, schemaOf(path, 503))
      validate(body)
      expect(validate.errors).toBeNull()
      expect(JSON.stringify(body)).toContain('connection refused')
    }
  })

  it('describes the events of the stream', async () => {
    const store = await filledStore()
    const { watch } = await serveZenith({ store })
    const stream = await watch()
    const whole = { allOf: [{ $ref: '#/components/schemas/Overview' }] }
    const first = (await stream.next()).data as PulseEvent
    expect(first.full).toBe(true)
    const { full: _, ...overview } = first
    await report(store, beatOf('shop', 'new'), { slow: [slowOf('shop', { ts: Date.now() + 5 })] })
    const difference = await stream.next((event) => event.name === 'system_pulse')
    const slow = await stream.next((event) => event.name === 'slow')
    for (const [schema, data] of [
      [whole, overview],
      [{ $ref: '#/components/schemas/PulseDifference' }, difference.data],
      [{ type: 'array', minItems: 1, items: { $ref: '#/components/schemas/SlowEntry' } }, slow.data],
    ]) {
      const validate = validatorOf(document, schema)
      validate(data)
      expect(validate.errors).toBeNull()
    }
  })
})
