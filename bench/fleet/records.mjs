// What nodes report, with figures of everyday apps.
import { fromDist } from '../shared/dist.mjs'

const { Sketch } = await fromDist('runtime/protocol.js')

export const SERVICES = 100
const MB = 1_048_576
/** Their heartbeats live for three of these: nobody beats while the large fleet is looked at. */
const AN_HOUR = 3_600_000
const ROUTES = ['GET /', 'GET /users/:id', 'POST /orders', 'GET /orders/:id', 'GET /search']

export const serviceOf = (number) => `service-${number % SERVICES}`

export function beatOf(number, timestamp, interval = AN_HOUR) {
  const load = 10 + (number % 60) + Math.random() * 10
  return {
    v: 2,
    id: `web-${number}-4711-0-mgx3k2`,
    service: serviceOf(number),
    timestamp,
    interval,
    environment: 'production',
    language: 'node',
    version: '20.20.2',
    appVersion: '1.4.2',
    sdk: { name: '@gravito/quasar', version: '0.1.0' },
    pid: 1_000 + number,
    hostname: `web-${number}`,
    platform: 'linux',
    arch: 'x64',
    instance: null,
    cpu: {
      system: load,
      process: load / 2,
      processCores: load / 100,
      cores: 2,
      load: [0.4, 0.5, 0.6],
      throttled: null,
    },
    memory: {
      system: { total: 8_192 * MB, free: 3_000 * MB, used: 5_192 * MB, limit: 512 * MB },
      process: {
        rss: 180 * MB,
        heapUsed: 60 * MB + Math.round(load * MB),
        heapTotal: 140 * MB,
        heapLimit: 260 * MB,
        external: 3 * MB,
        arrayBuffers: MB,
      },
    },
    disk: [{ mount: '/', total: 40_000 * MB, free: 16_000 * MB, usedPct: 60 }],
    eventLoop: { utilization: 0.2, p50: 0.412, p99: 12.083, max: 48.201, mean: 1.027 },
    gc: { count: 12, totalMs: 34.118, maxMs: 8.204 },
    runtime: { uptime: 86_400 + number, framework: 'fastify 5' },
    requests: { rate: load, errorRate: 0.2, p50: 4.1, p95: 30.2, p99: 100.4, inFlight: 3, oldestMs: 104.2 },
    recorder: { collectMs: 0.211, flushMs: 1.402, dropped: 0, bufferedBytes: 0 },
    ready: null,
    meta: null,
  }
}

/** Ten seconds up to a moment. */
export function rollupOf(node, to) {
  const routes = ROUTES.map((key, index) => {
    const sketch = new Sketch()
    for (let count = 0; count < 20; count++) sketch.record((index + 1) * 5 * Math.exp(Math.random() - 0.5))
    return { key, count: 20, errors: 0, aborted: 0, classes: [0, 20], sketch: sketch.encode() }
  })
  return { v: 2, node, from: to - 10_000, to, routes, jobs: [] }
}
