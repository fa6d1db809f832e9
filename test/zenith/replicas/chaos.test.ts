import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AlertRuleView } from '../../../src/api/alerts.js'
import type { BulkOperation } from '../../../src/api/bulk.js'
import type { Session } from '../../../src/api/session.js'
import { isWhole } from '../../support/extent.js'
import { Visitor } from '../auth/sso/support/visitor.js'
import { counted, failedQueue, failingWorker, outcomesOf, reached } from './support/bulk.js'
import { PASSWORD, type Person } from './support/person.js'
import { COUNT, firstAdmin, openReplicas, type Replicas } from './support/replicas.js'
import { seeded } from './support/seeded.js'

const SEEDS = isWhole ? [1, 2, 3, 4] : [1]
const JOBS = 2_000

let replicas: Replicas
let admin: Person

beforeAll(async () => {
  replicas = await openReplicas(SEEDS.flatMap((seed) => [`orders-${seed}`, `alarm-${seed}`]))
  admin = await firstAdmin(replicas)
  await admin.change('people/groups', {
    ...{ action: 'add', group: { name: 'staff', grants: [{ role: 'viewer' }], claims: ['staff'] } },
  })
}, 120_000)
afterAll(() => replicas?.close())

/** A request that got no answer is repeated, as a user does. */
async function again<T extends { readonly status: number }>(send: () => Promise<T>): Promise<T> {
  const answer = await send()
  return answer.status === 502 ? send() : answer
}

describe.each(SEEDS)('a Zenith that is killed at random, with seed %i,', (seed) => {
  const random = seeded(seed)
  const one = () => random(COUNT)

  it('in the middle of a bulk operation: another one ends it, and no job is done twice or left out', async () => {
    const name = `orders-${seed}`
    const queue = await failedQueue(replicas, name, JOBS)
    const { id } = await counted(admin, name)
    const runs = failingWorker(replicas, queue)
    // One in three kills hits the Zenith that runs it, and the first one does.
    const victim = seed % 3 === 1 ? null : one()
    let runner = ''
    const left = 400 + random(JOBS - 800)
    const isTime = async () => {
      const { body } = await admin.get<BulkOperation>(`bulk/${id}`)
      return runner !== '' && body.succeeded >= JOBS - left
    }
    const isKilled = replicas.way.when(isTime, () => replicas.kill(victim ?? runner))
    expect(await admin.change(`bulk/${id}/start`)).toMatchObject({ status: 200 })
    runner = admin.servedBy.at(-1) ?? ''
    await isKilled
    const stopped = await reached(admin, id, 'interrupted', 'done')
    if (stopped.phase === 'interrupted') {
      expect(stopped).toMatchObject({ resumable: true, eligible: JOBS })
      expect(await admin.change(`bulk/${id}/resume`)).toMatchObject({ status: 200 })
      expect(admin.servedBy.at(-1)).not.toBe(runner)
    }
    const done = await reached(admin, id, 'done')
    const outcomes = await outcomesOf(admin, id)
    expect(outcomes).toHaveLength(JOBS)
    // What is not known was done: it had changed when the other one looked.
    expect(done.succeeded + done.unknown).toBe(JOBS)
    await runs.failed(JOBS)
    await runs.close()
    expect(runs.runs.size).toBe(JOBS)
    expect([...runs.runs].filter(([, times]) => times !== 1)).toEqual([])
    await replicas.revive()
  })

  it('between the form and its answer: the log-in works', async () => {
    const person = replicas.person()
    const page = await person.ask('/login')
    await replicas.kill(person.servedBy.at(-1) ?? '')
    const answer = await again(() => person.post('/login', page.text, { name: 'ada', password: PASSWORD }))
    expect(answer.status).toBe(303)
    expect((await person.get<Session>('session')).body.user).toBe('ada')
    await replicas.revive()
    for (const { body } of await person.everywhere<Session>('session', COUNT)) expect(body.user).toBe('ada')
  })

  it('between the provider and the way back: the log-in works', async () => {
    replicas.provider.logInAs({ sub: 'u7', preferred_username: 'eve', groups: ['staff'] })
    const visitor = new Visitor()
    const { url } = await visitor.go(`${replicas.url}/login?with=sso`, { stopAt: /\/authorize\?/ })
    await replicas.kill(one())
    const visit = await visitor.go(url)
    expect([visit.status, visit.url]).toEqual([200, `${replicas.url}/`])
    await replicas.revive()
  })

  it('during an upload of rules: each is there whole or not at all, and an answer of 200 holds', async () => {
    const ids = Array.from({ length: 24 }, (_, index) => `chaos-${seed}-${index}`)
    const at = random(ids.length)
    const statuses = await Promise.all(
      ids.map(async (id, index) => {
        const conditions = [{ metric: 'queue.failed', is: 'above', threshold: 1_000_000 + index }]
        const save = admin
          .change('alerts/rules', { action: 'save', rule: { id, name: id, conditions } })
          .catch(() => null)
        if (index === at) await replicas.kill(one())
        return (await save)?.status ?? null
      }),
    )
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
    await replicas.revive()
    for (const { body } of await admin.everywhere<{ items: AlertRuleView[] }>('alerts/rules', COUNT)) {
      const found = new Map(body.items.map(({ rule }) => [rule.id, rule]))
      for (const [index, id] of ids.entries()) {
        const rule = found.get(id)
        if (statuses[index] === 200) expect(rule?.id).toBe(id)
        if (rule) expect(rule.conditions).toMatchObject([{ threshold: 1_000_000 + index }])
      }
    }
    for (const id of ids) await again(() => admin.change('alerts/rules', { action: 'reset', id }))
  })

  it.runIf(isWhole)('while an alert is pending or fires: one message tells of it, and one of its end', async () => {
    const id = `alarm-${seed}`
    const isPending = seed % 2 === 1
    const forMs = isPending ? 20_000 : 0
    const rule = {
      ...{ id, name: id, severity: 'critical', forMs, clearForMs: 0, scope: { queues: [id] } },
      conditions: [{ metric: 'queue.failed', is: 'above', threshold: 2 }],
    }
    expect((await admin.change('alerts/rules', { action: 'save', rule })).status).toBe(200)
    const queue = await failedQueue(replicas, id, 5)
    const state = async (wanted: string) =>
      vi.waitFor(
        async () => {
          const { body } = await admin.get<{ items: { rule: string; state: string }[] }>('alerts')
          expect(body.items.find((alert) => alert.rule === id)?.state).toBe(wanted)
        },
        { interval: 250, timeout: 240_000 },
      )
    const told = (event: string) =>
      new Set(replicas.told.flatMap((one) => (one.rule === id && one.event === event ? one.id : [])))
    await state(isPending ? 'pending' : 'firing')
    // Each in turn: one of them evaluates.
    for (let number = 0; number < COUNT; number++) {
      await replicas.kill(number)
      await replicas.revive()
    }
    await state('firing')
    await vi.waitFor(() => expect(told('firing').size).toBe(1), { timeout: 240_000 })
    await queue.obliterate({ force: true })
    await vi.waitFor(() => expect(told('resolved').size).toBe(1), { timeout: 240_000 })
    expect(told('firing').size).toBe(1)
  })
})
