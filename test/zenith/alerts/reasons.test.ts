import { expect, it } from 'vitest'
import { METRIC_IDS, METRICS } from '../../../src/api/alert-metrics.js'
import { hasPast, missingPast } from '../../../src/zenith/alerts/past/reasons.js'

/** Metrics that nothing records; all others have a past, which `past.test.ts` tries. */
const WITHOUT = [
  ...['node.cores', 'node.throttled', 'node.loopMax', 'node.gcMs', 'node.inFlight', 'node.oldestRequestMs'],
  ...['node.blockedMs', 'node.connections', 'node.dropped', 'node.clockAhead', 'node.notReady'],
  ...['service.vanished', 'service.health', 'service.untrusted'],
  ...['queue.overdueMs', 'queue.workers', 'queue.unworked', 'queue.paused', 'queue.error'],
  ...[
    'fleet.storeAwayMs',
    'fleet.storeRefusingMs',
    'fleet.archiveBehindMs',
    'fleet.unreadable',
    'fleet.leftOut',
    'fleet.nodes',
  ],
]

it.each(METRIC_IDS)('%s has a past, or a reason why not', (metric) => {
  expect(hasPast(metric)).toBe(!WITHOUT.includes(metric))
  const why = missingPast({ metric })
  if (hasPast(metric)) return expect(why).toBeNull()
  expect(why).toMatch(/^There is no history of .+: .+\.$/)
  expect(why).toContain(`${metric} (${METRICS[metric].label})`)
})
