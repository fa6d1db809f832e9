import { expect, it } from 'vitest'
import { trafficPast } from '../../../src/zenith/alerts/past-figures.js'

const point = { at: 60_000, count: 50, rate: 1, errorRate: 20, p50: 1, p95: 2, p99: 3 }

it('has the failures of a share, and 0 without requests', () => {
  const none = { ...point, at: 120_000, count: 0, errorRate: null }
  expect(trafficPast([point, none], 'service.errorRate')).toEqual([
    { at: 60_000, value: 20, count: 10 },
    { at: 120_000, value: 0, count: 0 },
  ])
  expect(trafficPast([point], 'route.p95')).toEqual([{ at: 60_000, value: 2, count: null }])
})
