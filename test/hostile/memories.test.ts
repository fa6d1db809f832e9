import { describe, expect, it } from 'vitest'
import { BoundedMap } from '../../src/lib/bounded-map.js'
import { MAX_QUEUES, Sketch } from '../../src/protocol/index.js'
import { MAX_ALL_SERIES, MAX_ROLLUPS, MAX_SKETCH_CHARS, MIN_SERVICE_SERIES } from '../../src/protocol/read-limits.js'
import { Ownership } from '../../src/queues/laravel/ownership.js'
import { SeenNames } from '../../src/queues/shared/seen-names.js'
import { memoryLeases } from '../../src/stores/memory/leases.js'
import { Repeats } from '../../src/stores/redis/repeats.js'
import { Budget } from '../../src/zenith/fleet/services/budget.js'
import { MergedSketch } from '../../src/zenith/fleet/services/merged-sketch.js'
import { MAX_RECENT, RecentRecords } from '../../src/zenith/fleet/services/recent-records.js'
import { RollupAggregate } from '../../src/zenith/fleet/services/rollup-aggregate.js'
import { SeriesTotals } from '../../src/zenith/fleet/services/series-totals.js'
import { ServiceTotals } from '../../src/zenith/fleet/services/totals.js'
import { KnownFailures } from '../../src/zenith/queues/failures/known-failures.js'
import { rollupOf } from '../stores/samples.js'

/** More distinct names than anything remembers. */
const MANY = 30_000

function each(count: number, use: (index: number) => void): void {
  for (let index = 0; index < count; index++) use(index)
}

describe('what remembers what it saw has a bound', () => {
  it('a bounded map forgets what was set longest ago', () => {
    const map = new BoundedMap<string, number>(3)
    each(MANY, (index) => {
      map.set('used', index)
      map.set(`${index}`, index)
    })
    expect([...map].map(([key]) => key)).toEqual([`${MANY - 2}`, 'used', `${MANY - 1}`])
  })

  it('names of queues', () => {
    const names = new SeenNames()
    each(MANY, (index) => names.add(`queue-${index}`))
    each(MANY, (index) => names.add(`queue-${index}`))
    expect([names.list().length, names.left]).toEqual([MAX_QUEUES, MANY - MAX_QUEUES])
  })

  it('entries that were written, of one stream and of many', () => {
    const [one, ofMany] = [new Repeats(), new Repeats()]
    each(MANY, (index) => {
      one.isRepeat(`${index}`, `${index}-0`)
      ofMany.isRepeat(`${index} ${'x'.repeat(300)}`, `${index}-0`, 1_000)
    })
    expect([one.size, ofMany.size]).toEqual([20_000, 1_000])
    expect(one.isRepeat(`${MANY - 1}`, `${MANY}-0`)).toBe(true)
  })

  it('kinds of failures, of jobs that fail again and again in another way', async () => {
    let round = 0
    const jobs = (from: number) =>
      Array.from({ length: 20 }, (_, index) => ({
        id: `${from + index}`,
        name: `job-${from + index === 0 ? 0 : round}`,
        error: `failed in ${round} ways`,
        finishedAt: from + index === 0 ? 1 : round + 2,
      }))
    const page = () => ({ total: 20, jobs: jobs(0), missing: 0 }) as never
    const known = new KnownFailures(async (offset) => (offset === 0 ? page() : { total: 20, jobs: [], missing: 0 }))
    for (; round < 500; round++) await known.catchUp()
    expect(known.size).toBe(20)
    expect(known.kinds).toBeLessThanOrEqual(20)
  })

  it('records of all services', () => {
    const feed = new RecentRecords<{ ts: number }>(({ ts }) => `${ts}`)
    each(MANY, (index) => feed.add([{ ts: index }]))
    expect(feed.recent).toHaveLength(MAX_RECENT)
  })

  it('routes and jobs of one service, and of all', () => {
    const budget = new Budget()
    const series = (key: string) => ({ key, count: 1, errors: 0, aborted: 0, classes: [], sketch: '8r' })
    const tables = Array.from({ length: 50 }, () => new SeriesTotals(30_000, budget))
    for (const table of tables) each(1_200, (index) => table.add(series(`GET /${index}`), { from: 0, to: 1_000 }))
    const sizes = tables.map(({ size }) => size)
    expect(Math.max(...sizes)).toBe(1_001)
    // The first of each service have a place for sure, and `(other)`.
    expect(Math.min(...sizes)).toBe(MIN_SERVICE_SERIES + 1)
    expect(budget.held.series).toBeLessThanOrEqual(MAX_ALL_SERIES + 50 * (MIN_SERVICE_SERIES + 1))
    // Nothing is lost of the counts.
    expect(
      tables.map((table) => table.busiest(0, { limit: 2_000 }).reduce((sum, { count }) => sum + count, 0)),
    ).toEqual(tables.map(() => 1_200))
    for (const table of tables) table.prune(Number.POSITIVE_INFINITY)
    expect(budget.held).toEqual({ series: 0, chars: 0, rollups: 0 })
  })

  it('counters for metrics', () => {
    const budget = new Budget()
    const series = (key: string) => ({ key, queue: null, count: 1, errors: 0, aborted: 0, classes: [], sketch: '' })
    const all = Array.from({ length: 150 }, () => new ServiceTotals((own) => budget.takeCounter(own)))
    for (const totals of all) totals.add({ routes: Array.from({ length: 300 }, (_, i) => series(`${i}`)), jobs: [] })
    const count = all.reduce((sum, { routes }) => sum + routes.length, 0)
    expect(count).toBeLessThanOrEqual(MAX_ALL_SERIES + 150 * (MIN_SERVICE_SERIES + 1))
    expect(all.at(-1)?.routes.reduce((sum, route) => sum + route.count, 0)).toBe(300)
  })

  it('sketches: percentiles of a part of the durations are not given for those of all', () => {
    const budget = new Budget()
    budget.hold(MAX_SKETCH_CHARS - 5)
    const sketch = new MergedSketch(budget)
    sketch.add('8r')
    sketch.add('8r*2s,1')
    expect([sketch.isWhole, budget.left.sketches, budget.held.chars <= MAX_SKETCH_CHARS]).toEqual([false, 1, true])
    const merged = new Sketch()
    sketch.mergeInto(merged)
    expect(merged.count).toBe(1)
  })

  it('rollups, by node and start', () => {
    const budget = new Budget()
    const aggregate = new RollupAggregate(
      { retentionMs: 900_000, step: 5_000, point: 15_000, seriesStep: 30_000 },
      budget,
    )
    const now = Date.now()
    const add = (index: number) =>
      aggregate.add(
        { ...rollupOf({ from: now - 10_000, to: now - 5_000 }), node: `n${index}`, routes: [], jobs: [] },
        now,
      )
    each(MAX_ROLLUPS / 10 + 500, add)
    expect([budget.held.rollups, budget.left.rollups]).toEqual([MAX_ROLLUPS, 500])
    // None counts twice for that.
    expect([add(0), add(MAX_ROLLUPS)]).toEqual([false, false])
    aggregate.release()
    expect([aggregate.isEmpty, budget.held.rollups]).toEqual([true, 0])
  })

  it('connections and Horizons of Laravel', () => {
    const ownership = new Ownership({ prefix: null, horizon: null })
    each(MANY, (index) => {
      ownership.meetConnection(`app-${index}:`)
      ownership.meetHorizon(`horizon-${index}:`)
    })
    expect([ownership.prefixes.length, ownership.horizons.length]).toEqual([1_000, 1_000])
  })

  it('leases that ran out', async () => {
    const leases = memoryLeases()
    const held = await leases.acquireLease('held', 'me', 60_000)
    for (let index = 0; index < 3_000; index++) await leases.acquireLease(`lease-${index}`, 'somebody', 0)
    expect([held, await leases.leaseHolder('held'), await leases.leaseHolder('lease-7')]).toEqual(['me', 'me', null])
  })
})
