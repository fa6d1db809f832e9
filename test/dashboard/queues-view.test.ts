import { describe, expect, it } from 'vitest'
import { createPolicy, type Role } from '../../src/api/permissions.js'
import { pairsOf } from '../../src/dashboard/features/activity/audit.js'
import { timelineOf } from '../../src/dashboard/features/jobs/times.js'
import { troublesOf } from '../../src/dashboard/features/pulse/troubles.js'
import { actionTitle, doneWords, jobActions, offers } from '../../src/dashboard/features/queues/job-actions.js'
import {
  backlog,
  byNeed,
  filterQueues,
  firstState,
  groupOf,
  worst,
} from '../../src/dashboard/features/queues/queues.js'
import { oddness, schedulerActions, scheduleWords } from '../../src/dashboard/features/schedulers/schedulers.js'
import { perMinute, roughly, until } from '../../src/dashboard/ui/format.js'
import { pretty, splitMasked } from '../../src/dashboard/ui/pretty.js'
import type { AuditEntry } from '../../src/protocol/audit.js'
import { UNKNOWN_METRICS } from '../../src/protocol/queues.js'
import { makeShopFleet } from './fixture/shop-fleet.js'
import { makeJob, makeScheduler } from './fixture/shop-jobs.js'
import { makeQueue, makeShopQueues } from './fixture/shop-queues.js'

const policy = createPolicy({ payloads: 'viewer' })
const session = (role: Role) => ({
  user: 'ada',
  role,
  permissions: policy.permissionsOf({ role }),
  canLogOut: false,
  cluster: null,
  clusters: [],
  token: 'token',
  payloads: true,
  archive: false,
  account: false,
  people: false,
  alerts: true,
  environment: null,
  readOnly: false,
})

describe('queues', () => {
  const overview = { ...makeShopFleet(), queues: makeShopQueues() }
  const ask = (change: object) =>
    filterQueues(overview, { q: '', service: '', env: '', version: '', ...change }).map(({ name }) => name)

  it('are found by name, system, place, service and what is wrong with them', () => {
    expect(ask({ q: 'CAMPAIGNS' })).toEqual(['emails'])
    expect(ask({ q: 'horizon' })).toEqual(['default'])
    expect(ask({ q: 'eu-central' })).toEqual(['clickstream'])
    expect(ask({ q: 'paused reports' })).toEqual(['reports/nightly'])
    expect(ask({ q: 'grew from' })).toEqual(['mail'])
  })

  it('are those of a service, of an environment and of a version that report them', () => {
    expect(ask({ service: 'checkout' })).toEqual(['orders:confirm', 'webhooks'])
    expect(ask({ env: 'staging' })).toEqual(['reports/nightly', 'reports/hourly'])
    expect(ask({ version: '9.9.9' })).toEqual([])
  })

  it('come worst first where they need attention, and by name where not', () => {
    const { attention, healthy } = byNeed(overview.queues)
    expect(attention.map(({ name }) => name)).toEqual(['webhooks', 'exports', 'reports/nightly', 'mail'])
    expect(healthy[0]?.name).toBe('clickstream')
    expect(worst(overview.queues, 5).map(({ name }) => name)).toEqual([
      'webhooks',
      'exports',
      'reports/nightly',
      'mail',
      'clickstream',
    ])
  })

  it('are grouped by service, or by their name up to a delimiter', () => {
    expect(groupOf(makeQueue('a:b:c'), ':')).toBe('a:')
    expect(groupOf(makeQueue('a/b'), ':')).toBe('without :')
    expect(groupOf(makeQueue(':a'), ':')).toBe('without :')
    expect(groupOf(makeQueue('a', { services: ['x', 'y'] }), 'service')).toBe('x, y')
    expect(groupOf(makeQueue('a', { services: [] }), 'service')).toBe('not reported by a service')
  })

  it('keep the unknown apart from nothing', () => {
    expect(backlog(UNKNOWN_METRICS)).toBeNull()
    expect(backlog({ ...UNKNOWN_METRICS, prioritized: 3 })).toBe(3)
    expect([perMinute(null), perMinute(0), perMinute(0.04), perMinute(42.4)]).toEqual([
      '–',
      '0/min',
      '<0.1/min',
      '42/min',
    ])
    expect([roughly('12', true), roughly('–', true), roughly('12', false)]).toEqual(['~12', '–', '12'])
    expect([until(200), until(40_000)]).toEqual(['now', 'in 40 s'])
  })

  it('open at what failed, else at what there is', () => {
    expect(firstState(makeQueue('a', { metrics: { ...UNKNOWN_METRICS, waiting: 1, failed: 2 } }))).toBe('failed')
    expect(firstState(makeQueue('a', { metrics: { ...UNKNOWN_METRICS, delayed: 1 } }))).toBe('delayed')
    expect(firstState(makeQueue('a', { metrics: UNKNOWN_METRICS, states: ['active'] }))).toBe('active')
  })
})

describe('what may be done', () => {
  const queue = makeQueue('mail')

  it('takes a source that can, a Zenith that may, and a role', () => {
    expect(jobActions(queue, 'failed', session('admin'))).toEqual(['retry', 'remove'])
    expect(jobActions(queue, 'failed', session('operator'))).toEqual(['retry'])
    expect(jobActions(queue, 'failed', session('viewer'))).toEqual([])
    expect(jobActions(queue, 'failed', null)).toEqual([])
    expect(jobActions({ ...queue, readOnly: true }, 'failed', session('admin'))).toEqual([])
    expect(jobActions({ ...queue, actions: ['list'] }, 'failed', session('admin'))).toEqual([])
    expect(jobActions(queue, 'active', session('admin'))).toEqual([])
    expect(jobActions(queue, 'delayed', session('operator'))).toEqual(['promote'])
    expect(jobActions({ ...queue, driver: 'bullmq' }, 'completed', session('admin'))).toEqual(['retry', 'remove'])
    expect(jobActions({ ...queue, driver: 'bull' }, 'completed', session('admin'))).toEqual(['remove'])
    expect([offers(queue, 'clean', session('operator')), offers(queue, 'clean', session('admin'))]).toEqual([
      false,
      true,
    ])
  })

  it('is named with its count', () => {
    expect(actionTitle('retry', 118, 'failed', 'mail')).toBe('Retry 118 failed jobs of mail')
    expect(actionTitle('remove', 1, 'completed', 'mail')).toBe('Remove 1 completed job of mail')
    expect([doneWords('retry', 2, 3), doneWords('remove', 1, 1)]).toEqual(['2 of 3 jobs retried', '1 job removed'])
  })

  it('with schedulers too', () => {
    expect(schedulerActions(makeScheduler('a'), session('operator'))).toEqual(['run', 'pause'])
    expect(schedulerActions(makeScheduler('a', { actions: ['remove'] }), session('admin'))).toEqual(['remove'])
    expect(oddness(makeScheduler('a', { isRegisteredAgain: true }))).toMatch(/registered it again/)
    expect(oddness(makeScheduler('a'))).toBeNull()
    expect(scheduleWords({ cron: null, every: 90_000 }, () => null)).toBe('Every 1 min 30 s')
    expect(scheduleWords({ cron: '@odd', every: null }, () => null)).toBe('@odd')
    expect(scheduleWords({ cron: null, every: null }, () => null)).toBe('–')
  })
})

describe('a payload', () => {
  it('is laid out with every number as it was stored', () => {
    expect(pretty('{"id":90071992547409931,"of":[1.50,{}],"no":[]}')).toBe(
      '{\n  "id": 90071992547409931,\n  "of": [\n    1.50,\n    {}\n  ],\n  "no": []\n}',
    )
  })

  it('is left as it is within its texts, and where it was cut', () => {
    expect(pretty('{"a":"x: {, \\" }","b')).toBe('{\n  "a": "x: {, \\" }",\n  "b')
    expect(pretty('plain')).toBe('plain')
    expect(pretty(']]}')).toContain(']')
  })

  it('is laid out whole where it is of megabytes, or has thousands of open brackets', () => {
    const text = JSON.stringify('line\n'.repeat(600_000))
    expect(pretty(text)).toBe(text)
    expect(pretty('['.repeat(20_000)).length).toBeLessThan(2_000_000)
  })

  it('has what was masked marked', () => {
    expect(splitMasked('{"token":"***","a":1}')).toEqual(['{"token":', '"***"', ',"a":1}'])
    expect(splitMasked('nothing')).toEqual(['nothing'])
  })
})

describe('the timeline of a job', () => {
  const at = (change: object) =>
    timelineOf({ addedAt: 0, runAt: null, startedAt: null, finishedAt: null, state: 'waiting', ...change })

  it('tells how long it was delayed, waited and ran', () => {
    expect(at({ runAt: 100, startedAt: 150, finishedAt: 400, state: 'completed' })).toEqual([
      { name: 'delayed', from: 0, to: 100 },
      { name: 'waited', from: 100, to: 150 },
      { name: 'ran', from: 150, to: 400 },
    ])
    expect(at({ startedAt: 50, state: 'active' })).toEqual([
      { name: 'waited', from: 0, to: 50 },
      { name: 'ran', from: 50, to: null },
    ])
    expect(at({})).toEqual([{ name: 'waited', from: 0, to: null }])
    expect(at({ state: 'delayed', runAt: 900 })).toEqual([{ name: 'delayed', from: 0, to: null }])
  })

  it('tells nothing that is not known', () => {
    expect(at({ addedAt: null })).toEqual([])
    expect(at({ addedAt: null, startedAt: 10, state: 'failed' })).toEqual([{ name: 'ran', from: 10, to: null }])
    expect(timelineOf(makeJob(0, 'failed'))).toHaveLength(2)
  })
})

it('puts an intent and its result together', () => {
  const entry = (change: Partial<AuditEntry>): AuditEntry => ({
    id: '1',
    operation: 'op',
    step: 'intent',
    at: 1,
    user: 'ada',
    role: 'admin',
    action: 'retry',
    queue: null,
    queueName: null,
    target: '',
    ok: null,
    detail: null,
    ...change,
  })
  const lines = pairsOf([
    entry({ operation: 'late', id: '4', at: 9 }),
    entry({ step: 'result', id: '3', at: 5, ok: true }),
    entry({ id: '2', at: 2 }),
  ])
  expect(lines.map(({ operation, intent, result }) => [operation, intent?.id, result?.id])).toEqual([
    ['late', '4', undefined],
    ['op', '2', '3'],
  ])
  // A forged result of the same operation hides neither the real one nor its end.
  const forged = [entry({ id: '9', step: 'result', ok: true, trust: 'unsigned' }), entry({ id: '8', trust: 'forged' })]
  const real = [entry({ step: 'result', id: '3', ok: false, trust: 'signed' }), entry({ id: '2', trust: 'signed' })]
  expect(pairsOf([...forged, ...real]).map(({ intent, result }) => [intent?.id, result?.id])).toEqual([
    [undefined, '9'],
    ['8', undefined],
    ['2', '3'],
  ])
})

it('is as bad on top of Pulse as where it is listed', () => {
  const kinds = (['unpolled', 'error', 'growing', 'paused'] as const).map((kind) =>
    troublesOf([], [makeQueue('mail', { attention: [{ kind, text: 'so it is' }] })]).map(({ isBad }) => isBad),
  )
  expect(kinds).toEqual([[true], [true], [false], [false]])
})
