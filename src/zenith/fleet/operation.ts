import { operationsWith } from '../http/operation.js'
import type { Services } from '../http/request-context.js'
import type { StorePing } from '../store/store-ping.js'
import type { MonitorService } from './monitor-service.js'
import type { StreamHub } from './stream-hub.js'

/** What routes about the fleet work with. */
export interface FleetServices extends Services {
  readonly monitor: MonitorService
  readonly hub: StreamHub
  readonly ping: StorePing
}

export const { operation } = operationsWith<FleetServices>()
