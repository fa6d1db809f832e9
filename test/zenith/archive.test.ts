import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type {
  ArchivedJobDetail,
  ArchivedJobFacets,
  ArchivedJobListing,
  Completeness,
} from '../../src/api/archived-jobs.js'
import type { HistoryView, MarkListing } from '../../src/api/history.js'
import type { PastView, TickListing } from '../../src/api/time-travel.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import type { Archive } from '../../src/ports/index.js'
import { createZenith, type ZenithOptions } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { archiveDir } from '../support/archive-files.js'
import { attempt, figuresAt, MAIL_KEY, put, recordsAt } from '../support/filled-archive.js'
import { inlineArchive } from '../support/inline-archive.js'
import { askApi, documentOf, validatorOf } from './support/api.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** In the middle of a minute, two hours ago: a time that only the archive has. */
const AT = Math.floor((Date.now() - 2 * HOUR) / MINUTE) * MINUTE + 30_000
const PAYLOAD = { kind: 'text', text: JSON.stringify({ email: 'user@example.com', password: 'hunter2' }) } as const

interface Refusal {
  readonly error: { readonly code: string; readonly message: string }
}

/** The archive's directory is kept from test to test: nothing changes it. */
const dir = archiveDir()

async function fill(archive: Archive): Promise<void> {
  await archive.open()
  const failed = { outcome: 'retried', error: '=SUM(A1) "No route"', runMs: 900, payload: PAYLOAD } as const
  await put(archive, {
    figures: figuresAt(AT),
    records: recordsAt(AT),
    gaps: [{ stream: 'history:shop', from: AT - 3 * HOUR, to: AT - HOUR, lost: 5 }],
    jobs: [
      attempt('j1', AT - 4_000, failed),
      attempt('j1', AT, { attempt: 2, payload: PAYLOAD }),
      ...Array.from({ length: 5 }, (_, index) => attempt(`k${index}`, AT - 10_000 - index)),
      attempt('w1', AT - 20_000, { queue: 'laravel1', queueName: 'pdf', name: 'MakePdf', service: null }),
    ],
  })
}

async function open(options: ZenithOptions = {}) {
  const archive = inlineArchive(sqliteDriver({ dir }))
  const zenith = createZenith({
    store: memoryStore(),
    auth: () => 'admin' as const,
    archive,
    logger: false,
    ...options,
  })
  onTestFinished(() => zenith.close())
  return { zenith, archive, ask: <T>(path: string) => askApi<T>(zenith, path) }
}

beforeAll(async () => {
  const archive = inlineArchive(sqliteDriver({ dir }))
  await fill(archive)
  await archive.close()
})

const q = (search: string) => `q=${encodeURIComponent(search)}`
const around = `from=${AT - HOUR}&to=${AT + HOUR}`

describe('the routes of the archive', () => {
  test('answer as the document says', async () => {
    const { zenith, ask } = await open()
    const document = await documentOf(zenith)
    const paths: readonly (readonly [template: string, path: string])[] = [
      ['/api/archive', '/api/archive'],
      ['/api/archive/jobs', '/api/archive/jobs'],
      ['/api/archive/jobs/facets', '/api/archive/jobs/facets'],
      ['/api/archive/queues/{queue}/jobs/{job}', `/api/archive/queues/${MAIL_KEY}/jobs/j1`],
      ['/api/archive/completeness', `/api/archive/completeness?${around}`],
      ['/api/history', `/api/history?service=shop&${around}`],
      ['/api/history/marks', `/api/history/marks?${around}`],
      ['/api/history/at', `/api/history/at?t=${AT}`],
      ['/api/history/ticks', `/api/history/ticks?${around}`],
    ]
    for (const [template, path] of paths) {
      const { status, body } = await ask(path)
      expect([path, status]).toEqual([path, 200])
      const schema = document.paths[template]?.get?.responses['200']?.content['application/json']?.schema
      const isValid = validatorOf(document, schema)
      expect([path, isValid(body), isValid.errors]).toEqual([path, true, null])
    }
  })

  test('answer 409 without an archive, and the state of it 404', async () => {
    const zenith = createZenith({ store: memoryStore(), auth: () => true, logger: false })
    onTestFinished(() => zenith.close())
    const paths = [
      '/api/archive/jobs',
      '/api/archive/jobs/facets',
      '/api/archive/queues/x/jobs/1',
      `/api/archive/completeness?${around}`,
      `/api/history?service=shop&${around}`,
      `/api/history/marks?${around}`,
      `/api/history/at?t=${AT}`,
      `/api/history/ticks?${around}`,
      '/api/services?period=24h',
    ]
    for (const path of paths) {
      const { status, body } = await askApi<Refusal>(zenith, path)
      expect([path, status, body.error.code]).toEqual([path, 409, 'no_archive'])
    }
    expect((await askApi(zenith, '/api/archive')).status).toBe(404)
  })

  test('answer 503 while the archive does not, in words', async () => {
    const broken = inlineArchive(sqliteDriver({ dir }))
    const archive: Archive = { ...broken, open: () => Promise.reject(new Error('The disk is full.')) }
    const { ask } = await open({ archive })
    const { status, body } = await ask<Refusal>('/api/archive/jobs')
    expect([status, body.error]).toMatchObject([503, { code: 'archive_unavailable', message: 'The disk is full.' }])
  })
})

describe('finished jobs', () => {
  test('come newest first, page by page, without payloads', async () => {
    const { ask } = await open()
    const seen: string[] = []
    let after = ''
    for (let page = 0; page < 10; page++) {
      const { body } = await ask<ArchivedJobListing>(`/api/archive/jobs?limit=3${after}`)
      seen.push(...body.items.map(({ id }) => id))
      expect(JSON.stringify(body)).not.toContain('example.com')
      if (body.next === null) break
      after = `&after=${encodeURIComponent(body.next)}`
    }
    expect(seen).toEqual(['j1', 'j1', 'k0', 'k1', 'k2', 'k3', 'k4', 'w1'])
  })

  test.each([
    ['email:user@example.com', 2],
    ['user@example.com state:retried', 1],
    ['hunter2', 0],
    ['queue:p*', 1],
    ['-service:shop', 1],
    ['run:<1s', 1],
    [`after:${new Date(AT).toISOString()}`, 1],
    ['before:2020-01-01', 0],
  ])('are searched: %s', async (search, count) => {
    const { ask } = await open()
    const { body } = await ask<ArchivedJobListing>(`/api/archive/jobs?${q(search)}`)
    expect(body.items).toHaveLength(count)
    const facets = await ask<ArchivedJobFacets>(`/api/archive/jobs/facets?${q(search)}`)
    expect(facets.body).toMatchObject({ total: count, isPartial: false })
  })

  test('are counted by outcome, queue, name and service', async () => {
    const { ask } = await open()
    const { body } = await ask<ArchivedJobFacets>('/api/archive/jobs/facets')
    expect(body.outcome).toEqual([
      { value: 'completed', count: 7 },
      { value: 'retried', count: 1 },
    ])
    expect(body.queueName).toEqual([
      { value: 'mail', count: 7 },
      { value: 'pdf', count: 1 },
    ])
    expect(body.service).toEqual([{ value: 'shop', count: 7 }])
  })

  test('come as CSV that no spreadsheet runs', async () => {
    const { zenith } = await open()
    const answer = await zenith.fetch(new Request(`http://localhost/api/archive/jobs?format=csv&${q('state:retried')}`))
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toContain('jobs.csv')
    const [header, row] = (await answer.text()).split('\r\n')
    expect(header).toBe(
      'finishedAt,startedAt,addedAt,queueName,name,id,outcome,attempt,waitMs,runMs,service,node,error',
    )
    expect(row).toContain(`mail,SendConfirmation,j1,retried,1,200,900,shop,web-1,"'=SUM(A1) ""No route"""`)
  })

  test.each(['state:nope', '"open', 'run:fast', 'after:yesterday', 'a:', `after:${AT}`])(
    'refuse a search that can not be read: %s',
    async (search) => {
      const { ask } = await open()
      for (const path of ['jobs', 'jobs/facets']) {
        const { status, body } = await ask<Refusal>(`/api/archive/${path}?${q(search)}`)
        expect([status, body.error.code]).toEqual([400, 'bad_search'])
      }
    },
  )

  test('refuse a mark that is none and a limit beyond the limit', async () => {
    const { ask } = await open()
    for (const path of ['jobs?after=nonsense', 'jobs?limit=0', 'jobs?limit=1001', 'jobs?from=x', 'jobs?format=xml']) {
      const { status, body } = await ask<Refusal>(`/api/archive/${path}`)
      expect([path, status]).toEqual([path, 400])
      expect(body.error.message).not.toBe('')
    }
  })

  test('can not be searched by payload without permission to see payloads', async () => {
    const { ask } = await open({ auth: () => 'viewer' })
    for (const search of ['user@example.com', '"two words"', '-user', 'email:u*', 'queue:mail user']) {
      for (const path of ['jobs', 'jobs/facets', 'jobs?format=csv']) {
        const { status } = await ask(`/api/archive/${path}${path.includes('?') ? '&' : '?'}${q(search)}`)
        expect([search, path, status]).toEqual([search, path, 403])
      }
    }
    expect((await ask(`/api/archive/jobs?${q('queue:mail state:completed')}`)).status).toBe(200)
  })

  test('tell their life, who acted on them, and their payload to whom may see it', async () => {
    const path = `/api/archive/queues/${MAIL_KEY}/jobs/j1`
    const { ask, zenith } = await open()
    const { body } = await ask<ArchivedJobDetail>(path)
    expect(body.attempts.map(({ outcome, attempt }) => [attempt, outcome])).toEqual([
      [1, 'retried'],
      [2, 'completed'],
    ])
    expect(body.attempts[0]?.payload?.text).toContain('user@example.com')
    expect(JSON.stringify(body)).not.toContain('hunter2')
    expect(body.audit.map(({ user, step }) => [user, step])).toEqual([
      ['ada', 'result'],
      ['ada', 'intent'],
    ])
    expect(body.auditSince).toBeNull()
    await zenith.close()
    const viewer = await open({ auth: () => 'viewer' })
    const seen = await viewer.ask<ArchivedJobDetail>(path)
    expect(seen.body).toMatchObject({ payloads: false, attempts: [{ payload: null }, { payload: null }] })
    expect((await viewer.ask(`/api/archive/queues/${MAIL_KEY}/jobs/none`)).status).toBe(404)
  })

  test('are compared with what workers counted, by queue', async () => {
    const { ask } = await open()
    const { body } = await ask<Completeness>(`/api/archive/completeness?${around}`)
    expect(body.queues).toEqual([
      { queueName: 'mail', service: 'shop', archived: 7, counted: 10 },
      { queueName: 'pdf', service: null, archived: 1, counted: null },
    ])
  })

  test('whose service is unknown belong to the only one that counted their queue', async () => {
    const other = archiveDir()
    const archive = inlineArchive(sqliteDriver({ dir: other }))
    await archive.open()
    await put(archive, { figures: figuresAt(AT, 3), jobs: [attempt('a', AT, { service: null }), attempt('b', AT)] })
    const { ask } = await open({ archive })
    const { body } = await ask<Completeness>(`/api/archive/completeness?${around}`)
    expect(body.queues).toEqual([{ queueName: 'mail', service: 'shop', archived: 2, counted: 3 }])
  })
})

describe('the past', () => {
  test('of services, routes, queues and processes comes from the archive beyond an hour', async () => {
    const { ask } = await open()
    const services = await ask<{ items: unknown[] }>('/api/services?period=6h')
    expect(services.body.items).toMatchObject([{ service: 'shop', requests: { count: 3 }, jobs: { count: 10 } }])
    const routes = await ask<{ items: unknown[] }>(`/api/routes?from=${AT - 5 * MINUTE}&to=${AT + 5 * MINUTE}`)
    expect(routes.body.items).toMatchObject([{ service: 'shop', key: 'GET /orders', count: 3, errors: 1 }])
    const slow = await ask<{ items: unknown[] }>('/api/slow?period=24h')
    expect(slow.body.items).toHaveLength(1)
    const errors = await ask<{ items: unknown[] }>('/api/errors/groups?period=7d')
    expect(errors.body.items).toHaveLength(1)
  })

  test('of a service comes in steps and as CSV, and refuses too many steps', async () => {
    const { ask, zenith } = await open()
    const { body } = await ask<HistoryView>(`/api/history?service=shop&${around}`)
    expect(body).toMatchObject({ step: MINUTE, points: [{ nodes: 1, cpu: 40, requests: { count: 3 } }] })
    const csv = await zenith.fetch(new Request(`http://localhost/api/history?service=shop&${around}&format=csv`))
    const [header, row, end] = (await csv.text()).split('\r\n')
    expect([header?.split(',')[0], row?.split(',')[0], end]).toEqual(['service', 'shop', ''])
    const many = `from=${AT - 90 * DAY}&to=${AT}&step=60000`
    expect((await ask(`/api/history?service=shop&${many}`)).status).toBe(400)
    expect((await ask(`/api/history?service=shop&from=${AT}&to=${AT}`)).status).toBe(400)
    expect((await ask(`/api/history?${around}`)).status).toBe(400)
  })

  test('has marks: versions and gaps', async () => {
    const { ask } = await open()
    const { body } = await ask<MarkListing>(`/api/history/marks?from=${AT - 2 * HOUR}&to=${AT + HOUR}`)
    expect(body.versions).toMatchObject([{ service: 'shop', added: ['1.1.0'] }])
    expect(body.gaps).toMatchObject([{ stream: 'history', service: 'shop', lost: 5 }])
    const other = await ask<MarkListing>(`/api/history/marks?from=${AT - 2 * HOUR}&to=${AT + HOUR}&service=other`)
    expect(other.body).toEqual({ versions: [], gaps: [], alerts: [] })
  })
})

describe('time travel', () => {
  test('shows the fleet as it was, each queue once', async () => {
    const { ask } = await open()
    const { body } = await ask<PastView>(`/api/history/at?t=${AT}`)
    expect(body).toMatchObject({ at: AT, from: AT - 30_000, to: AT + 30_000 })
    expect(body.services).toMatchObject([{ service: 'shop', nodes: 1, requests: { count: 3 }, jobs: { count: 10 } }])
    expect(body.nodes).toMatchObject([{ service: 'shop', node: 'web-1', cpu: 40, loopP99: 12 }])
    expect(body.queues).toMatchObject([
      { key: MAIL_KEY, name: 'mail', waiting: 7, active: 2, failed: 3, service: null },
    ])
    expect(body.exceptions).toHaveLength(1)
    expect(body.slow).toHaveLength(1)
    expect(body.audit).toHaveLength(2)
  })

  test('shows the attempts that ran', async () => {
    const { ask } = await open()
    const { body } = await ask<PastView>(`/api/history/at?t=${AT - 1_000}`)
    expect(body.running.map(({ id, attempt }) => [id, attempt])).toEqual([['j1', 2]])
  })

  test('is coarser the older the time, and empty where nothing is known', async () => {
    const { ask } = await open()
    for (const [ago, step] of [
      [3 * DAY, 10 * MINUTE],
      [20 * DAY, HOUR],
      [100 * DAY, 6 * HOUR],
      [1_000 * DAY, 6 * HOUR],
    ] as const) {
      const { status, body } = await ask<PastView>(`/api/history/at?t=${AT - ago}`)
      expect([status, body.to - body.from, body.services, body.queues]).toEqual([200, step, [], []])
    }
    expect((await ask('/api/history/at?t=1')).status).toBe(200)
    expect((await ask('/api/history/at?t=x')).status).toBe(400)
    expect((await ask('/api/history/at')).status).toBe(400)
  })

  test('has ticks: an action is one, and a gap that began before lies at the start', async () => {
    const { ask } = await open()
    const { body } = await ask<TickListing>(`/api/history/ticks?from=${AT - 2 * HOUR}&to=${AT + HOUR}`)
    expect(body.since).toBeNull()
    expect(body.ticks.map(({ kind, count, text }) => [kind, count, text])).toEqual([
      ['gap', 1, 'Lost records: history:shop'],
      ['version', 1, 'shop 1.1.0'],
      ['exceptions', 1, '1 exception'],
      ['audit', 1, '1 action'],
    ])
    expect(body.ticks.map(({ at }) => at)).toEqual([AT - 2 * HOUR, AT, AT, AT])
  })
})
