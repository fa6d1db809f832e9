import { describe, expect, it, vi } from 'vitest'
import type { QueueRuns } from '../../src/api/queue-runs.js'
import { type JobRollup, type Rollup, Sketch } from '../../src/protocol/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { queueOf, snapshotOf } from '../stores/samples.js'
import { actingZenith } from './support/acting.js'
import { freezeClock, ms, START, within } from './support/figures.js'
import { beatOf, report } from './support/records.js'

const MINUTE = 60_000

interface Ran {
  name: string
  queue?: string
  durations?: readonly number[]
  waits?: readonly number[]
  errors?: number
  failed?: number
}

function jobOf({ name, queue = 'mail', durations = [], waits = [], errors = 0, failed = 0 }: Ran): JobRollup {
  const [run, wait] = [new Sketch(), new Sketch()]
  for (const duration of durations) run.record(duration)
  for (const duration of waits) wait.record(duration)
  const figures = { count: durations.length, errors, aborted: 0, classes: [], failed, stalled: 0 }
  return { key: name, queue, ...figures, sketch: run.encode(), wait: wait.encode() }
}

describe('the runs of a queue’s jobs', () => {
  freezeClock()

  /** A worker's node of a service writes a minute, numbered from 0. */
  async function work(
    store: ReturnType<typeof memoryStore>,
    node: string,
    minute: number,
    jobs: Ran[],
    service = 'shop',
  ) {
    const [from, to] = [START + minute * MINUTE, START + (minute + 1) * MINUTE]
    vi.setSystemTime(to)
    const rollup: Rollup = { v: 2, node, from, to, routes: [], jobs: jobs.map(jobOf) }
    const runtime = { uptime: 10, framework: null }
    await report(store, beatOf(service, node, { runtime }), { history: [rollup], rollups: [rollup] })
  }

  async function runsOf(store: ReturnType<typeof memoryStore>, name = 'mail', query = '') {
    await store.writeQueues(snapshotOf('shop', { queues: [queueOf('mail'), queueOf('quiet')] }), 1)
    const { ask, keyOf } = actingZenith({ store })
    const key = await keyOf(name)
    const { status, body } = await ask<QueueRuns>(`/api/queues/${encodeURIComponent(key)}/runs${query}`)
    expect(status).toBe(200)
    return body
  }

  it('are merged over nodes, by name, with run time and wait apart', async () => {
    const store = memoryStore()
    const slow = { name: 'send', durations: ms(991, 1_000), waits: ms(1, 10), errors: 2, failed: 1 }
    for (let minute = 0; minute < 4; minute++) {
      await work(store, 'fast', minute, [
        { name: 'send', durations: ms(1, 90), waits: ms(1, 90) },
        { name: 'welcome', durations: [5] },
      ])
      await work(store, 'slow', minute, [slow, { name: 'other', queue: 'sms', durations: [1] }])
    }
    const { services, jobs, points, period } = await runsOf(store, 'mail', '?period=5m')
    expect(period).toBe('5m')
    expect(services).toEqual(['shop'])
    expect(jobs.map(({ name, count, errors, failed, perMinute }) => [name, count, errors, failed, perMinute])).toEqual([
      ['send', 400, 8, 4, 80],
      ['welcome', 4, 0, 0, 0.8],
    ])
    within(jobs[0]?.run.p50, 50)
    within(jobs[0]?.run.p95, 995)
    within(jobs[0]?.run.max, 1_000)
    within(jobs[0]?.wait.max, 90)
    expect(jobs[1]?.wait).toEqual({ p50: null, p95: null, p99: null, max: null })
    expect(points.map(({ count }) => count)).toEqual([null, 101, 101, 101, 101])
    expect(points.map(({ errors }) => errors)).toEqual([null, 2, 2, 2, 2])
  })

  it('are those of one name when asked for, and a minute without them is quiet', async () => {
    const store = memoryStore()
    await work(store, 'n', 0, [{ name: 'send', durations: [7] }])
    await work(store, 'n', 1, [{ name: 'welcome', durations: [8] }])
    await work(store, 'n', 2, [{ name: 'send', durations: [9] }])
    const { points, jobs } = await runsOf(store, 'mail', '?period=5m&name=send')
    expect(jobs).toHaveLength(2)
    expect(points.slice(2).map(({ count, run }) => [count, run.p50 === null])).toEqual([
      [1, false],
      [0, true],
      [1, false],
    ])
  })

  it('of a window are those of its minutes', async () => {
    const store = memoryStore()
    for (let minute = 0; minute < 4; minute++) await work(store, 'n', minute, [{ name: 'send', durations: [7, 8] }])
    const window = `?from=${START + 1.5 * MINUTE}&to=${START + 2.5 * MINUTE}`
    const { jobs, points, period, from, to } = await runsOf(store, 'mail', window)
    expect([period, from, to]).toEqual(['5m', START + MINUTE, START + 3 * MINUTE])
    expect(jobs.map(({ name, count, perMinute }) => [name, count, perMinute])).toEqual([['send', 4, 2]])
    expect(points.map(({ at, count }) => [(at - START) / MINUTE, count])).toEqual([
      [2, 2],
      [3, 2],
    ])
  })

  it('are unseen while no process of the service ran', async () => {
    const store = memoryStore()
    await work(store, 'n1', 0, [{ name: 'send', durations: [7] }])
    await store.removeNode('shop', 'n1')
    await work(store, 'n2', 3, [{ name: 'send', durations: [7] }])
    const { points } = await runsOf(store, 'mail', '?period=5m')
    expect(points.map(({ count }) => count)).toEqual([null, 1, null, null, 1])
  })

  it('of a queue without a followed worker have no service and no figures', async () => {
    const store = memoryStore()
    await work(store, 'n', 0, [{ name: 'send', durations: [7] }])
    const { services, jobs, points } = await runsOf(store, 'quiet')
    expect([services, jobs]).toEqual([[], []])
    expect(points.every(({ count, errors }) => count === null && errors === null)).toBe(true)
  })

  it('come from the workers of any service, but not where two places have a queue of this name', async () => {
    const store = memoryStore()
    await work(store, 'w', 0, [{ name: 'send', durations: [7] }], 'workers')
    expect((await runsOf(store)).services).toEqual(['workers'])
    const other = queueOf('mail', { place: 'elsewhere:6379/0 bull', server: 'another' })
    await store.writeQueues(snapshotOf('blog', { queues: [other] }), 1)
    expect((await runsOf(store)).services).toEqual([])
  })
})
