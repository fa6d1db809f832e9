import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProcessMinute } from '../../src/api/process-history.js'
import type { QueueMinute } from '../../src/api/queue-history.js'
import type { RunMinute } from '../../src/api/queue-runs.js'
import type { TrafficPoint } from '../../src/api/services.js'
import { plotTraffic } from '../../src/dashboard/features/pulse/traffic-plot.js'
import {
  archivedPastOf,
  backlogChart,
  flowChart,
  oldestChart,
  pastOfQueue,
} from '../../src/dashboard/features/queue/queue-past.js'
import {
  failuresChart,
  runTimeChart,
  throughputChart,
  waitChart,
} from '../../src/dashboard/features/queue/run-charts.js'
import { chartsOfPast } from '../../src/dashboard/features/services/process-past.js'
import { chartsOf, compare, percentiles, single } from '../../src/dashboard/ui/charts/chart-data.js'
import type { ChartData } from '../../src/dashboard/ui/charts/chart-lines.js'
import { pastOf } from '../../src/dashboard/ui/charts/gaps.js'
import { WEEK_MS } from '../../src/dashboard/ui/charts/ghost.js'
import { makeQueue } from './fixture/shop-queues.js'

const MINUTE = 60_000
const NOW = 1_767_225_600_000
/** The minutes in which something was seen: two stretches with a pause between them. */
const SEEN = [-20, -19, -18, -17, -6, -5, -4, -3]
const PAUSE = [-17, -6] as const

const at = (minute: number) => NOW + minute * MINUTE

/** The same in steps of the archive: a bucket of ten minutes each, as far from each other as the pause is long. */
const ARCHIVED_STEP = 3 * MINUTE
const archived: TrafficPoint[] = [-20, -17, -5, -2].map((minute) => ({
  ...{ at: at(minute), count: 60, rate: 1, errorRate: 5, p50: 1, p95: 2, p99: 3 },
}))

function trafficOf(step: number): TrafficPoint[] {
  const points = SEEN.flatMap((minute) =>
    Array.from({ length: MINUTE / step }, (_, index) => at(minute) + index * step),
  )
  return points.map((time) => ({ at: time, count: 60, rate: 1, errorRate: 5, p50: 1, p95: 2, p99: 3 }))
}

const unseen = {
  waiting: null,
  prioritized: null,
  active: null,
  delayed: null,
  waitingChildren: null,
  completed: null,
  failed: null,
  oldestMs: null,
  in: null,
  out: null,
}
const seenMinute = { ...unseen, waiting: 4, delayed: 1, active: 1, oldestMs: 500, in: 3, out: 2 }
const minutes: QueueMinute[] = Array.from({ length: 60 }, (_, index) => {
  const minute = index - 60
  return { at: at(minute), ...(SEEN.includes(minute) ? seenMinute : unseen) }
})
const times = { p50: 1, p95: 2, p99: 3, max: 4 }
const noTimes = { p50: null, p95: null, p99: null, max: null }
const runs: RunMinute[] = minutes.map(({ at, waiting }) => {
  const isSeen = waiting !== null
  return {
    at,
    ms: MINUTE,
    count: isSeen ? 5 : null,
    errors: isSeen ? 1 : null,
    run: isSeen ? times : noTimes,
    wait: isSeen ? times : noTimes,
  }
})
const past: ProcessMinute[] = SEEN.map((minute) => ({
  ...{ from: at(minute - 1), at: at(minute), cpu: 5, rss: 2, heapUsed: 1, loopP99: 3 },
  ...{ utilization: 0.1, gcMs: 4, gcCount: 2, diskPct: 70, requests: 60 },
}))
const samples = SEEN.map((minute) => ({ at: at(minute), backlog: 4, in: 3, out: 2 }))

const queue = makeQueue('mail', { at: at(-3), samples })

/** Every chart with axes. */
const CHARTS: Readonly<Record<string, () => ChartData>> = {
  'throughput, latency and errors of one service, in points of 15 s': () =>
    single(trafficOf(15_000), 'rate', 'rate', ''),
  'errors of one service over an hour': () => single(trafficOf(MINUTE), 'errorRate', 'errors', ''),
  'percentiles of one service': () => percentiles(trafficOf(30_000)),
  'services beside each other': () => compare([{ name: 'shop', points: trafficOf(15_000) }], 'p95'),
  'backlog of a queue, recorded': () => backlogChart(pastOfQueue(minutes, queue, 0)),
  'in and out of a queue, recorded': () => flowChart(pastOfQueue(minutes, queue, 0)),
  'oldest job of a queue, recorded': () => oldestChart(pastOfQueue(minutes, queue, 0)),
  'throughput of a queue’s jobs': () => throughputChart(runs, MINUTE),
  'failed attempts of a queue’s jobs': () => failuresChart(runs, MINUTE),
  'run time of a queue’s jobs': () => runTimeChart(runs, MINUTE),
  'wait of a queue’s jobs': () => waitChart(runs, MINUTE),
  ...Object.fromEntries(chartsOfPast(past).map(({ title, data }) => [`a process: ${title}`, () => data])),
  'rate of one service, archived': () => chartsOf(archived, ARCHIVED_STEP, undefined).rate,
  'percentiles of one service, archived': () => chartsOf(archived, ARCHIVED_STEP, undefined).latency,
  'errors of one service beside the week before': () => {
    const points = archived.map((point) => ({ ...point, at: point.at - WEEK_MS }))
    return chartsOf(archived, ARCHIVED_STEP, { points, step: ARCHIVED_STEP }).errors
  },
  'archived services beside each other': () =>
    compare([{ name: 'shop', points: archived, step: ARCHIVED_STEP }], 'p95'),
  'backlog of a queue, archived': () => backlogChart(archivedPastOf(minutes), MINUTE),
  'in and out of a queue, archived': () => flowChart(archivedPastOf(minutes), MINUTE),
  'oldest job of a queue, archived': () => oldestChart(archivedPastOf(minutes), MINUTE),
  'backlog of a queue, seen live': () => backlogChart(pastOfQueue([], queue, 0)),
  'in and out of a queue, seen live': () => flowChart(pastOfQueue([], queue, 0)),
}

/** Whether a line runs through the time between two points. */
function runsThroughPause({ times, lines }: ChartData): boolean {
  return lines.some(({ values }) => {
    const known = times.flatMap((time, index) => (values[index] === null ? [] : [{ time, index }]))
    return known.some(({ time, index }, order) => {
      const next = known[order + 1]
      return (
        next !== undefined && next.index === index + 1 && time <= at(PAUSE[0]) + MINUTE && next.time >= at(PAUSE[1])
      )
    })
  })
}

describe('a time without data', () => {
  it.each(Object.entries(CHARTS))('is a gap in %s', (_, chart) => {
    const data = chart()
    expect(data.lines.some(({ values }) => values.some((value) => value !== null))).toBe(true)
    for (const { values } of data.lines) expect(values).toHaveLength(data.times.length)
    expect(runsThroughPause(data)).toBe(false)
    const inPause = data.times
      .map((time, index) => (time > at(-16) && time < at(-6) ? index : -1))
      .filter((i) => i >= 0)
    expect(inPause.length).toBeGreaterThan(0)
    for (const { values } of data.lines) for (const index of inPause) expect(values[index]).toBeNull()
  })

  it('is none between points that are two minutes apart by their grid', () => {
    const points = [0, 2, 4, 8, 10].map((minute) => ({ ...trafficOf(MINUTE)[0], at: at(minute) }) as TrafficPoint)
    expect(single(points, 'rate', 'rate', '').lines[0]?.values).toEqual([1, 1, 1, null, 1, 1])
  })

  it('is none between points of the archive that are hours apart, and one between those that are farther apart than its steps', () => {
    const HOUR = 60 * MINUTE
    const points = [0, 6, 12, 24, 30].map((hour) => ({ ...archived[0], at: NOW + hour * HOUR }) as TrafficPoint)
    expect(chartsOf(points, 6 * HOUR, undefined).rate.lines[0]?.values).toEqual([1, 1, 1, null, 1, 1])
    const { rate } = plotTraffic(points, { period: '7d', window: null }, NOW + 30 * HOUR, 6 * HOUR)
    expect(rate.line.split('M').length - 1).toBe(2)
  })

  it('is a gap in a sparkline of samples, and a late beat is none', () => {
    expect(pastOf(samples, ({ backlog }) => backlog)).toEqual([4, 4, 4, 4, null, 4, 4, 4, 4])
    const beats = [0, 10, 20, 40, 50, 61].map((second) => ({ at: NOW + second * 1_000, cpu: second }))
    expect(pastOf(beats, ({ cpu }) => cpu)).toEqual([0, 10, 20, 40, 50, 61])
    expect(pastOf([], () => 1)).toEqual([])
  })

  it("is a gap in a service's card", () => {
    const { rate, p95, xs } = plotTraffic(trafficOf(15_000), { period: '1h', window: null }, NOW)
    expect(rate.line.split('M').length - 1).toBe(2)
    expect(p95.line.split('M').length - 1).toBe(2)
    expect(xs).toHaveLength(trafficOf(15_000).length)
  })

  it('is in no chart that this table does not know', () => {
    const sources = readdirSync('src/dashboard', { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => ({ name, text: readFileSync(join('src/dashboard', name), 'utf8') }))
    const drawing = sources.filter(({ text }) => /<Chart\b|linePaths\(/.test(text)).map(({ name }) => name)
    expect(drawing.sort()).toEqual(DRAWING)
    const sparks = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/<Sparkline[^>]*/g)].map(([tag]) => ({
        name,
        isGapped: /values=\{(?:pastOf\(|minutes\.counts\})/.test(tag),
      })),
    )
    expect(sparks.filter(({ isGapped }) => !isGapped)).toEqual([])
  })
})

/** The files that draw lines; what they draw is in the table above. */
const DRAWING = [
  'features/alerts/rule-spark.tsx',
  'features/pulse/traffic-plot.ts',
  'features/queue/queue-charts.tsx',
  'features/queue/queue-runs.tsx',
  'features/routes/route-charts.tsx',
  'features/services/last-beats.tsx',
  'features/services/process-history.tsx',
  'ui/charts/paths.ts',
  'ui/charts/sparkline.tsx',
  'ui/charts/traffic-charts.tsx',
]
