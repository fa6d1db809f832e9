import type { Observer } from '../../../alerts/look.js'
import type { Archive } from '../../../ports/index.js'
import type { MonitorService } from '../../fleet/monitor-service.js'
import type { QueueHistories } from '../../queues/history/queue-histories.js'
import type { LiveTraffic } from './live-traffic.js'

/** Where the past is. */
export interface PastSources {
  readonly monitor: Pick<MonitorService, 'now' | 'details'>
  /** The last hour. */
  readonly live: LiveTraffic
  readonly histories: QueueHistories
  /** Open; null without one. */
  readonly archive: Archive | null
  readonly observer: Pick<Observer, 'observe'>
}
