import { describe, expect, it } from 'vitest'
import type { Look } from '../../../src/alerts/look.js'
import { createObserver } from '../../../src/alerts/observe/observer.js'
import { METRIC_IDS, METRICS } from '../../../src/api/alert-metrics.js'
import { heartbeatOf } from '../../stores/samples.js'
import { AT, ask, away, lookOf, nodeOf, queueViewOf, seriesOf, serviceOf, values, waiting } from './looks.js'

const noted = (look: Look) => {
  const observer = createObserver()
  observer.note(look)
  return observer
}
const { cpu, memory } = heartbeatOf('shop', 'a')
const cpuOf = (process: number | null, system = 20) => ({ cpu: { ...cpu, process, system } })
const point = { at: AT, count: 60, rate: 1, errorRate: 0, p50: 1, p95: 2, p99: 3 }

describe('every metric', () => {
  const look = lookOf(
    {
      nodes: [nodeOf('shop', 'a')],
      queues: [queueViewOf('mail')],
      services: [serviceOf('shop', { requests: point, jobs: point })],
      archive: { behindMs: 5 },
    },
    { shop: { routes: [seriesOf('GET /')], jobs: [seriesOf('welcome', { queue: 'mail' })] } },
  )

  it.each(METRIC_IDS)('%s has a subject of its kind, with a key and a name', (metric) => {
    const observations = ask(noted(look), metric)
    expect(observations.map(({ subject }) => subject.kind)).toEqual([METRICS[metric].subject])
    expect(observations.every(({ subject: { key, name } }) => key !== '' && name !== '')).toBe(true)
  })

  it.each(METRIC_IDS)('%s is unknown while the store does not answer, and its subject stays', (metric) => {
    const observer = noted(look)
    const before = ask(observer, metric).map(({ subject }) => subject)
    observer.note(away(look, 40_000))
    const expected = metric === 'fleet.storeAwayMs' ? 40_000 : null
    expect(ask(observer, metric).map(({ subject, value }) => [subject, value])).toEqual(
      before.map((subject) => [subject, expected]),
    )
  })

  it('knows nothing before the first look', () => {
    expect(METRIC_IDS.flatMap((metric) => ask(createObserver(), metric))).toEqual([])
  })
})

describe('nodes', () => {
  it('has figures of live nodes, and of no lost one', () => {
    const nodes = [
      nodeOf('shop', 'a', {}, cpuOf(40)),
      nodeOf('shop', 'b', { state: 'lost' }, cpuOf(90)),
      nodeOf('shop', 'c', { state: 'left' }),
      nodeOf('shop', 'd', { state: 'replaced' }),
    ]
    expect(values(noted(lookOf({ nodes })), 'node.cpu')).toEqual({ a: 40, b: null })
  })

  it('aggregates the live nodes of a service that have the figure', () => {
    const nodes = [
      nodeOf('shop', 'a', {}, cpuOf(40)),
      nodeOf('shop', 'b', {}, cpuOf(10)),
      nodeOf('shop', 'c', {}, cpuOf(null)),
      nodeOf('shop', 'd', { state: 'lost' }, cpuOf(99)),
      nodeOf('mail', 'e', {}, cpuOf(null)),
    ]
    const observer = noted(lookOf({ nodes }))
    const of = (over: 'max' | 'min' | 'mean' | 'sum') => values(observer, 'node.cpu', { over })
    expect([of('max'), of('min'), of('mean'), of('sum')].map(({ shop }) => shop)).toEqual([40, 10, 25, 50])
    expect(of('max')).toHaveProperty('mail', null)
    expect(ask(observer, 'node.cpu', { over: 'max' }).map(({ subject }) => subject.kind)).toEqual([
      'service',
      'service',
    ])
  })

  it('compares memory with the limit of the container', () => {
    const limited = { memory: { ...memory, system: { ...memory.system, limit: 1e8 } } }
    const nodes = [nodeOf('shop', 'a'), nodeOf('shop', 'b', {}, limited)]
    expect(values(noted(lookOf({ nodes })), 'node.memory')).toEqual({ a: 1.125, b: 90 })
  })

  it('knows how long a live node has been blocked', () => {
    const beat = { timestamp: AT, blocked: { since: AT - 20_000, stack: null } }
    const nodes = [nodeOf('shop', 'a', {}, beat), nodeOf('shop', 'b'), nodeOf('shop', 'c', { state: 'lost' }, beat)]
    expect(values(noted(lookOf({ nodes })), 'node.blockedMs')).toEqual({ a: 20_000, b: 0, c: null })
  })

  it('takes a clock behind as one ahead, and words of apps as ready or not', () => {
    const nodes = [
      nodeOf('shop', 'a', { clockAhead: -5_000 }, { ready: { status: 'starting', deps: null } }),
      nodeOf('shop', 'b', { clockAhead: null }, { ready: null }),
    ]
    const observer = noted(lookOf({ nodes }))
    expect(values(observer, 'node.clockAhead')).toEqual({ a: 5_000, b: null })
    expect(values(observer, 'node.notReady')).toEqual({ a: 1, b: null })
  })
})

describe('hosts', () => {
  const disk = (mount: string, usedPct: number) => ({ mount, total: 100, free: 100 - usedPct, usedPct })

  it('groups nodes, the freshest beat first; each sees its own disks', () => {
    const nodes = [
      nodeOf('shop', 'a', {}, { ...cpuOf(1, 30), timestamp: AT - 5_000, disk: [disk('/', 40), disk('/data', 95)] }),
      nodeOf('mail', 'b', {}, { ...cpuOf(1, 70), timestamp: AT, disk: [disk('/', 41)] }),
      nodeOf('mail', 'c', {}, { hostname: 'unknown' }),
      nodeOf('mail', 'd', { state: 'lost' }, { hostname: 'web-2' }),
    ]
    const observer = noted(lookOf({ nodes }))
    expect(values(observer, 'host.cpu')).toEqual({ 'web-1': 70, 'web-2': null })
    expect(values(observer, 'host.diskFree')).toMatchObject({ 'web-1': 5 })
    expect(values(observer, 'host.diskFreeBytes')).toMatchObject({ 'web-1': 5 })
    expect(values(observer, 'host.load')).toMatchObject({ 'web-1': 0.25 })
    expect(ask(observer, 'host.cpu')[0]?.subject).toMatchObject({ services: ['mail', 'shop'], environment: 'test' })
  })
})

describe('services, routes and jobs', () => {
  it('counts the failures of a share', () => {
    const observer = noted(
      lookOf({}, { shop: { routes: [seriesOf('GET /', { errors: 10 }), seriesOf('GET /b', { errors: 20 })] } }),
    )
    expect(ask(observer, 'service.errorRate')).toMatchObject([{ value: 15, count: 30 }])
    expect(ask(observer, 'route.errorRate')).toMatchObject([
      { subject: { key: 'shop\nGET /' }, value: 10, count: 10 },
      { value: 20, count: 20 },
    ])
  })

  it('is one subject for the jobs of one name in several queues', () => {
    const jobs = [seriesOf('welcome', { queue: 'a', errors: 100 }), seriesOf('welcome', { queue: 'b' })]
    expect(ask(noted(lookOf({}, { shop: { jobs } })), 'job.failures')).toMatchObject([{ value: 50, count: 100 }])
  })

  it('has no figures of requests of a service that has none', () => {
    const observer = noted(lookOf({ services: [serviceOf('mail')] }))
    expect([ask(observer, 'service.errorRate'), ask(observer, 'service.jobRate')]).toEqual([[], []])
  })

  it('has a rate of 0 when jobs ran before, and is unknown without a live node', () => {
    const observer = noted(lookOf({}, { shop: { jobs: [seriesOf('welcome')] } }))
    observer.note(lookOf({ services: [serviceOf('shop')] }))
    expect(values(observer, 'service.jobRate')).toEqual({ shop: 0 })
    expect(values(observer, 'job.count')).toEqual({ welcome: 0 })
    const nodes = { live: 0, lost: 1, left: 0, replaced: 0 }
    observer.note(lookOf({ services: [serviceOf('shop', { nodes })] }))
    expect(values(observer, 'service.jobRate')).toEqual({ shop: null })
    expect(values(observer, 'job.count')).toEqual({ welcome: null })
  })

  it('lets a share and a percentile go with the last request, and counts on', () => {
    const observer = noted(lookOf({}, { shop: { routes: [seriesOf('GET /')] } }))
    observer.note(lookOf({ services: [serviceOf('shop')] }))
    expect([ask(observer, 'route.errorRate'), ask(observer, 'route.p95')]).toEqual([[], []])
    expect(values(observer, 'route.count')).toEqual({ 'GET /': 0 })
  })
})

describe('queues', () => {
  it('is unknown but for the error when it cannot be read', () => {
    const observer = noted(lookOf({ queues: [queueViewOf('mail', { error: 'NOPERM', metrics: waiting(5) })] }))
    expect(values(observer, 'queue.backlog')).toEqual({ mail: null })
    expect(values(observer, 'queue.error')).toEqual({ mail: 1 })
  })

  it('has a backlog without a worker where there is none, and when that is known', () => {
    const queues = [0, 1, null].map((workers) => queueViewOf(`q${workers}`, { workers, metrics: waiting(7) }))
    expect(values(noted(lookOf({ queues })), 'queue.unworked')).toEqual({ q0: 7, q1: 0, qnull: null })
  })

  it('has an oldest job of no age when none waits', () => {
    const queues = [0, 7, null].map((jobs) => queueViewOf(`q${jobs}`, { oldestMs: null, metrics: waiting(jobs) }))
    expect(values(noted(lookOf({ queues })), 'queue.oldestMs')).toEqual({ q0: 0, q7: null, qnull: null })
  })

  it('has the backlog of a paused queue', () => {
    const queues = [true, false, null].map((paused) => queueViewOf(`${paused}`, { paused, metrics: waiting(7) }))
    expect(values(noted(lookOf({ queues })), 'queue.paused')).toEqual({ true: 7, false: 0, null: null })
  })
})

describe('the fleet', () => {
  it('has one subject', () => {
    const nodes = [nodeOf('shop', 'a'), nodeOf('shop', 'b', { state: 'lost' })]
    const observer = noted(lookOf({ nodes, leftOut: { nodes: 3, queues: 2, values: 9 }, unreadable: 4 }))
    expect(values(observer, 'fleet.nodes')).toEqual({ fleet: 1 })
    expect(values(observer, 'fleet.leftOut')).toEqual({ fleet: 5 })
    expect(values(observer, 'fleet.unreadable')).toEqual({ fleet: 4 })
    expect(ask(observer, 'fleet.archiveBehindMs')).toEqual([])
  })
})
