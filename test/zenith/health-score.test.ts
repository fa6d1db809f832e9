import { describe, expect, it } from 'vitest'
import type { NodeView } from '../../src/api/nodes.js'
import type { TrafficPoint } from '../../src/api/services.js'
import { type HealthInput, healthOf } from '../../src/zenith/fleet/services/health-score.js'
import { beatOf } from './support/records.js'

function node(fields: Record<string, unknown> = {}, id = 'web-1'): NodeView {
  const heartbeat = beatOf('shop', id, fields)
  return {
    key: `shop:${id}`,
    service: 'shop',
    id,
    state: 'live',
    lastSeen: Date.now(),
    clockAhead: 0,
    heartbeat,
    trust: null,
    samples: [],
  }
}

function point(figures: Partial<TrafficPoint>): TrafficPoint {
  return { at: 0, count: 6_000, rate: 100, errorRate: 0, p50: 1, p95: 1, p99: 1, ...figures }
}

function health(input: Partial<HealthInput>) {
  return healthOf({
    live: [node()],
    lost: 0,
    down: 0,
    requests: null,
    jobs: null,
    stalled: 0,
    slowMs: 1_000,
    dropping: 0,
    queues: [],
    ...input,
  })
}

describe('a service’s health', () => {
  it('is 100 without a reason when nothing is wrong, and unknown when all nodes shut down', () => {
    expect(health({ requests: point({}) })).toEqual({ score: 100, reasons: [] })
    expect(health({ live: [] }).score).toBeNull()
  })

  it.each([
    [1, 'no node is live: 1 is lost'],
    [2, 'no node is live: 2 are lost'],
  ])('is 0 without a live node when %i are lost, whatever the old figures were', (down, text) => {
    const input = { live: [], down, lost: 0, requests: point({ errorRate: 60, p95: 9_000 }) }
    expect(health(input)).toEqual({ score: 0, reasons: [{ text, cost: 100 }] })
  })

  it.each<[string, Partial<HealthInput>, number, string]>([
    ['a lost node', { live: [node(), node()], lost: 1 }, 80, '1 of 3 nodes is lost'],
    [
      'a blocked node',
      {
        live: [node(), node({ blocked: { since: Date.now() - 90_000, stack: null }, timestamp: Date.now() }, 'web-2')],
      },
      70,
      'the event loop of web-2 has been blocked for 90 s',
    ],
    [
      'no other node',
      { live: [node({ blocked: { since: Date.now() - 90_000, stack: null }, timestamp: Date.now() })] },
      0,
      'the event loop of web-1 has been blocked for 90 s',
    ],
    ['many lost nodes', { lost: 9 }, 46, '9 of 10 nodes are lost'],
    ['a few errors', { requests: point({ errorRate: 1 }) }, 90, '1 % of requests failed in the last minute'],
    ['some errors', { requests: point({ errorRate: 5.25 }) }, 75, '5.3 % of requests failed in the last minute'],
    ['many errors', { requests: point({ errorRate: 60 }) }, 50, '60 % of requests failed in the last minute'],
    ['failing jobs', { jobs: point({ errorRate: 20 }) }, 75, '20 % of job attempts failed in the last minute'],
    ['a stalled job', { stalled: 1 }, 90, 'jobs stalled once in the last five minutes'],
    ['stalled jobs', { stalled: 1_200 }, 90, 'jobs stalled 1,200 times in the last five minutes'],
    ['slow requests', { requests: point({ p95: 1_000 }) }, 85, 'p95 is 1,000 ms; slow begins at 1,000 ms'],
    ['very slow requests', { requests: point({ p95: 450 }), slowMs: 200 }, 70, 'p95 is 450 ms; slow begins at 200 ms'],
    [
      'a late loop',
      { live: [node(), node({ eventLoop: { p99: 120 } }, 'web-2')] },
      85,
      'the event loop of web-2 was 120 ms late (p99)',
    ],
    [
      'a blocked loop',
      { live: [node({ eventLoop: { p99: 900 } })] },
      70,
      'the event loop of web-1 was 900 ms late (p99)',
    ],
    [
      'a CPU quota',
      { live: [node({ cpu: { throttled: 3_000 } })] },
      80,
      'the CPU quota held web-1 back for 30 % of the time',
    ],
    [
      'a container’s memory',
      { live: [node({ memory: { system: { limit: 1_000 }, process: { rss: 910 } } })] },
      85,
      'web-1 uses 91 % of the memory it may have',
    ],
    [
      'a heap',
      { live: [node({ memory: { process: { heapUsed: 98, heapLimit: 100 } } })] },
      70,
      'web-1 uses 98 % of the memory it may have',
    ],
    ['drops', { dropping: 2 }, 90, '2 nodes dropped records in the last five minutes'],
  ])('says in words what %s costs', (_, input, score, text) => {
    expect(health(input)).toEqual({ score, reasons: [{ text, cost: 100 - score }] })
  })

  it('does not judge by a handful of requests', () => {
    // A rate over the eleven seconds since a service started says little, however high it is.
    expect(health({ requests: point({ count: 19, rate: 2, errorRate: 100 }) }).score).toBe(100)
    expect(health({ requests: point({ count: 20, rate: 2, errorRate: 100 }) }).score).toBe(50)
    expect(health({ jobs: point({ count: 19, errorRate: 100 }), requests: point({}) }).score).toBe(100)
  })

  it('never falls below 0, and names the dearest reason first', () => {
    const { score, reasons } = health({
      lost: 1,
      requests: point({ errorRate: 50, p95: 9_000 }),
      live: [node({ eventLoop: { p99: 600 }, cpu: { throttled: 5_000 } })],
      dropping: 1,
    })
    expect(score).toBe(0)
    expect(reasons.map((reason) => reason.cost)).toEqual([50, 30, 30, 30, 20, 10])
  })
})
