import { describe, expect, it } from 'vitest'
import type { SampledFigures } from '../../src/core/report/process-minute.js'
import { Rollups } from '../../src/core/report/rollups.js'
import { Series } from '../../src/core/report/series.js'

const SECOND = 1_000

interface Given {
  cpu?: number | null
  system?: Partial<SampledFigures['memory']['system']>
  load?: SampledFigures['cpu']['load']
  heapLimit?: number | null
  free?: number | null
  rss?: number | null
  heap?: number | null
  p99?: number | null
  utilization?: number | null
  gc?: SampledFigures['gc']
  disks?: readonly (number | null)[] | null
}

function figuresOf(given: Given): SampledFigures {
  const { cpu = null, rss = null, heap = null, p99 = null, utilization = null, gc = null, disks = null } = given
  const { system = {}, load = null, heapLimit = null, free = null } = given
  return {
    cpu: { system: 90, process: cpu, processCores: null, cores: 4, load, throttled: null },
    memory: {
      system: { total: null, free: null, used: null, limit: null, ...system },
      process: { rss, heapUsed: heap, heapTotal: null, heapLimit, external: null, arrayBuffers: null },
    },
    eventLoop: { utilization, p50: null, p99, max: null, mean: null },
    gc,
    disk:
      disks?.map((usedPct, index) => ({ mount: `/${index}`, total: null, free: index === 1 ? free : null, usedPct })) ??
      null,
  }
}

/** Intervals of 10 s with these figures; one without figures for null. */
function record(rollups: Rollups, intervals: readonly (Given | null)[], routes: readonly Series[] = [], ends = false) {
  return intervals.flatMap((given, index) => {
    if (given) rollups.noteProcess(figuresOf(given))
    const from = index * 10 * SECOND
    const isLast = ends && index === intervals.length - 1
    return rollups.take({ from, to: from + 10 * SECOND, routes, jobs: [], isLast })
  })
}

const minute = (given: Given) => Array.from({ length: 6 }, () => given)

describe('the minute of a process', () => {
  it('has the mean of CPU and utilization, the most of memory, delays and disks, and the sum of the pauses', () => {
    const gc = { count: 2, totalMs: 1.2346, maxMs: 1 }
    const intervals = [
      { cpu: 10, rss: 100, heap: 50, p99: 1, utilization: 0.1, gc, disks: [40, 70] },
      { cpu: 20, rss: 300, heap: 90, p99: 9, utilization: 0.3, gc, disks: [40, 71.5] },
      { cpu: 30, rss: 200, heap: 10, p99: 2, utilization: 0.2, gc, disks: [41, null] },
      ...minute({}).slice(3),
    ]
    expect(record(new Rollups('n'), intervals)).toEqual([
      {
        type: 'history',
        record: {
          ...{ v: 2, node: 'n', from: 0, to: 60 * SECOND, routes: [], jobs: [] },
          process: {
            ...{ cpu: 20, rss: 300, heapUsed: 90, loopP99: 9, utilization: 0.2 },
            ...{ gcMs: 3.704, gcCount: 6, diskPct: 71.5 },
          },
          system: {
            ...{ host: null, cpu: 90, memory: null, memoryLimit: null, heapLimit: null, diskFree: null, load: null },
          },
        },
      },
    ])
  })

  it('has the means of the host, its most memory, the least that is free of its fullest disk, and the limits', () => {
    const system = { total: 100, limit: 80 }
    const intervals: Given[] = [
      { load: [2, 9, 9], system: { ...system, used: 60 }, heapLimit: 40, disks: [40, 70], free: 9 },
      { load: [4, 9, 9], system: { ...system, used: 70 }, heapLimit: 40, disks: [40, 71], free: 7 },
      { load: [6, 9, 9], system: { ...system, limit: null, used: 50 }, heapLimit: 40, disks: [40, 70], free: 8 },
    ]
    expect(record(new Rollups('n', 'web-1'), [...intervals, ...minute({}).slice(3)])).toMatchObject([
      {
        record: {
          system: { host: 'web-1', cpu: 90, memory: 70, memoryLimit: 100, heapLimit: 40, diskFree: 7, load: 1 },
        },
      },
    ])
  })

  it('begins anew after it was written', () => {
    const written = record(new Rollups('n'), [...minute({ cpu: 90, rss: 900 }), ...minute({ cpu: 10, rss: 100 })])
    expect(written.map(({ record }) => record)).toMatchObject([
      { process: { cpu: 90, rss: 900 } },
      { process: { cpu: 10, rss: 100 } },
    ])
  })

  it('has null for what was unknown all the time, and is missing where nothing was looked at', () => {
    const nothing = { cpu: null, rss: null, heapUsed: null, loopP99: null, utilization: null }
    const [first] = record(new Rollups('n'), minute({}))
    expect(first?.record).toMatchObject({ process: { ...nothing, gcMs: null, gcCount: null, diskPct: null } })
    expect(record(new Rollups('n'), [null, null, null, null, null, null])).toEqual([])
  })

  it('is in the history of a node with requests, and not in the rollups of its intervals', () => {
    const series = new Series('GET /a', 'GET', null)
    series.count = 1
    const records = record(new Rollups('n'), minute({ cpu: 5 }), [series])
    expect(records.map(({ type, record }) => [type, 'process' in record])).toEqual([
      ...Array.from({ length: 6 }, () => ['rollup', false]),
      ['history', true],
    ])
  })

  it('without requests is written when it is full, and not when the process ends before', () => {
    expect(record(new Rollups('n'), minute({ cpu: 5 }).slice(4), [], true)).toEqual([])
    expect(record(new Rollups('n'), minute({ cpu: 5 }), [], true)).toHaveLength(1)
  })
})
