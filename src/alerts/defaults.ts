import type { Metric } from '../api/alert-metrics.js'
import type { AlertCondition, AlertRule, AlertScope, Comparison, Severity } from '../api/alerts.js'

const MINUTE_MS = 60_000
const COOLDOWN_MS = 15 * MINUTE_MS
const REMIND_MS = 4 * 3_600_000

export const EVERYTHING: AlertScope = { services: [], environments: [], hosts: [], queues: [], routes: [], jobs: [] }

function when(
  metric: Metric,
  is: Comparison,
  threshold: number,
  more: Partial<Pick<AlertCondition, 'clear' | 'minCount'>> = {},
): AlertCondition {
  return { metric, over: 'each', is, threshold, clear: null, minCount: null, ...more }
}

interface Default {
  readonly name: string
  readonly severity: Severity
  readonly conditions: readonly AlertCondition[]
  readonly forMs?: number
  readonly clearForMs?: number
}

function rule(id: string, { forMs = 0, clearForMs = 0, ...rest }: Default): AlertRule {
  const about = { scope: EVERYTHING, receivers: [], note: '' }
  return { id, enabled: true, ...rest, forMs, clearForMs, ...about, cooldownMs: COOLDOWN_MS, remindMs: REMIND_MS }
}

/** The rules that come with Zenith. docs/alerts.md has the reason for each. */
export const DEFAULT_RULES: readonly AlertRule[] = [
  rule('nodes-vanished', {
    name: 'Nodes vanished',
    severity: 'critical',
    conditions: [when('service.vanished', 'atLeast', 1)],
    forMs: 10_000,
  }),
  rule('node-blocked', {
    name: 'Node blocked',
    severity: 'critical',
    conditions: [when('node.blockedMs', 'atLeast', 15_000)],
  }),
  rule('store-away', {
    name: 'Redis away',
    severity: 'critical',
    conditions: [when('fleet.storeAwayMs', 'atLeast', 30_000), when('fleet.storeRefusingMs', 'atLeast', 30_000)],
  }),
  rule('queue-without-workers', {
    name: 'Backlog without a worker',
    severity: 'critical',
    conditions: [when('queue.unworked', 'atLeast', 1)],
    forMs: MINUTE_MS,
  }),
  rule('job-failures', {
    name: 'Jobs fail',
    severity: 'critical',
    conditions: [
      when('service.jobFailures', 'atLeast', 20, { clear: 10, minCount: 10 }),
      when('service.jobFailuresTimes', 'atLeast', 5, { clear: 2, minCount: 10 }),
    ],
    clearForMs: MINUTE_MS,
  }),
  rule('request-errors', {
    name: 'Requests fail',
    severity: 'critical',
    conditions: [when('service.errorRate', 'atLeast', 10, { clear: 5, minCount: 10 })],
    forMs: 30_000,
    clearForMs: MINUTE_MS,
  }),
  rule('disk', {
    name: 'Disk almost full',
    severity: 'critical',
    conditions: [when('host.diskFree', 'below', 10, { clear: 12 })],
    forMs: 10_000,
  }),
  rule('cpu', {
    name: 'CPU high',
    severity: 'warning',
    conditions: [when('host.cpu', 'above', 90, { clear: 80 })],
    forMs: 2 * MINUTE_MS,
    clearForMs: MINUTE_MS,
  }),
  rule('memory', {
    name: 'Memory high',
    severity: 'warning',
    conditions: [when('host.memory', 'above', 90, { clear: 85 })],
    forMs: 5 * MINUTE_MS,
    clearForMs: MINUTE_MS,
  }),
  rule('heap', {
    name: 'Heap almost full',
    severity: 'warning',
    conditions: [when('node.heap', 'above', 90, { clear: 80 })],
    forMs: 5 * MINUTE_MS,
    clearForMs: MINUTE_MS,
  }),
  rule('event-loop', {
    name: 'Event loop blocked',
    severity: 'warning',
    conditions: [when('node.loopP99', 'above', 250, { clear: 100 })],
    forMs: 2 * MINUTE_MS,
    clearForMs: MINUTE_MS,
  }),
  rule('backlog', {
    name: 'Backlog',
    severity: 'warning',
    conditions: [
      when('queue.oldestMs', 'above', 15 * MINUTE_MS, { clear: 5 * MINUTE_MS }),
      when('queue.growingMs', 'atLeast', 10 * MINUTE_MS, { clear: MINUTE_MS }),
    ],
    clearForMs: MINUTE_MS,
  }),
  rule('jobs-overdue', {
    name: 'Scheduled jobs missed',
    severity: 'warning',
    conditions: [when('queue.overdueMs', 'above', 5 * MINUTE_MS, { clear: 30_000 })],
    forMs: MINUTE_MS,
  }),
  rule('queue-unreadable', {
    name: 'Queue can’t be read',
    severity: 'warning',
    conditions: [when('queue.error', 'atLeast', 1)],
    forMs: 5 * MINUTE_MS,
  }),
  rule('records-dropped', {
    name: 'Records dropped',
    severity: 'warning',
    conditions: [when('node.dropped', 'atLeast', 1)],
    forMs: MINUTE_MS,
  }),
  rule('archive-behind', {
    name: 'Archive behind',
    severity: 'warning',
    conditions: [when('fleet.archiveBehindMs', 'above', 10 * MINUTE_MS, { clear: MINUTE_MS })],
    forMs: MINUTE_MS,
  }),
]
