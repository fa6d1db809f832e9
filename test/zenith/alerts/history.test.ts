import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { AlertEvent, AlertEventListing } from '../../../src/api/alerts.js'
import type { ArchivedJobDetail } from '../../../src/api/archived-jobs.js'
import type { MarkListing } from '../../../src/api/history.js'
import type { PastView, TickListing } from '../../../src/api/time-travel.js'
import { postgresDriver } from '../../../src/archive/postgres/index.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { alertChangeId } from '../../../src/archiver/feeds/alerts.js'
import type { Archive } from '../../../src/ports/index.js'
import { createZenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { AlertMemory } from '../../../src/zenith/alerts/memory.js'
import { changeOf, changeRecords, fired } from '../../support/alert-changes.js'
import { archiveDir } from '../../support/archive-files.js'
import { attempt, MAIL_KEY, put } from '../../support/filled-archive.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { startPostgres, type TestPostgres } from '../../support/postgres.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { askApi, documentOf, validatorOf } from '../support/api.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE
/** The middle of what the archive has. */
const AT = NOW - 10 * DAY

let redis: TestRedis
let server: TestPostgres
let databases = 0

beforeAll(async () => {
  redis = await startRedis()
  server = await startPostgres()
})
afterAll(async () => {
  await redis?.stop()
  await server?.stop()
})

const queue = { kind: 'queue', key: MAIL_KEY, name: 'mail', service: null, services: ['worker'], host: null } as const
const backlog = {
  ...{ rule: 'backlog', ruleName: 'Backlog', severity: 'critical', text: 'The oldest job waits 20 min' },
  subject: { ...queue, environment: null },
} as const satisfies Partial<AlertEvent>
const slow = {
  ...{ rule: 'event-loop', ruleName: 'Event loop blocked' },
  subject: { ...queue, kind: 'node', key: 'n1', name: 'api-1', service: 'api', services: [], environment: null },
} as const

/** Of a long time: an alert an hour, one that has fired for long, and one of a queue in the middle. */
const ARCHIVED: readonly AlertEvent[] = [
  ...Array.from({ length: 400 }, (_, hour) =>
    fired(AT - (hour - 200) * HOUR, AT - (hour - 200) * HOUR + 5 * MINUTE),
  ).flat(),
  ...fired(AT - 20 * DAY, AT + 2 * DAY, slow),
  changeOf({ ...slow, at: AT - 19 * DAY, change: 'acknowledged', firedAt: AT - 20 * DAY, by: 'ada' }),
  ...fired(AT + 10 * MINUTE, AT + 50 * MINUTE, backlog),
]
const LISTED = fired(NOW - 20 * MINUTE, NOW - 10 * MINUTE, { ruleName: 'CPU of today' })

/** Newest first, and of one time by id. */
const inOrder = (events: readonly AlertEvent[]) =>
  [...events].sort((a, b) => b.at - a.at || (alertChangeId(a) < alertChangeId(b) ? 1 : -1))

async function show(events: readonly AlertEvent[]): Promise<void> {
  await redis.client().flushall()
  const store = redisStore({ redis: redis.url })
  await new AlertMemory(store).writeShown({ events: inOrder(events), deliveries: [], rules: {} })
  await store.close()
}

async function open(archive: Archive | undefined, options: ZenithOptions = {}) {
  const store = redisStore({ redis: redis.url })
  const zenith = createZenith({
    store,
    auth: () => 'admin' as const,
    archive,
    logger: false,
    ...options,
  } as ZenithOptions)
  onTestFinished(async () => {
    await zenith.close()
    await store.close()
  })
  return { zenith, ask: <T>(path: string) => askApi<T>(zenith, path) }
}

async function allPages(ask: <T>(path: string) => Promise<{ body: T }>, path: string): Promise<AlertEvent[]> {
  const found: AlertEvent[] = []
  for (let after: string | null = ''; after !== null; ) {
    const { body }: { body: AlertEventListing } = await ask(`${path}${after && `&after=${encodeURIComponent(after)}`}`)
    found.push(...body.items)
    after = body.next
  }
  return found
}

const DRIVERS = {
  SQLite: () => sqliteDriver({ dir: archiveDir() }),
  PostgreSQL: () => postgresDriver({ url: server.url, schema: `history_${databases++}` }),
} as const

describe.each(Object.entries(DRIVERS))('the history of alerts in %s', (_, driver) => {
  async function filled() {
    const archive = inlineArchive(driver())
    await archive.open()
    await put(archive, { records: await changeRecords(ARCHIVED) })
    await show(LISTED)
    return { archive, ...(await open(archive)) }
  }

  test('has all of any time, page by page, and what is not archived yet', async () => {
    const { ask, zenith } = await filled()
    const everything = inOrder([...ARCHIVED, ...LISTED])
    expect(await allPages(ask, '/api/alerts/history?limit=137')).toEqual(everything)
    expect(await allPages(ask, '/api/alerts/history?limit=1000')).toEqual(everything)
    const { body } = await ask<AlertEventListing>('/api/alerts/history?limit=3')
    expect(body).toMatchObject({ since: null, gaps: [] })
    const document = await documentOf(zenith)
    const schema = document.paths['/api/alerts/history']?.get?.responses['200']?.content['application/json']?.schema
    const isValid = validatorOf(document, schema)
    expect([isValid(body), isValid.errors]).toEqual([true, null])
  })

  test('is that of a period or a window, and of what it is narrowed to', async () => {
    const { ask } = await filled()
    const of = (path: string) => allPages(ask, `/api/alerts/history?${path}`)
    const within = (from: number, to: number) =>
      inOrder([...ARCHIVED, ...LISTED]).filter(({ at }) => at >= from && at < to)
    expect(await of('period=1h')).toEqual(inOrder(LISTED))
    const window = `from=${AT - HOUR}&to=${AT + HOUR}`
    expect(await of(window)).toEqual(within(AT - HOUR, AT + HOUR))
    expect(await of('rule=backlog')).toEqual(inOrder(fired(AT + 10 * MINUTE, AT + 50 * MINUTE, backlog)))
    expect(await of('severity=critical&change=firing')).toMatchObject([{ rule: 'backlog', change: 'firing' }])
    expect(await of('service=worker')).toHaveLength(2)
    expect(await of('service=api&limit=1')).toHaveLength(3)
    expect(await of(`${window}&q=MAIL`)).toHaveLength(2)
    expect(await of(`alert=${encodeURIComponent('event-loop/node:n1')}&change=acknowledged`)).toMatchObject([
      { by: 'ada' },
    ])
    expect(await of('rule=none')).toEqual([])
  })

  test('is a table, too', async () => {
    const { zenith } = await filled()
    const answer = await zenith.fetch(new Request('http://localhost/api/alerts/history?rule=backlog&format=csv'))
    const lines = (await answer.text()).trim().split(/\r?\n/)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe(
      'at,change,rule,ruleName,severity,kind,subject,service,host,environment,text,value,firedAt,by',
    )
    expect(lines[2]).toContain('firing,backlog,Backlog,critical,queue,mail')
  })

  test('tells of changes that were dropped', async () => {
    const { archive, ask } = await filled()
    await put(archive, { gaps: [{ stream: 'alerts', from: AT, to: AT + 1, lost: null }] })
    const { body } = await ask<AlertEventListing>(`/api/alerts/history?from=${AT - DAY}&to=${AT + DAY}`)
    expect(body.gaps).toEqual([{ from: AT, to: AT + 1 }])
  })

  test.each(['x', '1/2', '%27', '0/00000000000000000000000000000000;'])(
    'refuses %s as the end of a page',
    async (mark) => {
      const { ask } = await filled()
      const { status } = await ask(`/api/alerts/history?after=${mark}`)
      expect(status).toBe(400)
    },
  )

  test('says what fired at a moment: also what has fired for long', async () => {
    const { ask } = await filled()
    const { body } = await ask<PastView>(`/api/history/at?t=${AT + 30 * MINUTE}`)
    expect(body.alerts).toMatchObject({ isCut: false })
    expect(body.alerts.items).toMatchObject([
      { ruleName: 'Backlog', firedAt: AT + 10 * MINUTE, endedAt: AT + 50 * MINUTE, isSure: true, acknowledgedBy: null },
      {
        ruleName: 'Event loop blocked',
        firedAt: AT - 20 * DAY,
        endedAt: AT + 2 * DAY,
        isSure: true,
        acknowledgedBy: 'ada',
      },
    ])
    const early = await ask<PastView>(`/api/history/at?t=${AT - 20 * DAY + HOUR}`)
    expect(early.body.alerts.items).toMatchObject([
      { ruleName: 'Event loop blocked', endedAt: null, acknowledgedBy: null },
    ])
    const today = await ask<PastView>(`/api/history/at?t=${NOW - 15 * MINUTE}`)
    expect(today.body.alerts.items).toMatchObject([{ ruleName: 'CPU of today', endedAt: NOW - 10 * MINUTE }])
  })

  test('has a tick for each time that an alert fired', async () => {
    const { ask } = await filled()
    const { body } = await ask<TickListing>(`/api/history/ticks?from=${AT - 30 * MINUTE}&to=${AT + 30 * MINUTE}`)
    expect(body.ticks).toEqual([
      { at: AT, kind: 'alert', count: 1, text: 'CPU high: web-1' },
      { at: AT + 10 * MINUTE, kind: 'alert', count: 1, text: 'Backlog: mail' },
    ])
    // Zenith may already have archived what is listed, which is of the last hour.
    const month = await ask<TickListing>(`/api/history/ticks?from=${NOW - 30 * DAY}&to=${NOW - HOUR}`)
    const amount = month.body.ticks.reduce((sum, { count }) => sum + count, 0)
    expect(amount).toBe(ARCHIVED.filter(({ change, at }) => change === 'firing' && at >= NOW - 30 * DAY).length)
  })

  test('marks in charts what fired in their time, also what began before', async () => {
    const { ask } = await filled()
    const time = `from=${AT + 15 * MINUTE}&to=${AT + 2 * HOUR}`
    const { body } = await ask<MarkListing>(`/api/history/marks?service=api&${time}`)
    expect(body.alerts).toMatchObject([
      { ruleName: 'Event loop blocked', firedAt: AT - 20 * DAY, endedAt: AT + 2 * DAY },
    ])
    const all = await ask<MarkListing>(`/api/history/marks?${time}`)
    expect(all.body.alerts.map(({ ruleName }) => ruleName).sort()).toEqual([
      'Backlog',
      'CPU high',
      'CPU high',
      'Event loop blocked',
    ])
  })

  test('says what fired while a job ran', async () => {
    const { archive, ask } = await filled()
    const run = (id: string, finishedAt: number) => attempt(id, finishedAt, { service: 'worker' })
    await put(archive, {
      jobs: [run('during', AT + 20 * MINUTE), run('before', AT + 9 * MINUTE), run('after', AT + HOUR)],
    })
    const during = await ask<ArchivedJobDetail>(`/api/archive/queues/${MAIL_KEY}/jobs/during`)
    expect(during.body.alerts.items).toMatchObject([{ ruleName: 'Backlog', firedAt: AT + 10 * MINUTE }])
    for (const id of ['before', 'after']) {
      const { body } = await ask<ArchivedJobDetail>(`/api/archive/queues/${MAIL_KEY}/jobs/${id}`)
      expect(body.alerts.items).toEqual([])
    }
  })
})

describe('without an archive', () => {
  test('the history is what Redis lists, and says since when', async () => {
    await show(LISTED)
    const { ask } = await open(undefined)
    const since = NOW - 20 * MINUTE
    const { body } = await ask<AlertEventListing>('/api/alerts/history?period=24h')
    expect(body).toEqual({ items: inOrder(LISTED), next: null, since, gaps: [] })
    const whole = await ask<AlertEventListing>(`/api/alerts/history?from=${since}&to=${NOW}&limit=1`)
    expect(whole.body).toMatchObject({ items: [{ change: 'resolved' }], since: null })
    expect(await allPages(ask, '/api/alerts/history?limit=1')).toEqual(inOrder(LISTED))
  })
})

describe('while the archive is away', () => {
  test('the history is what Redis lists, for times that it lists whole', async () => {
    await show(LISTED)
    const broken: Archive = {
      ...inlineArchive(sqliteDriver({ dir: archiveDir() })),
      open: () => Promise.reject(new Error('The disk is full.')),
    }
    const { ask } = await open(broken)
    const { body } = await ask<AlertEventListing>(`/api/alerts/history?from=${NOW - 20 * MINUTE}&to=${NOW}`)
    expect(body.items).toEqual(inOrder(LISTED))
    expect(await ask('/api/alerts/history?period=24h')).toMatchObject({ status: 503 })
  })
})
