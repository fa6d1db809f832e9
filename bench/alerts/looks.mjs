// A fleet as Zenith sees it every 10 s, and rules about it.

const START = Date.UTC(2030, 0, 1)
const MB = 2 ** 20

const SCOPE = { services: [], environments: [], hosts: [], queues: [], routes: [], jobs: [] }
const rule = (metric, scope = {}, over = 'each') => ({
  conditions: [{ metric, over, is: 'above', threshold: 90, clear: 80, minCount: null }],
  scope: { ...SCOPE, ...scope },
})

/** Twenty rules: those of nodes and hosts, of services, and of routes and jobs, some with patterns. */
const RULES = [
  rule('node.cpu'),
  rule('node.cpu', { services: ['service-1*'] }),
  rule('node.memory'),
  rule('node.heap'),
  rule('node.loopP99'),
  rule('node.rss', {}, 'sum'),
  rule('node.dropped'),
  rule('host.cpu'),
  rule('host.memory'),
  rule('host.diskFree', { hosts: ['host-*'] }),
  rule('service.vanished'),
  rule('service.errorRate'),
  rule('service.p95'),
  rule('service.jobFailuresTimes'),
  rule('route.errorRate'),
  rule('route.errorRate', { routes: ['GET *', 'POST /orders/*'] }),
  rule('route.p95', { services: ['service-2*'], routes: ['*/:id'] }),
  rule('route.p99'),
  rule('job.sinceSuccess', { jobs: ['nightly-*'] }),
  rule('queue.oldestMs'),
]

/** So many rules: the twenty again and again, each with an id and patterns of its own. */
export function rulesOf(count) {
  return Array.from({ length: count }, (_, index) => {
    const one = RULES[index % RULES.length]
    const about = { enabled: true, severity: 'warning', forMs: 60_000, clearForMs: 60_000, receivers: [], note: '' }
    const scope = { ...one.scope }
    return { id: `rule-${index}`, name: `Rule ${index}`, ...about, cooldownMs: 900_000, remindMs: null, ...one, scope }
  })
}

/** @param index number of the look */
export function lookAt(index, { nodes, services, routes }) {
  const at = START + index * 10_000
  const names = Array.from({ length: services }, (_, number) => `service-${number}`)
  const series = new Map(names.map((name) => [name, seriesOf(routes, index)]))
  return {
    at,
    store: { ok: true, kind: 'redis', latencyMs: 1, error: null },
    storeAwayMs: 0,
    storeRefusingMs: 0,
    services: names.map(serviceOf),
    nodes: Array.from({ length: nodes }, (_, number) => nodeOf(number, names[number % services], at)),
    queues: names.map((name) => queueOf(name, at)),
    leftOut: null,
    unreadable: 0,
    archive: null,
    seriesOf: (service) => series.get(service),
    exceptionsOf: () => 0,
  }
}

function seriesOf(routes, index) {
  const one = (key, queue) => {
    const figures = { count: 100 + (index % 7), errors: index % 5, aborted: 0, failed: 0, stalled: 0 }
    return { key, queue, ...figures, p50: 10, p95: 40 + (key.length % 9), p99: 90 }
  }
  return {
    routes: Array.from({ length: routes }, (_, number) => one(`GET /things-${number}/:id`, null)),
    jobs: Array.from({ length: 10 }, (_, number) => one(`nightly-${number}`, 'mail')),
  }
}

function serviceOf(service) {
  return {
    service,
    environments: ['production'],
    nodes: { live: 10, lost: 0, left: 0, replaced: 0 },
    health: { score: 100, reasons: [] },
    ...{ requests: null, jobs: null, traffic: [], routes: [], jobSeries: [], untrusted: null },
  }
}

function nodeOf(number, service, at) {
  const id = `host-${number % 100}-${number}-0-abc`
  const disk = [{ mount: '/', total: 100, free: 40, usedPct: 60 }]
  const heartbeat = {
    ...{ id, service, timestamp: at, environment: 'production', hostname: `host-${number % 100}`, instance: null },
    cpu: { system: 20, process: number % 90, processCores: 1, cores: 4, load: [1, 1, 1], throttled: null },
    memory: {
      system: { total: 8_000 * MB, free: 3_000 * MB, used: 5_000 * MB, limit: null },
      process: { rss: 300 * MB, heapUsed: 100 * MB, heapTotal: 150 * MB, heapLimit: 2_000 * MB },
    },
    disk,
    eventLoop: { utilization: 0.2, p50: 1, p99: 3, max: 12, mean: 1 },
    recorder: { collectMs: 1, flushMs: 1, dropped: number % 50 === 0 ? at / 10_000 : 0, bufferedBytes: 0 },
    runtime: { uptime: (at - START) / 1_000, framework: null },
    appVersion: '1.2.3',
  }
  return {
    key: `${service}:${id}`,
    service,
    id,
    state: 'live',
    lastSeen: at,
    clockAhead: 0,
    heartbeat,
    samples: [],
    trust: null,
  }
}

function queueOf(service, at) {
  const metrics = { waiting: 3, prioritized: 0, active: 1, delayed: 0, waitingChildren: 0, completed: 0, failed: 0 }
  const state = { paused: false, oldestMs: 5, overdueMs: null, throughput: null, workers: 1, error: null }
  return { key: service, name: service, services: [service], at, attention: [], samples: [], metrics, ...state }
}
