import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { AuditEntry, AuditPage } from '../../../src/api/audit.js'
import type { BulkOperation } from '../../../src/api/bulk.js'
import type { AccountView, PeopleView, SessionListing } from '../../../src/api/people.js'
import { referenceOf } from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { OPERATIONS } from '../../../src/zenith/operations.js'
import { attempt, put } from '../../support/filled-archive.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { failJobs } from '../support/bullmq.js'
import { type Browser, openPeople, PASSWORD, peopleArchive } from '../support/people.js'
import { present } from '../support/records.js'

/** Operations with POST that change nothing, and why. */
const WITHOUT_LINES: Readonly<Record<string, string>> = {
  '/api/alerts/preview': 'tries a rule on the past',
  '/api/bulk': 'lists jobs; starting the operation is the change',
}
/** Those that take more to be possible than this test has; their own tests see their lines. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '/api/nodes': 'test/zenith/forget-node.test.ts',
  '/api/bulk/{id}/resume': 'test/zenith/queues/bulk',
  '/api/bulk/{id}/cancel': 'test/zenith/queues/bulk',
}

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

interface Place {
  readonly admin: Browser
  readonly key: string
  readonly user: string
  readonly session: string
}

type Step = readonly [path: string, body: object, action: string]

/** A change of each kind that each operation knows, in an order in which each is possible. */
async function* changes({ admin, key, user, session }: Place): AsyncGenerator<Step> {
  const actions = `/api/queues/${referenceOf(key)}/actions`
  yield [actions, { action: 'pause' }, 'pause']
  yield [actions, { action: 'resume' }, 'resume']
  yield [actions, { action: 'add', job: { name: 'x', data: '{}' } }, 'add']
  yield [actions, { action: 'duplicate', id: 'f1' }, 'duplicate']
  yield [actions, { action: 'clean', state: 'completed', olderThanMs: 0, limit: 10 }, 'clean']
  const jobs = `/api/queues/${referenceOf(key)}/jobs`
  yield [jobs, { action: 'retry', ids: ['f1'] }, 'retry']
  yield [jobs, { action: 'promote', ids: ['later'] }, 'promote']
  yield [jobs, { action: 'remove', ids: ['f1'] }, 'remove']
  for (const action of ['run', 'pause', 'resume', 'remove'])
    yield ['/api/schedulers', { action, queue: key, id: 'nightly' }, `scheduler ${action}`]
  const selection = { state: 'failed', queues: [key], ids: null, name: null, fingerprint: null, text: null }
  const { body: bulk } = await admin.post<BulkOperation>('/api/bulk', { action: 'retry', selection })
  await vi.waitFor(async () => {
    expect((await admin.get<BulkOperation>(`/api/bulk/${bulk.id}`)).body.phase).toBe('ready')
  })
  yield [`/api/bulk/${bulk.id}/start`, {}, 'bulk retry']
  yield [actions, { action: 'empty' }, 'empty']
  yield ['/api/freeze', { action: 'set', until: Date.now() + 600_000, reason: 'Sale' }, 'freeze']
  yield ['/api/freeze', { action: 'lift' }, 'freeze lift']
  yield* alertChanges(admin)
  yield ['/api/archive/forget', { q: 'id:old', dryRun: false }, 'archive forget']
  yield* peopleChanges(admin, user, session)
}

async function* alertChanges(admin: Browser): AsyncGenerator<Step> {
  const conditions = [{ metric: 'queue.backlog', is: 'atLeast', threshold: 0 }]
  const rule = { id: 'always', name: 'Always', forMs: 0, conditions }
  yield ['/api/alerts/rules', { action: 'save', rule }, 'alert rule save']
  const alert = await vi.waitFor(async () => {
    const { body } = await admin.get<{ items: { id: string; rule: string; firedAt: number | null }[] }>('/api/alerts')
    return present(body.items.find((one) => one.rule === 'always' && one.firedAt !== null)?.id)
  }, 90_000)
  yield ['/api/alerts', { action: 'acknowledge', alert }, 'alert acknowledge']
  yield ['/api/alerts/rules', { action: 'reset', id: 'always' }, 'alert rule reset']
  const receiver = { id: 'hook', name: 'Hook', kind: 'webhook', address: 'http://127.0.0.1:9/hook' }
  yield ['/api/alerts/receivers', { action: 'save', receiver }, 'alert receiver save']
  yield ['/api/alerts/receivers', { action: 'test', id: 'hook' }, 'alert receiver test']
  yield ['/api/alerts/receivers', { action: 'delete', id: 'hook' }, 'alert receiver delete']
  const silence = { reason: 'Deployment', rules: ['*'], until: Date.now() + 600_000 }
  yield ['/api/alerts/silences', { action: 'add', silence }, 'alert silence']
  const { body } = await admin.get<{ items: { id: string }[] }>('/api/alerts/silences')
  yield ['/api/alerts/silences', { action: 'end', id: body.items[0]?.id }, 'alert silence end']
}

async function* peopleChanges(admin: Browser, user: string, session: string): AsyncGenerator<Step> {
  const groups = '/api/people/groups'
  const group = { name: 'on call', claims: [], grants: [{ role: 'viewer' }] }
  yield [groups, { action: 'add', group }, 'group add']
  const id = present((await admin.get<PeopleView>('/api/people')).body.groups[0]?.id)
  yield [groups, { action: 'edit', id, group }, 'group edit']
  yield [groups, { action: 'remove', id }, 'group remove']
  yield ['/api/people/roles', { action: 'save', name: 'helper', permissions: ['queue.retry'] }, 'role save']
  yield ['/api/people/roles', { action: 'remove', name: 'helper' }, 'role remove']
  yield ['/api/people/tokens', { action: 'add', name: 'ci', grants: [{ role: 'viewer' }] }, 'token add']
  const token = (await admin.get<PeopleView>('/api/people')).body.tokens[0]?.id
  yield ['/api/people/tokens', { action: 'remove', id: token }, 'token remove']
  yield ['/api/people/sessions', { action: 'end', id: session, user }, 'session end']
  const users = '/api/people/users'
  yield [users, { action: 'add', name: 'eve', grants: [{ role: 'viewer' }] }, 'user add']
  const edited = { name: 'bob', email: null, groups: [], grants: [{ role: 'viewer' }] }
  yield [users, { action: 'edit', id: user, ...edited }, 'user edit']
  for (const action of ['invite', 'disable', 'enable', 'logOut', 'remove'])
    yield [users, { action, id: user }, `user ${action}`]
  yield ['/api/account', { action: 'addToken', name: 'own', grants: [{ role: 'viewer' }] }, 'account addToken']
  const own = (await admin.get<AccountView>('/api/account')).body
  yield ['/api/account', { action: 'removeToken', id: own.tokens[0]?.id }, 'account removeToken']
  yield ['/api/account', { action: 'endSession', id: 'x' }, 'account endSession']
  yield ['/api/account', { action: 'logOutEverywhere', keepThis: true }, 'account logOutEverywhere']
  const password = { current: PASSWORD, password: 'another horse battery' }
  yield ['/api/account', { action: 'password', ...password }, 'account password']
}

/** The operation that answers a path. */
function operationOf(path: string): string {
  return present(OPERATIONS.find(({ method, match }) => method === 'POST' && match(path))?.path)
}

it('leaves an intent and a result with user, role, way in and address of every change', async () => {
  const queue = new Queue('mail', { connection: { url: redis.url } })
  onTestFinished(() => queue.close())
  await failJobs(redis, queue, [
    { id: 'f1', message: 'no' },
    { id: 'f2', message: 'no' },
  ])
  await queue.add('later', {}, { jobId: 'later', delay: 3_600_000 })
  await queue.upsertJobScheduler('nightly', { every: 3_600_000 }, { name: 'send', data: {} })
  const source = bullmqQueues({ connection: redis.url, queues: ['mail'] })
  onTestFinished(() => source.close())
  const archive = peopleArchive(mkdtempSync(join(tmpdir(), 'quasar-every-change-')))
  await archive.open()
  await put(archive, { jobs: [attempt('old', Date.now() - 60_000)] })
  const store = memoryStore()
  vi.stubEnv('QUASAR_SECRET', 'a-secret-of-at-least-16-characters')
  onTestFinished(() => void vi.unstubAllEnvs())
  const alerts = { allowedNetworks: ['127.0.0.0/8'] }
  const { admin: first, user, browser } = await openPeople({ archive, store, queues: [source], alerts })
  const admin = browser()
  await first.fetch('/api/session')
  await admin.logIn('ada')
  const bob = await user('bob', [{ role: 'viewer' }])
  const { items } = (await first.get<SessionListing>(`/api/people/sessions?user=${bob.id}`)).body
  const key = await vi.waitFor(async () => {
    const { body } = await admin.get<{ queues: { key: string }[] }>('/api/overview')
    return present(body.queues[0]?.key)
  }, 15_000)
  const who = { user: 'ada', role: 'admin', via: 'password', from: '127.0.0.1' }
  const seen = new Set<string>()
  const place = { admin, key, user: bob.id, session: present(items[0]?.id) }
  for await (const [path, body, action] of changes(place)) {
    const { status, body: answer } = await admin.post(path, body)
    expect([path, body, status, answer]).toEqual([path, body, 200, answer])
    const lines = await vi.waitFor(async () => {
      const found = (await store.listAudit({ before: null, limit: 2 })) as readonly AuditEntry[]
      expect(found).toMatchObject([
        { ...who, action, step: 'result' },
        { ...who, action, step: 'intent', ok: null },
      ])
      return found
    })
    expect(lines[0]?.operation).toBe(lines[1]?.operation)
    seen.add(operationOf(path))
  }
  const posts = OPERATIONS.filter(({ method }) => method === 'POST').map(({ path }) => path)
  expect([...seen, ...Object.keys(WITHOUT_LINES), ...Object.keys(ELSEWHERE)].sort()).toEqual([...posts].sort())
}, 240_000)

it('leaves a line of each log-in, log-out and password that a link set, and of failed log-ins of known users', async () => {
  const store = memoryStore()
  const { admin, user, browser } = await openPeople({ store })
  const { browser: bob } = await user('bob', [{ role: 'viewer' }])
  await bob.submit('/logout', {})
  const guesser = browser()
  await guesser.logIn('bob', 'a wrong guess')
  await guesser.logIn('nobody', 'a wrong guess')
  await bob.logIn('bob')
  const { items } = (await admin.get<AuditPage>('/api/audit?user=bob')).body
  const lines = items.filter(({ step }) => step === 'result').toReversed()
  const at = { user: 'bob', from: '127.0.0.1' }
  expect(lines).toMatchObject([
    { ...at, action: 'set password', via: 'link', ok: true },
    { ...at, action: 'log in', via: 'link', role: 'viewer', ok: true },
    { ...at, action: 'log out', via: 'link', role: 'viewer', ok: true },
    { ...at, action: 'log in', via: 'password', role: '', ok: false },
    { ...at, action: 'log in', via: 'password', role: 'viewer', ok: true },
  ])
  const all = (await admin.get<AuditPage>('/api/audit?limit=1000')).body
  expect(JSON.stringify(all)).not.toMatch(/nobody|wrong guess|correct horse/)
})

it('leaves no more lines of wrong guesses than the limit checks', async () => {
  const store = memoryStore()
  const { user, browser } = await openPeople({ store })
  await user('bob', [{ role: 'viewer' }])
  const guesser = browser()
  const statuses: number[] = []
  for (let guess = 0; guess < 14; guess++) statuses.push((await guesser.logIn('bob', `guess ${guess}`)).status)
  expect(new Set(statuses)).toEqual(new Set([401, 429]))
  const failed = (await store.listAudit({ before: null, limit: 1_000 })).filter(({ ok }) => ok === false)
  expect(failed).toHaveLength(statuses.filter((status) => status === 401).length)
})

it('leaves lines of log-ins and log-outs of users from the options, too', async () => {
  const { Browser: Plain } = await import('../support/people.js')
  const { openZenith } = await import('../support/zenith.js')
  const { hashPassword } = await import('../../../src/people/password.js')
  const store = memoryStore()
  const users = [{ name: 'ada', password: await hashPassword(PASSWORD), role: 'operator' }]
  const zenith = openZenith({ store, auth: { users } } as never)
  const browser = new Plain(zenith)
  await browser.logIn('ada', 'wrong')
  await browser.logIn('ada')
  await browser.submit('/logout', {})
  const lines = (await store.listAudit({ before: null, limit: 10 })).filter(({ step }) => step === 'result')
  expect(lines.toReversed()).toMatchObject([
    { user: 'ada', action: 'log in', via: 'password', ok: false },
    { user: 'ada', action: 'log in', via: 'password', role: 'operator', ok: true, from: '127.0.0.1' },
    { user: 'ada', action: 'log out', role: 'operator', ok: true, from: '127.0.0.1' },
  ])
})
