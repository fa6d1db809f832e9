import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createObserver } from '../../../src/alerts/observe/observer.js'
import { quantileOf } from '../../../src/alerts/observe/quantile.js'
import { METRIC_IDS } from '../../../src/api/alert-metrics.js'
import { ask, lookOf, nodeOf, queueViewOf, seriesOf, serviceOf, values } from './looks.js'

const observer = createObserver()
observer.note(
  lookOf(
    {
      nodes: [
        nodeOf('shop', 'a', {}, { hostname: 'web-1', environment: 'production' }),
        nodeOf('mail', 'b', {}, { hostname: 'db-1', environment: 'staging' }),
      ],
      services: [serviceOf('shop', { environments: ['production'] }), serviceOf('mail', { environments: ['staging'] })],
      queues: [
        queueViewOf('out'),
        queueViewOf('in', { services: ['mail', 'shop'] }),
        queueViewOf('none', { services: [] }),
      ],
    },
    { shop: { routes: [seriesOf('GET /a'), seriesOf('POST /a')], jobs: [seriesOf('welcome')] } },
  ),
)
const names = (...asked: Parameters<typeof values> extends [unknown, ...infer Rest] ? Rest : never) =>
  Object.keys(values(observer, ...asked))

describe('a scope', () => {
  it('picks by service, environment, host, route and queue', () => {
    expect(names('node.cpu', { services: ['sh*'] })).toEqual(['a'])
    expect(names('node.cpu', { environments: ['staging'] })).toEqual(['b'])
    expect(names('node.cpu', { hosts: ['web-*'] })).toEqual(['a'])
    expect(names('host.cpu', { hosts: ['web-*'] })).toEqual(['web-1'])
    expect(names('host.cpu', { services: ['mail'] })).toEqual(['db-1'])
    expect(names('service.live', { environments: ['prod*'] })).toEqual(['shop'])
    expect(names('route.p95', { routes: ['GET *'] })).toEqual(['GET /a'])
    expect(names('queue.failed', { queues: ['out'] })).toEqual(['out'])
    expect(names('queue.failed', { queues: ['key-in'] })).toEqual(['in'])
    expect(names('queue.failed', { services: ['mail'] })).toEqual(['in'])
    expect(names('queue.failed', { environments: ['production'] })).toEqual(['out', 'in'])
  })

  it('ignores what has nothing to do with a kind of subject', () => {
    expect(names('service.live', { queues: ['x'], routes: ['x'], jobs: ['x'], hosts: ['x'] })).toEqual(['shop', 'mail'])
    expect(names('fleet.nodes', { services: ['x'], environments: ['x'] })).toEqual(['fleet'])
  })

  it('never finds more than all, nor a key twice', () => {
    const patterns = fc.array(fc.constantFrom('*', 'shop', 'm*', 'web-1', 'GET *', 'in', 'x'), { maxLength: 3 })
    const scope = fc.record({
      services: patterns,
      hosts: patterns,
      queues: patterns,
      routes: patterns,
      environments: patterns,
    })
    fc.assert(
      fc.property(fc.constantFrom(...METRIC_IDS), scope, (metric, asked) => {
        const keys = ask(observer, metric, asked).map(({ subject }) => subject.key)
        expect(new Set(keys).size).toBe(keys.length)
        const all = ask(observer, metric).map(({ subject }) => subject.key)
        const named = asked.services.flatMap((service) => asked.routes.map((route) => `${service}\n${route}`))
        expect([...all, ...(metric === 'route.count' ? named : [])]).toEqual(expect.arrayContaining(keys))
      }),
    )
  })

  it('finds what it names once, however often it names it', () => {
    const asked = { services: ['shop', 'shop'], routes: ['GET /never', 'GET /never'] }
    expect(ask(observer, 'route.count', asked).map(({ subject }) => subject.name)).toEqual(['GET /never'])
  })
})

describe('a percentile of several series', () => {
  const series = fc.record({
    count: fc.integer({ min: 1, max: 1_000 }),
    ms: fc.tuple(...Array.from({ length: 3 }, () => fc.nat(10_000))),
  })

  it('is that of a single one, and lies between those of several', () => {
    fc.assert(
      fc.property(fc.array(series, { minLength: 1, maxLength: 5 }), fc.constantFrom(0.95, 0.99), (made, share) => {
        const all = made.map(({ count, ms }) => {
          const [p50 = 0, p95 = 0, p99 = 0] = ms.toSorted((a, b) => a - b)
          return { count, p50, p95, p99 }
        })
        const own = all.map(({ p95, p99 }) => (share === 0.95 ? p95 : p99))
        const together = quantileOf(all, share)
        expect(together).toBeGreaterThanOrEqual(Math.min(...own))
        expect(together).toBeLessThanOrEqual(Math.max(...own))
      }),
    )
    expect(quantileOf([{ count: 5, p50: 1, p95: 7, p99: 9 }], 0.95)).toBe(7)
    expect(quantileOf([{ count: 5, p50: null, p95: null, p99: null }], 0.95)).toBeNull()
  })
})
