import type { Metric } from '../../api/alert-metrics.js'
import type { QueueView } from '../../api/queues.js'
import { backlogOf } from '../../protocol/index.js'
import { figure, type Reading } from './reading.js'

export type QueueMetric = Extract<Metric, `queue.${string}`>

export interface QueueMemory {
  /** How long the backlog of a queue has been growing, ms. */
  readonly growingOf: (queue: QueueView) => number
}

type Read = (queue: QueueView, memory: QueueMemory) => number | null | undefined

const READERS: Readonly<Record<QueueMetric, Read>> = {
  'queue.backlog': ({ metrics }) => backlogOf(metrics),
  'queue.active': ({ metrics }) => metrics.active,
  'queue.delayed': ({ metrics }) => metrics.delayed,
  'queue.failed': ({ metrics }) => metrics.failed,
  'queue.oldestMs': ({ oldestMs, metrics }) => oldestMs ?? noneIn(metrics),
  'queue.overdueMs': ({ overdueMs }) => overdueMs,
  'queue.growingMs': (queue, { growingOf }) => (backlogOf(queue.metrics) === null ? null : growingOf(queue)),
  'queue.workers': ({ workers }) => workers,
  'queue.unworked': ({ workers, metrics }) => (workers === null ? null : workers > 0 ? 0 : backlogOf(metrics)),
  'queue.paused': ({ paused, metrics }) => (paused === null ? null : paused ? backlogOf(metrics) : 0),
  'queue.in': ({ throughput }) => throughput?.in,
  'queue.out': ({ throughput }) => throughput?.out,
  'queue.error': ({ error }) => (error === null ? 0 : 1),
}

/** The oldest of no jobs waits for no time, so that an alert ends when its queue is empty. */
function noneIn(metrics: QueueView['metrics']): number | null {
  return backlogOf(metrics) === 0 ? 0 : null
}

/** Of a queue that can't be read, the figures are old. */
export function readQueue(metric: QueueMetric, queue: QueueView, memory: QueueMemory): Reading {
  const isKnown = queue.error === null || metric === 'queue.error'
  return figure(isKnown ? READERS[metric](queue, memory) : null)
}
