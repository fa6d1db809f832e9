import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PERMISSIONS } from '../../../src/api/permissions.js'
import type { QueueView } from '../../../src/api/queues.js'
import { changesApps } from '../../../src/api/safety.js'
import type { Session } from '../../../src/api/session.js'
import { OPERATIONS } from '../../../src/zenith/operations.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import type { Problem } from '../support/acting.js'
import { CLEAN, filledQueue, type GuardedZenith, guardedZenith, HOUR, short } from './support.js'

/** Changes of the apps: what a read-only cluster and a freeze refuse. A new operation belongs here or below. */
const OF_APPS: Readonly<Record<string, readonly object[]>> = {
  '/api/queues/{queue}/actions': [
    { action: 'pause' },
    { action: 'resume' },
    CLEAN,
    { action: 'empty' },
    { action: 'add', job: { name: 'x', data: '{}' } },
    { action: 'duplicate', id: 'j0' },
  ],
  '/api/queues/{queue}/jobs': ['retry', 'promote', 'remove'].map((action) => ({ action, ids: ['j0'] })),
  '/api/schedulers': [
    ...['run', 'pause', 'resume', 'remove'].map((action) => ({ action, id: 'nightly' })),
    { action: 'save', id: 'nightly', definition: { name: 'x', every: 1_000 } },
  ],
  '/api/nodes': [{ action: 'forget', service: 'shop', id: 'web-1' }],
  '/api/archive/forget': [{ q: 'state:failed', dryRun: false }],
  '/api/bulk/{id}/start': [{}],
  '/api/bulk/{id}/resume': [{}],
}
/** What changes nothing of them: dry runs, and the end of an operation. */
const READS: Readonly<Record<string, readonly object[]>> = {
  '/api/bulk': [
    {
      action: 'remove',
      selection: { queues: ['{key}'], state: 'waiting', ids: null, name: null, fingerprint: null, text: null },
    },
  ],
  '/api/bulk/{id}/cancel': [{}],
  '/api/archive/forget': [{ q: 'state:failed', dryRun: true }],
  '/api/alerts/preview': [
    { rule: { id: 'r', name: 'R', conditions: [{ metric: 'queue.failed', is: 'atLeast', threshold: 1 }] } },
  ],
}
/** Zenith's own data. */
const OWN: Readonly<Record<string, readonly object[]>> = {
  '/api/alerts': [{ action: 'acknowledge', alert: 'none' }],
  '/api/alerts/rules': [{ action: 'reset', id: 'none' }],
  '/api/alerts/receivers': [{ action: 'delete', id: 'none' }],
  '/api/alerts/silences': [
    { action: 'add', silence: { reason: 'works', rules: ['*'], until: Date.now() + HOUR } },
    { action: 'end', id: 'none' },
  ],
  '/api/people/users': [{ action: 'remove', id: 'none' }],
  '/api/people/groups': [{ action: 'remove', id: 'none' }],
  '/api/people/roles': [{ action: 'remove', name: 'none' }],
  '/api/people/tokens': [{ action: 'remove', id: 'none' }],
  '/api/people/sessions': [{ action: 'end', id: 'none' }],
  '/api/account': [{ action: 'endSession', id: 'none' }],
  // The last: the others are asked while it lasts.
  '/api/freeze': [{ action: 'lift' }],
}

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  await redis.client().flushall()
})

/** Answers to all bodies of a table, in short, by path. */
async function answersTo(
  zenith: GuardedZenith,
  table: Readonly<Record<string, readonly object[]>>,
  id: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const key = await zenith.keyOf('mail')
  const answers: Record<string, string[]> = {}
  for (const [path, bodies] of Object.entries(table)) {
    const url = path.replace('{queue}', encodeURIComponent(key)).replace('{id}', id)
    for (const body of bodies) {
      const filled = JSON.parse(
        JSON.stringify(path === '/api/schedulers' ? { queue: key, ...body } : body).replace('{key}', key),
      )
      answers[path] = [...(answers[path] ?? []), short(await zenith.post<object>(url, filled))]
    }
  }
  return answers
}

const all = (table: Readonly<Record<string, readonly object[]>>, answer: string) =>
  Object.fromEntries(Object.entries(table).map(([path, bodies]) => [path, bodies.map(() => answer)]))

async function contents(): Promise<Readonly<Record<string, string>>> {
  const client = redis.client()
  const keys = (await client.keys('bull:mail:*')).sort()
  const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)))
  return Object.fromEntries(keys.map((key, index) => [key, dumps[index]?.toString('base64') ?? '']))
}

it('every operation that changes something is of the apps, a read, or of Zenith itself', () => {
  const posts = OPERATIONS.flatMap(({ method, path }) => (method === 'POST' ? [path] : []))
  const decided = new Set([OF_APPS, READS, OWN].flatMap((table) => Object.keys(table)))
  expect([...decided].sort()).toEqual([...posts].sort())
})

it('every permission for changes of the apps is refused; new ones are, too', () => {
  expect(PERMISSIONS.filter((permission) => !changesApps(permission))).toEqual([
    ...['view', 'queue.payloads', 'alert.acknowledge', 'alert.silence', 'alert.edit', 'people.edit', 'cluster.freeze'],
  ])
})

describe.each([
  ['a read-only cluster', 'read_only', /read-only by the option `readOnly`/],
  ['a change freeze', 'frozen', /^Changes are frozen until \d{4}-\d\d-\d\d \d\d:\d\d UTC by admin: year-end sale\.$/],
] as const)('%s', (_, code, words) => {
  const open = async () => {
    const queue = await filledQueue(redis, 'mail', 3)
    await queue.upsertJobScheduler('nightly', { every: HOUR })
    const zenith = guardedZenith(redis, { readOnly: code === 'read_only' })
    const { id } = await zenith.counted('remove', await zenith.keyOf('mail'))
    if (code === 'frozen') {
      const change = { action: 'set', until: Date.now() + HOUR, reason: 'year-end sale' }
      expect(await zenith.post('/api/freeze', change)).toMatchObject({ status: 200, body: { active: true } })
    }
    return { zenith, id }
  }

  it('refuses every change of the apps, says why, and changes nothing', async () => {
    const { zenith, id } = await open()
    const before = await contents()
    expect(await answersTo(zenith, OF_APPS, id)).toEqual(all(OF_APPS, `409 ${code}`))
    expect(await contents()).toEqual(before)
    const { body } = await zenith.post<Problem>('/api/nodes', { action: 'forget', service: 'a', id: 'b' })
    expect(body.error.message).toMatch(words)
    // Neither is written down as if it had been tried.
    const { body: trail } = await zenith.ask<{ items: { action: string }[] }>('/api/audit')
    expect(trail.items.map(({ action }) => action)).toEqual(code === 'frozen' ? ['freeze', 'freeze'] : [])
  })

  it('allows dry runs, and changes of Zenith itself', async () => {
    const { zenith, id } = await open()
    const answers = { ...(await answersTo(zenith, READS, id)), ...(await answersTo(zenith, OWN, id)) }
    const refused = Object.entries(answers).filter(([, list]) => list.some((one) => one.endsWith(code)))
    expect(refused).toEqual([])
    expect(await answersTo(zenith, { '/api/bulk': READS['/api/bulk'] ?? [] }, id)).toEqual({ '/api/bulk': ['201'] })
    expect(answers['/api/bulk/{id}/cancel']).toEqual(['200'])
    expect(answers['/api/alerts/silences']?.[0]).toBe('200')
  })
})

it('tells the page that it is read-only, with every queue', async () => {
  await filledQueue(redis, 'mail', 1)
  const zenith = guardedZenith(redis, { readOnly: true, environment: 'staging' })
  await zenith.keyOf('mail')
  expect((await zenith.ask<Session>('/api/session')).body).toMatchObject({ readOnly: true, environment: 'staging' })
  const { body } = await zenith.ask<{ items: QueueView[] }>('/api/queues')
  expect(body.items).toMatchObject([{ readOnly: true }])
})

it('is not read-only as a whole where a pattern covers all queues', async () => {
  await filledQueue(redis, 'mail', 1)
  const zenith = guardedZenith(redis, { readOnly: ['*'] })
  await zenith.keyOf('mail')
  expect((await zenith.ask<Session>('/api/session')).body).toMatchObject({ readOnly: false, environment: null })
  const forget = { action: 'forget', service: 'shop', id: 'web-1' }
  expect(short(await zenith.post('/api/nodes', forget))).toBe('404 not_found')
})

it.each(['Production', 'pro duction', '', '1st', 'a'.repeat(31), 5])('takes no environment %j', (environment) => {
  expect(() => guardedZenith(redis, { environment: environment as string })).toThrow(
    'Quasar: option "environment" takes a word of at most 30 lower-case letters, digits and hyphens, "production"',
  )
})
