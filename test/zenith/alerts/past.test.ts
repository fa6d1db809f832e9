import { describe, expect, it, onTestFinished } from 'vitest'
import { DEFAULT_RULES } from '../../../src/alerts/defaults.js'
import { postgresDriver } from '../../../src/archive/postgres/index.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { mergeFigures, TRAFFIC } from '../../../src/archiver/figures/merge.js'
import type { ArchiveDriver } from '../../../src/ports/index.js'
import type { Rollup, SystemFigures } from '../../../src/protocol/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { archiveDir } from '../../support/archive-files.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { startPostgres } from '../../support/postgres.js'
import { startRedis } from '../../support/redis.js'
import { rollupOf } from '../support/records.js'
import { asking, rule } from './asking.js'
import { KnownPast, MINUTE, reportNow } from './known-past.js'

const HOUR = 60 * MINUTE
const GB = 1e9

const below = (metric: string, threshold: number, more: object = {}) =>
  rule(metric, threshold, { conditions: [{ metric, is: 'below', threshold }], ...more })
const over = (aggregate: string, threshold: number) =>
  rule('node.cpu', threshold, { conditions: [{ metric: 'node.cpu', over: aggregate, is: 'above', threshold }] })

/** A rule of each metric that has a past, and in which phases it fires. @param phase minutes */
const RULES = (phase: number): readonly (readonly [object, readonly number[]])[] => [
  [rule('host.cpu', 90, { forMs: 2 * MINUTE }), [2]],
  [rule('host.memory', 90), [2]],
  [below('host.diskFree', 10), [2]],
  [below('host.diskFreeBytes', 10 * GB), [2]],
  [rule('host.load', 2), [2]],
  [rule('node.cpu', 80), [4]],
  [rule('node.rss', 10 * GB), [4]],
  [rule('node.memory', 90), [4]],
  [rule('node.heap', 90), [4]],
  [rule('node.loopP99', 250), [4]],
  [rule('node.loopUtilization', 90), [4]],
  [over('max', 80), [4]],
  [over('min', 80), []],
  [over('mean', 40), [4]],
  [over('sum', 95), [4]],
  [below('service.live', 2), [10]],
  [rule('service.errorRate', 20), [6]],
  [rule('service.requestRate', 1), []],
  [rule('service.p95', 500), [8]],
  [rule('service.p99', 500), [8]],
  [rule('service.jobRate', 1), []],
  [rule('service.jobFailures', 20, { conditions: [failing('service.jobFailures', 20)] }), [6, 9]],
  [rule('service.jobFailuresTimes', 5, { conditions: [failing('service.jobFailuresTimes', 5)] }), [6, 9]],
  [rule('service.jobP95', 500), [8]],
  [rule('service.exceptions', 5), [7]],
  [rule('route.errorRate', 20), [6]],
  [rule('route.aborted', 20), [6]],
  [rule('route.count', 250), []],
  [rule('route.p95', 500), [8]],
  [rule('route.p99', 500), [8]],
  [rule('job.failures', 20), [6, 9]],
  [rule('job.failed', 50), [6, 9]],
  [rule('job.stalled', 3), [6]],
  [rule('job.count', 250), []],
  [rule('job.p95', 500), [8]],
  [rule('job.sinceSuccess', 0.7 * phase * MINUTE), [9]],
  [rule('queue.oldestMs', 15 * MINUTE), [3]],
  [rule('queue.active', 5), [3]],
  [rule('queue.in', 50), [3]],
  [rule('queue.out', 50), []],
  [rule('queue.delayed', 5), []],
  [rule('queue.failed', 10), [11]],
]

function failing(metric: string, threshold: number): object {
  return { metric, is: 'atLeast', threshold, minCount: 10 }
}

/** The phases in which fires of a preview begin, oldest first. */
function phasesOf(past: KnownPast, spans: readonly { readonly from: number }[]): number[] {
  const phases = spans.map(({ from }) => Math.ceil((from - past.begin) / (past.phase * MINUTE)) - 1)
  return phases.sort((a, b) => a - b)
}

const databases: Readonly<Record<string, () => Promise<ArchiveDriver>>> = {
  SQLite: async () => sqliteDriver({ dir: archiveDir() }),
  async PostgreSQL() {
    const server = await startPostgres()
    onTestFinished(() => server.stop())
    return postgresDriver({ url: server.url })
  },
}

describe.each(Object.keys(databases))('a day of an archive in %s', (name) => {
  it('has the past of hosts, nodes, services, routes, jobs and queues', { timeout: 120_000 }, async () => {
    const archive = inlineArchive(await (databases[name] as () => Promise<ArchiveDriver>)())
    const past = new KnownPast(Math.floor((Date.now() - 6 * HOUR) / HOUR) * HOUR, 20)
    await past.archive(archive)
    const store = memoryStore()
    await reportNow(store)
    const preview = await asking({ store, archive })
    for (const [given, phases] of RULES(20)) {
      const { body } = await preview(given)
      expect(phasesOf(past, body.spans), JSON.stringify([given, body])).toEqual(phases)
      expect(body).toMatchObject({ times: phases.length, step: 10 * MINUTE, why: null })
    }
    const growth = (await preview(rule('queue.growingMs', 10 * MINUTE))).body
    expect(growth).toMatchObject({ times: 1, step: MINUTE })
    const defaults = await Promise.all(DEFAULT_RULES.map(async (one) => [one.id, (await preview(one)).body.times]))
    expect(Object.fromEntries(defaults)).toEqual({
      ...{ 'nodes-vanished': null, 'node-blocked': null, 'store-away': null, 'queue-without-workers': null },
      ...{ 'job-failures': 2, 'request-errors': 1, disk: 1, cpu: 1, memory: 1, heap: 1, 'event-loop': 1, backlog: 1 },
      ...{ 'jobs-overdue': null, 'queue-unreadable': null, 'records-dropped': null, 'archive-behind': null },
    })
  })
})

it('a job is not missed while records that may tell of its success were lost', async () => {
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  const past = new KnownPast(Math.floor((Date.now() - 6 * HOUR) / HOUR) * HOUR, 20)
  const at = past.begin + 9.5 * 20 * MINUTE
  await past.archive(archive, [{ stream: 'history:shop', from: at, to: at + MINUTE, lost: 1 }])
  const store = memoryStore()
  await reportNow(store)
  const preview = await asking({ store, archive })
  expect((await preview(rule('job.sinceSuccess', 14 * MINUTE))).body).toMatchObject({ times: 0 })
  expect((await preview(rule('job.failures', 90))).body).toMatchObject({ times: 1 })
})

describe('a host', () => {
  const begin = Math.floor((Date.now() - 6 * HOUR) / HOUR) * HOUR

  /** @param rollups of `shop` in an hour */
  async function asked(rollups: readonly Rollup[]) {
    const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
    await archive.open()
    const figures = await mergeFigures(archive, TRAFFIC, 'shop', rollups)
    await archive.write({ cursor: { stream: 'history:shop', expected: null, next: '1' }, figures })
    const store = memoryStore()
    await reportNow(store)
    return asking({ store, archive })
  }

  const minutesOf = (node: string, system: Partial<SystemFigures> | null, diskPct: number) =>
    Array.from({ length: 60 }, (_, index): Rollup => {
      const from = begin + index * MINUTE
      const none = { cpu: null, memory: null, memoryLimit: null, heapLimit: null, diskFree: null, load: null }
      return {
        ...rollupOf(node, from, from + MINUTE, []),
        process: { ...{ cpu: 1, rss: 1, heapUsed: 1, loopP99: 1, utilization: 0, gcMs: 0, gcCount: 0 }, diskPct },
        ...(system && { system: { host: null, ...none, ...system } }),
      }
    })

  it('has the past of nodes that are gone, and none of other hosts', async () => {
    const preview = await asked([
      ...minutesOf('web-1-before', { host: 'web-1', cpu: 95 }, 50),
      ...minutesOf('elsewhere', { host: 'db-1', cpu: 5 }, 99),
    ])
    expect((await preview(rule('host.cpu', 90))).body).toMatchObject({ times: 1, subjects: 1 })
    expect((await preview(below('host.diskFree', 10))).body).toMatchObject({ times: 0 })
    const { notes } = (await preview(rule('host.cpu', 90))).body
    expect(notes).toContain('Values are known of 1 h of this time.')
  })

  it('whose recorders are older has the disk of the nodes that run now, and of nothing else a zero', async () => {
    const preview = await asked([...minutesOf('web-1', null, 95), ...minutesOf('stranger', null, 99)])
    const { body } = await preview(below('host.diskFree', 10))
    expect(body).toMatchObject({ times: 1, spans: [{ subject: 'web-1', value: 5 }] })
    const why = 'Nothing is recorded of host.cpu in this time.'
    expect((await preview(rule('host.cpu', 90))).body).toMatchObject({ times: null, why, spans: [] })
  })
})

describe('the last hour in Redis', () => {
  it('has the same', { timeout: 120_000 }, async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const store = redisStore({ redis: redis.url })
    onTestFinished(() => store.close())
    const past = new KnownPast(Math.floor(Date.now() / MINUTE) * MINUTE - 50 * MINUTE, 4)
    await past.store(store)
    await reportNow(store)
    const preview = await asking({ store })
    for (const [given, phases] of RULES(4)) {
      const { body } = await preview(given)
      const about = JSON.stringify([given, body])
      expect(phasesOf(past, body.spans), about).toEqual(phases)
      expect(body.times, about).toBe(phases.length)
      expect(body.step, about).toBe(MINUTE)
    }
    expect((await preview(rule('queue.growingMs', 10 * MINUTE))).body).toMatchObject({ times: 1, step: MINUTE })
  })
})
