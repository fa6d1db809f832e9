import { performance } from 'node:perf_hooks'
import { fromModules } from '../shared/dist.mjs'
import { median } from '../shared/stats.mjs'

const STEP_MS = 6 * 3_600_000
const DAYS = 90
const ROUTES = 50
const NODES = 20
/** Durations of a route in a step: as many different ones as busy routes have. */
const DURATIONS = 200

/** How long a service's charts and tables over 90 days take, with 50 routes. @returns ms */
export async function chartOf(archive, repeat) {
  const { TrafficBucket } = await fromModules('archiver/figures/traffic-bucket.js')
  const { Sketch } = await fromModules('protocol/index.js')
  const { ArchivedTraffic } = await fromModules('zenith/archive/archived-traffic.js')
  const to = Math.floor(Date.now() / STEP_MS) * STEP_MS
  const from = to - DAYS * 24 * 3_600_000
  const figures = []
  for (let start = from; start < to; start += STEP_MS) {
    const bucket = new TrafficBucket()
    for (let node = 0; node < NODES; node++) bucket.add(rollupOf(Sketch, node, start), WHOLE)
    figures.push({ kind: 'traffic', scope: 'bench', step: STEP_MS, from: start, body: bucket.encode() })
  }
  const expected = await archive.cursor('bench')
  await archive.write({ cursor: { stream: 'bench', expected, next: `${Date.now()}` }, figures })
  const traffic = new ArchivedTraffic(archive)
  const times = []
  for (let round = 0; round < repeat; round++) {
    const start = performance.now()
    await traffic.period('bench', { period: '90d', from, to, step: STEP_MS })
    times.push(performance.now() - start)
  }
  const bytes = figures.reduce((sum, { body }) => sum + body.length, 0) / figures.length
  return { ms: median(times), bytes }
}

const WHOLE = { start: 0, end: 1, hasMiddle: true, isFirst: false }

function rollupOf(Sketch, node, from) {
  const routes = Array.from({ length: ROUTES }, (_, route) => {
    const sketch = new Sketch()
    for (let index = 0; index < DURATIONS; index++) sketch.record(1 + ((index * 7919 + route * 31 + node) % 997))
    return {
      key: `GET /route/${route}`,
      count: DURATIONS,
      errors: 1,
      aborted: 0,
      classes: [0, 199, 0, 0, 1],
      sketch: sketch.encode(),
    }
  })
  return { v: 2, node: `web-${node}`, from, to: from + STEP_MS, routes, jobs: [] }
}
