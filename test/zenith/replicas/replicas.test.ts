import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Alert, AlertRuleView } from '../../../src/api/alerts.js'
import type { ArchivedJobListing } from '../../../src/api/archived-jobs.js'
import type { BulkOperation } from '../../../src/api/bulk.js'
import type { Listing } from '../../../src/api/part.js'
import type { PeopleChanged } from '../../../src/api/people.js'
import type { QueueView } from '../../../src/api/queues.js'
import type { Session } from '../../../src/api/session.js'
import { queueKeyOf } from '../../../src/protocol/index.js'
import { Visitor } from '../auth/sso/support/visitor.js'
import { openStream } from '../support/http.js'
import { present } from '../support/records.js'
import { counted, failedQueue, failingWorker, outcomesOf, reached } from './support/bulk.js'
import { PASSWORD, type Person } from './support/person.js'
import { COUNT, firstAdmin, openReplicas, type Replicas } from './support/replicas.js'

const RULE = {
  ...{ id: 'alarm', name: 'Failed jobs of alarm', severity: 'critical', forMs: 0, clearForMs: 0 },
  conditions: [{ metric: 'queue.failed', is: 'above', threshold: 2 }],
  scope: { queues: ['alarm'] },
}

/** An operation on so many takes longer than the requests that watch it. */
const MANY = 30_000

let replicas: Replicas
let admin: Person

beforeAll(async () => {
  replicas = await openReplicas(['alarm', 'orders', 'twice', 'spare'])
  admin = await firstAdmin(replicas)
}, 120_000)
afterAll(() => replicas?.close())

const session = (person: Person) => person.everywhere<Session>('session', COUNT)

/** A user who has set a password by a link. */
async function user(name: string, role: string, headers: Record<string, string> = {}) {
  const { body } = await admin.change<PeopleChanged>('people/users', {
    ...{ action: 'add', name, grants: [{ role }], groups: [] },
  })
  const person = replicas.person(headers)
  const set = await person.submit(`/${present(body.link)}`, { password: PASSWORD, again: PASSWORD })
  expect(set.status).toBe(303)
  return { id: present(body.id), person }
}

describe('three Zeniths behind a load balancer', () => {
  it('take a rule from one of them, and all know it at once', async () => {
    expect(await admin.change('alerts/rules', { action: 'save', rule: RULE })).toMatchObject({ status: 200 })
    for (const { body } of await admin.everywhere<{ items: AlertRuleView[] }>('alerts/rules', COUNT))
      expect(body.items.map(({ rule }) => rule.id)).toContain('alarm')
    await failedQueue(replicas, 'alarm', 5)
  })

  it('have one first admin, whatever links they printed', async () => {
    for (const path of replicas.links) expect((await replicas.person().ask(path)).status).toBe(410)
    for (const { body } of await session(admin)) expect(body).toMatchObject({ user: 'ada', role: 'admin' })
  })

  it('know a session that one of them began, and its end', async () => {
    const person = replicas.person()
    expect((await person.logIn('ada')).status).toBe(303)
    for (const { body } of await session(person)) expect(body.user).toBe('ada')
    const { cookie } = person
    expect((await person.submit('/logout', {})).status).toBe(303)
    for (const { status } of await session(replicas.person({ cookie }))) expect(status).toBe(401)
  })

  it('count wrong log-ins together', async () => {
    const guesser = replicas.person({ 'x-forwarded-for': '203.0.113.9' })
    const statuses: number[] = []
    while (!statuses.includes(429) && statuses.length < 3 * COUNT * 10)
      statuses.push((await guesser.logIn('ada', 'a wrong password')).status)
    // Ten are free from one address.
    expect(statuses).toEqual([...Array(10).fill(401), 429])
    expect(new Set(guesser.servedBy).size).toBe(COUNT)
    for (let turn = 0; turn < COUNT; turn++) expect((await guesser.logIn('ada')).status).toBe(429)
    expect((await replicas.person().logIn('ada')).status).toBe(303)
  })

  it('refuse the next request once a right is taken away', async () => {
    const { person, id } = await user('bob', 'operator')
    const may = async () => (await session(person)).map(({ body }) => body.permissions.includes('queue.retry'))
    expect(await may()).toEqual([true, true, true])
    const edit = { action: 'edit', id, name: 'bob', email: null, groups: [], grants: [{ role: 'viewer' }] }
    await admin.change('people/users', edit)
    expect(await may()).toEqual([false, false, false])
    await admin.change('people/users', { action: 'disable', id })
    for (const { status } of await session(person)) expect(status).toBe(401)
  })

  it('take an API token, until it is removed', async () => {
    const add = { action: 'add', name: 'deploy', grants: [{ role: 'viewer' }] }
    const { body } = await admin.change<PeopleChanged>('people/tokens', add)
    const program = replicas.person({ authorization: `Bearer ${present(body.token)}` })
    for (const reply of await session(program)) expect(reply.body.user).toBe('deploy')
    await admin.change('people/tokens', { action: 'remove', id: body.id })
    for (const { status } of await session(program)) expect(status).toBe(401)
  })

  it('continue a log-in at a provider that another one began', async () => {
    await admin.change('people/groups', {
      ...{ action: 'add', group: { name: 'staff', grants: [{ role: 'viewer' }], claims: ['staff'] } },
    })
    replicas.provider.logInAs({ sub: 'u7', preferred_username: 'eve', groups: ['staff'] })
    for (let turn = 0; turn < COUNT; turn++) {
      const visitor = new Visitor()
      const visit = await visitor.go(`${replicas.url}/login?with=sso`)
      expect([visit.status, visit.url]).toEqual([200, `${replicas.url}/`])
      const cookie = `quasar_session=${visitor.cookie(replicas.url, 'quasar_session')}`
      for (const { body } of await session(replicas.person({ cookie }))) expect(body.user).toBe('eve')
    }
  })

  it('continue a stream of another one with the whole state', async () => {
    const open = (more: Record<string, string> = {}) =>
      openStream(`${replicas.url}/api/stream`, { cookie: admin.cookie, ...more })
    const first = await open()
    const { id } = await first.next()
    first.close()
    const served = new Set<string>()
    while (served.size < COUNT) {
      const stream = await open({ 'last-event-id': id })
      served.add(String(stream.headers['x-replica']))
      // The one that made the id has nothing newer, or just its next event.
      const { data } = await stream.next()
      if (stream.headers['x-replica'] !== first.headers['x-replica']) expect(data).toMatchObject({ full: true })
      stream.close()
    }
  })

  it('know a new queue that one of them has found', async () => {
    await failedQueue(replicas, 'late', 5)
    const { body: known } = await admin.get<{ items: QueueView[] }>('queues')
    const { driver, place } = present(known.items.find(({ name }) => name === 'orders'))
    const pathOf = (name: string) => `queues/${encodeURIComponent(queueKeyOf({ driver, place, name }))}`
    for (const { status, body } of await admin.everywhere<{ view: QueueView }>(pathOf('late'), COUNT))
      expect([status, body.view?.name]).toEqual([200, 'late'])
    for (const { status } of await admin.everywhere(pathOf('none'), COUNT)) expect(status).toBe(404)
  })

  it('count, start, watch and cancel a bulk operation anywhere', async () => {
    const queue = replicas.queue('orders')
    const jobs = Array.from({ length: MANY }, (_, index) => ({
      name: 'send',
      data: {},
      opts: { jobId: `job-${index}` },
    }))
    await queue.addBulk(jobs)
    const { id, eligible } = await counted(admin, 'orders', { state: 'waiting', action: 'remove' })
    expect(eligible).toBe(MANY)
    for (const { body } of await admin.everywhere<BulkOperation>(`bulk/${id}`, COUNT))
      expect(body).toMatchObject({ phase: 'ready', eligible: MANY })

    expect(await admin.change(`bulk/${id}/start`)).toMatchObject({ status: 200 })
    const runner = admin.servedBy.at(-1)
    await vi.waitFor(async () => {
      const all = await admin.everywhere<BulkOperation>(`bulk/${id}`, COUNT)
      expect(all.map(({ body }) => [body.phase, body.succeeded > 0])).toEqual(Array(COUNT).fill(['running', true]))
    })
    const resultsOf = async (ok: boolean) =>
      (await admin.everywhere<Listing<unknown>>(`bulk/${id}/results?limit=1&ok=${ok}`, COUNT)).map(
        ({ body }) => body.total,
      )
    for (const total of await resultsOf(true)) expect(total).toBeGreaterThan(0)
    // From here the next change does not go to the one that runs it.
    while (admin.servedBy.at(-1) !== runner) await admin.get('session')
    expect(await admin.change(`bulk/${id}/cancel`)).toMatchObject({ status: 200 })
    expect(admin.servedBy.at(-1)).not.toBe(runner)
    const { succeeded } = await reached(admin, id, 'cancelled')
    expect(succeeded).toBe(MANY - (await queue.getWaitingCount()))
    expect(succeeded).toBeLessThan(MANY)
    expect(await resultsOf(true)).toEqual(Array(COUNT).fill(succeeded))
    expect(await resultsOf(false)).toEqual(Array(COUNT).fill(MANY - succeeded))
  })

  it('start what another one counted, and only once', async () => {
    const count = 500
    const queue = await failedQueue(replicas, 'twice', count)
    const { id } = await counted(admin, 'twice')
    const started = await Promise.all([0, 1, 2].map(() => admin.change<BulkOperation>(`bulk/${id}/start`)))
    expect(started.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(await reached(admin, id, 'done')).toMatchObject({ succeeded: count })
    for (let turn = 0; turn < COUNT; turn++) expect((await admin.change(`bulk/${id}/start`)).status).toBe(409)
    const worker = failingWorker(replicas, queue)
    await worker.failed(count)
    await worker.close()
    expect([...worker.runs.values()]).toEqual(Array(count).fill(1))
    expect(await outcomesOf(admin, id)).toHaveLength(count)
  })

  it('withdraw what another one counted', async () => {
    await failedQueue(replicas, 'spare', 10)
    const { id } = await counted(admin, 'spare')
    expect(await admin.change(`bulk/${id}/cancel`)).toMatchObject({ status: 200, body: { phase: 'cancelled' } })
    for (const { body } of await admin.everywhere<BulkOperation>(`bulk/${id}`, COUNT))
      expect(body.phase).toBe('cancelled')
    for (let turn = 0; turn < COUNT; turn++) expect((await admin.change(`bulk/${id}/start`)).status).toBe(409)
  })

  it('send one message of one alert, and all know it and who acknowledged it', async () => {
    const firing = () => replicas.told.filter(({ rule }) => rule === 'alarm')
    await vi.waitFor(() => expect(firing()).toHaveLength(1))
    const find = async () =>
      (await admin.everywhere<{ items: Alert[] }>('alerts', COUNT)).map(({ body }) =>
        body.items.find(({ rule }) => rule === 'alarm'),
      )
    const [alert] = await vi.waitFor(async () => {
      const found = await find()
      expect(found.map((one) => one?.state)).toEqual(['firing', 'firing', 'firing'])
      return found
    })
    expect((await admin.change('alerts', { action: 'acknowledge', alert: alert?.id })).status).toBe(200)
    expect((await find()).map((one) => one?.acknowledged?.by)).toEqual(['ada', 'ada', 'ada'])
    expect(firing()).toMatchObject([{ event: 'firing' }])
  })

  it('archive each finished job once', async () => {
    const jobs = await vi.waitFor(
      async () => {
        const { body } = await admin.get<ArchivedJobListing>('archive/jobs?q=queue:twice&limit=1000')
        // Failed twice: before and after its retry.
        expect(body.items.length).toBeGreaterThanOrEqual(500)
        return body.items
      },
      { interval: 500 },
    )
    const attempts = jobs.map(({ id, startedAt }) => JSON.stringify([id, startedAt]))
    expect(new Set(attempts).size).toBe(attempts.length)
  })
})
