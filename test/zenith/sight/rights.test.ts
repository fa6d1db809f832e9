import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ArchivedJobDetail, ArchivedJobFacets, ArchivedJobListing } from '../../../src/api/archived-jobs.js'
import type { BulkListing, BulkOperation } from '../../../src/api/bulk.js'
import type { JobSearch, JobView } from '../../../src/api/jobs.js'
import type { Overview } from '../../../src/api/overview.js'
import type { SchedulerListing } from '../../../src/api/schedulers.js'
import type { Infer } from '../../../src/api/schema.js'
import type { QueuesSearch } from '../../../src/api/search.js'
import { referenceOf } from '../../../src/protocol/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openStream } from '../support/http.js'
import { type Answer, type Asker, HIDDEN, type Sighted, sightedZenith } from '../support/sighted.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const MAIL = { queues: ['mail*'], role: 'operator' }
/** Sees the queue, and neither payloads nor changes. */
const ORDERS = { queues: ['orders'], role: 'viewer' }
const codeOf = ({ status, json }: Answer) => [status, json<{ error: { code: string } }>().error.code]
const actions = (key: string) => `/api/queues/${referenceOf(key)}/actions`
const selection = (...queues: string[]) => {
  return { state: 'failed', queues, ids: null, name: null, fingerprint: null, text: null }
}

async function both(sighted: Sighted): Promise<{ readonly user: Asker; readonly admin: Asker }> {
  const user = await sighted.asker([MAIL, ORDERS])
  return { user, admin: await sighted.asker([{ queues: null, role: 'admin' }]) }
}

describe('two roles at two queues', () => {
  it('show both queues, and answer as if there were no other', async () => {
    const sighted = await sightedZenith(redis)
    const { keys } = sighted
    const { user } = await both(sighted)
    const { queues, totals } = (await user.get('/api/overview')).json<Overview>()
    expect([queues.map(({ name }) => name).sort(), totals.queues]).toEqual([['mail-out', 'orders'], 2])
    const unknown = keys.hidden.replace(HIDDEN, 'absent-q')
    for (const path of [
      '',
      '/jobs?state=failed',
      '/jobs/1',
      '/jobs/1/logs',
      '/jobs/1/flow',
      '/history',
      '/runs',
      '/search?state=failed&text=a',
    ]) {
      const [hidden, absent] = await Promise.all([
        user.get(`/api/queues/${referenceOf(keys.hidden)}${path}`),
        user.get(`/api/queues/${referenceOf(unknown)}${path}`),
      ])
      expect([path, hidden.status, hidden.text]).toEqual([path, 404, absent.text])
    }
  })

  it('decide on each change by its queue: 403 where the role is too low, 404 where the queue is out of sight', async () => {
    const sighted = await sightedZenith(redis)
    const { keys, queue } = sighted
    const { user } = await both(sighted)
    expect((await user.post(actions(keys.mail), { action: 'pause' })).status).toBe(200)
    expect(codeOf(await user.post(actions(keys.orders), { action: 'pause' }))).toEqual([403, 'forbidden'])
    expect(codeOf(await user.post(actions(keys.hidden), { action: 'pause' }))).toEqual([404, 'not_found'])
    // An operator cleans nothing anywhere.
    const clean = { action: 'clean', state: 'failed', olderThanMs: 0, limit: 1 }
    expect(codeOf(await user.post(actions(keys.mail), clean))).toEqual([403, 'forbidden'])
    expect(codeOf(await user.post(actions(keys.hidden), clean))).toEqual([404, 'not_found'])
    const jobs = (key: string) => `/api/queues/${referenceOf(key)}/jobs`
    expect((await user.post(jobs(keys.mail), { action: 'retry', ids: ['mail-out-failed'] })).status).toBe(200)
    expect(codeOf(await user.post(jobs(keys.orders), { action: 'retry', ids: ['orders-failed'] }))).toEqual([
      403,
      'forbidden',
    ])
    expect(codeOf(await user.post(jobs(keys.hidden), { action: 'retry', ids: ['1'] }))).toEqual([404, 'not_found'])
    expect([await queue('orders').isPaused(), await queue(HIDDEN).isPaused()]).toEqual([false, false])
    expect(await queue('orders').getFailedCount()).toBe(1)
    const run = (key: string, id: string) => user.post('/api/schedulers', { action: 'run', queue: key, id })
    expect((await run(keys.mail, 'mail-out-nightly')).status).toBe(200)
    expect(codeOf(await run(keys.orders, 'orders-nightly'))).toEqual([403, 'forbidden'])
    expect(codeOf(await run(keys.hidden, 'hourly-review'))).toEqual([404, 'not_found'])
  })

  it('are both needed for a bulk operation over both queues, at each step of it', async () => {
    const sighted = await sightedZenith(redis)
    const { keys } = sighted
    const { user, admin } = await both(sighted)
    const create = (who: Asker, ...queues: string[]) =>
      who.post('/api/bulk', { action: 'retry', selection: selection(...queues) })
    expect(codeOf(await create(user, keys.mail, keys.orders))).toEqual([403, 'forbidden'])
    expect(codeOf(await create(user, keys.mail, keys.hidden))).toEqual([404, 'not_found'])
    const own = (await create(user, keys.mail)).json<BulkOperation>()
    const seen = (await create(admin, keys.mail, keys.orders)).json<BulkOperation>()
    const unseen = (await create(admin, keys.mail, keys.hidden)).json<BulkOperation>()
    const ready = async (id: string) =>
      expect((await admin.get(`/api/bulk/${id}`)).json<BulkOperation>().phase).toBe('ready')
    for (const { id } of [own, seen, unseen]) await vi.waitFor(() => ready(id), 10_000)
    const { items, total } = (await user.get('/api/bulk')).json<Infer<typeof BulkListing>>()
    expect([items.map(({ id }) => id).sort(), total]).toEqual([[own.id, seen.id].sort(), 2])
    expect((await user.get(`/api/bulk/${seen.id}`)).status).toBe(200)
    for (const step of ['start', 'resume', 'cancel']) {
      expect([step, ...codeOf(await user.post(`/api/bulk/${seen.id}/${step}`, {}))]).toEqual([step, 403, 'forbidden'])
      expect([step, ...codeOf(await user.post(`/api/bulk/${unseen.id}/${step}`, {}))]).toEqual([step, 404, 'not_found'])
    }
    for (const path of ['', '/results'])
      expect(codeOf(await user.get(`/api/bulk/${unseen.id}${path}`))).toEqual([404, 'not_found'])
    expect((await user.post(`/api/bulk/${own.id}/start`, {})).status).toBe(200)
  })
})

describe('payloads by queue', () => {
  it('are shown where the grant allows, of jobs and of schedulers', async () => {
    const sighted = await sightedZenith(redis)
    const { keys } = sighted
    const { user } = await both(sighted)
    const job = async (key: string, id: string) =>
      (await user.get(`/api/queues/${referenceOf(key)}/jobs/${referenceOf(id)}`)).json<JobView>()
    expect((await job(keys.mail, 'mail-out-waiting')).data.text).toContain('marimba7')
    expect((await job(keys.orders, 'orders-waiting')).data).toMatchObject({ text: null, isHidden: true })
    const { items } = (await user.get('/api/schedulers')).json<SchedulerListing>()
    expect(items.map(({ id, data }) => [id, data.isHidden]).sort()).toEqual([
      ['mail-out-nightly', false],
      ['orders-nightly', true],
    ])
  })

  it('are not found by searches where they are not shown, which the answer says', async () => {
    const sighted = await sightedZenith(redis)
    const { keys } = sighted
    const { user, admin } = await both(sighted)
    const search = async (key: string) =>
      (await user.get(`/api/queues/${referenceOf(key)}/search?state=waiting&text=marimba7`)).json<JobSearch>().jobs
    expect((await search(keys.mail)).map(({ id }) => id)).toContain('mail-out-waiting')
    expect(await search(keys.orders)).toEqual([])
    const { jobs, queues, total } = (await user.get('/api/search/jobs?text=marimba7')).json<QueuesSearch>()
    expect(new Set(jobs.map(({ queueName }) => queueName))).toEqual(new Set(['mail-out']))
    expect(queues.map(({ name, withoutPayloads }) => [name, withoutPayloads])).toEqual([
      ['mail-out', undefined],
      ['orders', true],
    ])
    expect(total).toBe(2)
    const all = (await admin.get('/api/search/jobs?text=marimba7')).json<QueuesSearch>()
    expect(new Set(all.jobs.map(({ queueName }) => queueName))).toEqual(new Set(['mail-out', 'orders']))
    expect(all.queues.every((one) => one.withoutPayloads === undefined)).toBe(true)
  })

  it('are found in the archive only there, by words, phrases and what they lack', async () => {
    const sighted = await sightedZenith(redis)
    const { keys } = sighted
    const { user, admin } = await both(sighted)
    const found = async (who: Asker, q: string) => {
      const query = q === '' ? '' : `q=${encodeURIComponent(q)}`
      const listing = (await who.get(`/api/archive/jobs?${query}`)).json<ArchivedJobListing>()
      const facets = (await who.get(`/api/archive/jobs/facets?${query}`)).json<ArchivedJobFacets>()
      expect(facets.total).toBe(listing.items.length)
      return [listing.items.map(({ id }) => id), listing.withoutQueues ?? false, facets.withoutQueues ?? false]
    }
    for (const q of ['marimba7', 'marimba*', 'word:marimba7', '"two words" marimba7', '-nothing', '-"no phrase"'])
      expect([q, ...(await found(user, q))]).toEqual([q, ['mail-1'], true, true])
    for (const q of ['xylophone9', '"two words" xylophone9', 'marimba7 queue:orders'])
      expect([q, ...(await found(user, q))]).toEqual([q, [], true, true])
    // What needs no payloads is found wherever the user sees the queue.
    expect(await found(user, 'name:Send')).toEqual([['mail-1', 'orders-1'], false, false])
    expect(await found(user, '')).toEqual([['mail-1', 'orders-1'], false, false])
    expect((await found(admin, '"two words"'))[0]).toHaveLength(4)
    expect(await found(admin, 'marimba7')).toEqual([['mail-1', 'orders-1'], false, false])
    const detail = async (key: string, id: string) => user.get(`/api/archive/queues/${referenceOf(key)}/jobs/${id}`)
    const payloadsOf = async (key: string, id: string) => {
      const { payloads, attempts } = (await detail(key, id)).json<ArchivedJobDetail>()
      return [payloads, attempts.map(({ payload }) => payload !== null)]
    }
    expect(await payloadsOf(keys.mail, 'mail-1')).toEqual([true, [true]])
    expect(await payloadsOf(keys.orders, 'orders-1')).toEqual([false, [false]])
    expect((await detail(keys.hidden, 'hidden-job-1')).text).toBe((await detail(keys.mail, 'absent')).text)
  })

  it('are refused as a whole to who may see none', async () => {
    const sighted = await sightedZenith(redis)
    const viewer = await sighted.asker([ORDERS])
    expect(codeOf(await viewer.get('/api/archive/jobs?q=marimba7'))).toEqual([403, 'forbidden'])
  })
})

it('cuts the tree of a flow where a queue is out of sight, and names no parent there', async () => {
  const sighted = await sightedZenith(redis)
  const { keys } = sighted
  const { user, admin } = await both(sighted)
  const path = `/api/queues/${referenceOf(keys.mail)}/jobs/mail-child`
  expect((await user.get(`${path}/flow`)).json()).toMatchObject({ id: 'mail-child', children: [] })
  expect((await admin.get(`${path}/flow`)).json()).toMatchObject({ id: 'hidden-job-parent' })
  expect((await user.get(path)).json()).toMatchObject({ id: 'mail-child', parent: null })
  expect((await admin.get(path)).json()).toMatchObject({ parent: { queue: HIDDEN } })
})

it('ends an open stream when its grants are taken', async () => {
  const sighted = await sightedZenith(redis)
  const user = await sighted.asker([MAIL])
  const client = await openStream(`${sighted.url}/api/stream`, { ...user.headers })
  const first = await client.next(({ name }) => name === 'system_pulse')
  expect((first.data as Overview).queues.map(({ name }) => name)).toEqual(['mail-out'])
  await sighted.remove(user)
  await sighted.queue('mail-out').pause()
  await client.ended
  expect((await user.get('/api/overview')).status).toBe(401)
}, 30_000)

it('shows all queues to who has all, and refuses what takes a grant for all queues to who has some', async () => {
  const sighted = await sightedZenith(redis)
  const whole = await sighted.asker([{ queues: null, role: 'viewer' }, MAIL])
  const { queues } = (await whole.get('/api/overview')).json<Overview>()
  expect(queues.map(({ name }) => name).sort()).toEqual([HIDDEN, 'mail-out', 'orders'])
  expect((await whole.post(actions(sighted.keys.mail), { action: 'pause' })).status).toBe(200)
  expect(codeOf(await whole.post(actions(sighted.keys.hidden), { action: 'pause' }))).toEqual([403, 'forbidden'])
  const some = await sighted.asker([{ queues: ['mail*'], role: 'admin' }])
  const refused: readonly (readonly [path: string, body: unknown])[] = [
    ['/api/archive/forget', { q: 'queue:mail*', dryRun: true }],
    ['/api/nodes', { action: 'forget', service: 'shop', id: 'web-1' }],
    ['/api/alerts/silences', { action: 'end', id: 'x' }],
    ['/api/people/users', { action: 'add', name: 'eve' }],
  ]
  for (const [path, body] of refused)
    expect([path, ...codeOf(await some.post(path, body))]).toEqual([path, 403, 'forbidden'])
})
