import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { AuditEntry, AuditPage } from '../../../src/api/audit.js'
import { postgresDriver } from '../../../src/archive/postgres/index.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { auditFeed, auditRecordId } from '../../../src/archiver/feeds/audit.js'
import { drain } from '../../../src/archiver/feeds/feed.js'
import type { Archive, ControlStore, NewAuditEntry, Reader } from '../../../src/ports/index.js'
import { keysOf } from '../../../src/protocol/index.js'
import { createZenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { archiveDir } from '../../support/archive-files.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { startPostgres, type TestPostgres } from '../../support/postgres.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { askApi } from '../support/api.js'

const MINUTE = 60_000
const NOW = Date.now()
const DAY = 24 * 60 * MINUTE

type Store = Reader & ControlStore

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

const USERS = ['ada', 'Bob', 'eve', null]
const ACTIONS = ['retry', 'bulk retry', 'pause', 'log in', 'alert rule save']
const QUEUES = ['mail', 'orders', null]
const WAYS = ['password', 'token deploy', 'token ci', 'link', undefined]
const ADDRESSES = ['203.0.113.7', '203.0.113.70', '2001:db8::1', undefined]
/** Several lines have the same time. */
const LINES: readonly NewAuditEntry[] = Array.from({ length: 240 }, (_, index) => {
  const of = <T>(values: readonly T[], step: number) => values[Math.floor(index / step) % values.length] as T
  const [queue, via, from] = [of(QUEUES, 3), of(WAYS, 2), of(ADDRESSES, 7)]
  const isIntent = index % 2 === 0
  return {
    ...{ operation: `o${index >> 1}`, step: isIntent ? 'intent' : 'result', at: NOW - DAY + (index >> 2) * MINUTE },
    ...{ user: of(USERS, 5), role: 'admin', ...(via && { via }), ...(from && { from }) },
    ...{ action: of(ACTIONS, 4), queue: queue && `key-of-${queue}`, queueName: queue, target: `Job ${index >> 1}` },
    ok: isIntent ? null : index % 3 !== 0,
    detail: isIntent ? null : `${index} done, Größe`,
  }
})

async function newStore(): Promise<Store> {
  await redis.client().flushall()
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  return store
}

const ARCHIVES = {
  sqlite: () => inlineArchive(sqliteDriver({ dir: archiveDir() })),
  postgres: () => {
    databases += 1
    return inlineArchive(postgresDriver({ url: server.url, schema: `audit_${databases}` }))
  },
}

async function archiveTrail(archive: Archive, store: ControlStore): Promise<void> {
  await archive.open()
  await drain(archive, auditFeed(store, NOW))
}

function open(store: Store, archive?: Archive, options: Partial<ZenithOptions> = {}) {
  const zenith = createZenith({ store, auth: () => 'admin' as const, archive, logger: false, ...options } as never)
  onTestFinished(() => zenith.close())
  return {
    ask: (query: string) => askApi<AuditPage>(zenith, `/api/audit?${query}`),
    raw: (query: string) => zenith.fetch(new Request(`http://localhost/api/audit?${query}`)),
  }
}

type Ask = ReturnType<typeof open>['ask']

async function allPages(ask: Ask, query: string): Promise<readonly AuditEntry[]> {
  const items: AuditEntry[] = []
  for (let after: string | null = ''; after !== null; ) {
    const { status, body }: { status: number; body: AuditPage } = await ask(
      `${query}${after && `&after=${encodeURIComponent(after)}`}`,
    )
    expect([query, status]).toEqual([query, 200])
    items.push(...body.items)
    after = body.next
  }
  return items
}

/** What each search has to find, by another way. */
const SEARCHES: Readonly<Record<string, (line: NewAuditEntry) => boolean>> = {
  '': () => true,
  'user=BOB': ({ user }) => user === 'Bob',
  'action=retry': ({ action }) => action === 'retry',
  'action=retry,log%20in': ({ action }) => action === 'retry' || action === 'log in',
  'queue=mail': ({ queueName }) => queueName === 'mail',
  'queue=key-of-orders': ({ queueName }) => queueName === 'orders',
  'via=token': ({ via }) => via === 'token deploy' || via === 'token ci',
  'via=token%20ci': ({ via }) => via === 'token ci',
  'address=203.0.113.7': ({ from }) => from === '203.0.113.7' || from === '203.0.113.70',
  'ok=false': ({ ok }) => ok === false,
  'ok=true&user=ada': ({ ok, user }) => ok === true && user === 'ada',
  'q=GRÖSSE': () => false,
  'q=größe%20job': ({ detail }) => detail !== null,
  'q=%20job%20%2017%20': ({ target, detail }) => target.includes('17') || detail?.includes('17') === true,
  'q=nothing-has-this': () => false,
  [`from=${NOW - DAY + 10 * MINUTE}&to=${NOW - DAY + 20 * MINUTE}&q=ada`]: ({ at, user }) =>
    user === 'ada' && at >= NOW - DAY + 10 * MINUTE && at < NOW - DAY + 20 * MINUTE,
  'period=1h': () => false,
}

const keyOf = ({ operation, step }: Pick<AuditEntry, 'operation' | 'step'>) => `${operation} ${step}`

async function expectSearches(ask: Ask, limit: number): Promise<void> {
  for (const [query, isWanted] of Object.entries(SEARCHES)) {
    const found = (await allPages(ask, `limit=${limit}&${query}`)).map(keyOf)
    expect([query, found]).toEqual([query, LINES.filter(isWanted).map(keyOf).reverse()])
  }
}

test('searches the store’s trail, in pages, and says how many lines it read', async () => {
  const store = await newStore()
  for (const line of LINES) await store.appendAudit(line)
  const { ask } = open(store)
  await expectSearches(ask, 7)
  const { body } = await ask('limit=7&q=nothing-has-this')
  const oldest = LINES[0]?.at
  expect(body).toMatchObject({
    ...{ items: [], next: null, gaps: [], chain: { ok: true, lines: 240 } },
    searched: { lines: 240, since: oldest, store: true, archive: false },
  })
  const page = (await ask('limit=7')).body
  expect(page.searched.lines).toBe(7)
  expect(page.next).not.toBeNull()
})

describe.each(['sqlite', 'postgres'] as const)('with an archive in %s', (kind) => {
  test('searches it together with what only the store has, without doubles, in one order', async () => {
    const store = await newStore()
    const archive = ARCHIVES[kind]()
    for (const line of LINES.slice(0, 100)) await store.appendAudit(line)
    await archiveTrail(archive, store)
    for (const line of LINES.slice(100, 180)) await store.appendAudit(line)
    await archiveTrail(archive, store)
    for (const line of LINES.slice(180)) await store.appendAudit(line)
    const { ask } = open(store, archive)
    await expectSearches(ask, 9)
    await expectSearches(ask, 1_000)
    const { body } = await ask('q=nothing-has-this')
    expect(body.searched).toEqual({ lines: 240, since: LINES[0]?.at, store: true, archive: true })
    // The store may lose what the archive has.
    await redis.client().xtrim(keysOf().audit, 'MAXLEN', 70)
    await expectSearches(ask, 11)
  })

  test('keeps the lines of a trail that begins again, which have the same ids', async () => {
    const store = await newStore()
    const archive = ARCHIVES[kind]()
    for (const line of LINES.slice(0, 8)) await store.appendAudit(line)
    await archiveTrail(archive, store)
    await store.close()
    const again = await newStore()
    for (const line of LINES.slice(8)) await again.appendAudit(line)
    await archiveTrail(archive, again)
    const records = await archive.records({ kind: 'audit', from: 0, to: NOW, limit: 1_000 })
    expect(records.items).toHaveLength(LINES.length)
    await expectSearches(open(again, archive).ask, 13)
    const { gaps } = (await open(again, archive).ask('limit=1')).body
    expect(gaps).toEqual([{ from: LINES[7]?.at, to: LINES[8]?.at }])
  })
})

test('orders lines of one time as the trail does, in the archive, too', () => {
  const ids = ['0-9', '0-10', '0-100', '1700000000000-0'].map((id) =>
    auditRecordId({ id, operation: 'o', step: 'intent' }),
  )
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids.map((id) => id.length)).size).toBe(1)
})

test('answers from the other one while the store or the archive does not, and says so', async () => {
  const store = await newStore()
  const archive = ARCHIVES.sqlite()
  for (const line of LINES.slice(0, 50)) await store.appendAudit(line)
  await archiveTrail(archive, store)
  for (const line of LINES.slice(50, 60)) await store.appendAudit(line)
  const away = () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:6379'))
  const storeless = open({ ...store, listAudit: away, verifyAudit: away }, archive)
  const { body } = await storeless.ask('limit=1000')
  expect(body).toMatchObject({ searched: { lines: 50, store: false, archive: true }, chain: null, leftOut: null })
  expect(body.items).toHaveLength(50)
  const broken = open(store, { ...archive, records: away })
  const found = (await broken.ask('limit=20')).body
  expect(found).toMatchObject({ searched: { lines: 20, store: true, archive: false }, chain: { ok: true } })
  expect((await broken.ask(`limit=1000&after=${found.next}`)).body.items).toHaveLength(40)
  const [first] = [(await open(store, archive).ask('limit=20')).body.next]
  expect((await broken.ask(`after=${first}`)).status).toBe(503)
  const neither = open({ ...store, listAudit: away, verifyAudit: away })
  expect(await neither.ask('limit=20')).toMatchObject({ status: 503, body: { error: { code: 'store_unavailable' } } })
})

test('answers a table in which no spreadsheet runs a formula, with a link to what is older', async () => {
  const store = await newStore()
  for (const line of LINES.slice(0, 4)) await store.appendAudit(line)
  await store.appendAudit({ ...(LINES[4] as NewAuditEntry), target: '=HYPERLINK("http://evil")' })
  const { raw } = open(store)
  const answer = await raw('format=csv&limit=2&user=ada')
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"')
  const [head, first, second, end] = (await answer.text()).split('\r\n')
  expect(head).toBe('at,operation,step,user,role,via,from,action,queue,queueName,target,ok,detail,trust')
  expect(first).toContain(`"'=HYPERLINK(""http://evil"")"`)
  expect(second).toContain(',Job 1,false,')
  expect(end).toBe('')
  const [, query = ''] = /^<\?(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '') ?? []
  const rest = await raw(query)
  expect((await rest.text()).split('\r\n')).toHaveLength(2 + 2)
  const last = await raw(new URLSearchParams({ format: 'csv', limit: '1000' }).toString())
  expect(last.headers.get('link')).toBeNull()
})

test.each([
  'after=1',
  'after=place/1/x',
  'after=trail/x',
  'after=archive/zzz',
  'ok=maybe',
  'from=5',
  'limit=1001',
  'user=',
])('refuses %s with a readable error', async (query) => {
  const store = await newStore()
  const archive = ARCHIVES.sqlite()
  const { ask } = open(store, archive)
  expect(await ask(query)).toMatchObject({ status: 400, body: { error: { code: 'bad_query' } } })
})
