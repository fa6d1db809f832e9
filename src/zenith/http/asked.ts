import type { Policy } from '../../api/permissions.js'
import type { MonitorService } from '../fleet/monitor-service.js'
import type { StreamHub } from '../fleet/stream-hub.js'
import type { BulkOperations } from '../queues/bulk/bulk.js'
import type { Failures } from '../queues/failures/failures.js'
import type { SearchSlots } from '../queues/jobs/search-slots.js'
import type { Queues } from '../queues/queues.js'
import type { Schedulers } from '../queues/schedulers/schedulers.js'
import type { StorePing } from '../store/store-ping.js'
import type { ChangeTokens } from './change-tokens.js'
import type { Origin } from './context.js'
import type { Visitor } from './visitor.js'

/** What the handlers work with. */
export interface Services {
  readonly monitor: MonitorService
  readonly hub: StreamHub
  readonly ping: StorePing
  readonly queues: Queues
  readonly bulk: BulkOperations
  readonly schedulers: Schedulers
  readonly failures: Failures
  readonly tokens: ChangeTokens
  readonly searches: SearchSlots
  readonly policy: Policy
}

export interface Asked {
  readonly request: Request
  readonly url: URL
  /** Below the mount; begins with a slash. */
  readonly path: string
  readonly origin: Origin
  /** Who asks, and what they may. */
  readonly visitor: Visitor
  readonly services: Services
}

export type Handler = (asked: Asked) => Response | Promise<Response>
