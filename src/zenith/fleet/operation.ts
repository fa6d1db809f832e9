import type { ArchiveServices } from '../archive/or-archived.js'
import { operationsWith } from '../http/operation.js'
import type { StorePing } from '../store/store-ping.js'
import type { Monitor } from './monitor-service.js'
import type { StreamHub } from './stream-hub.js'

/** What routes about the fleet work with. */
export interface FleetServices extends ArchiveServices {
  readonly monitor: Monitor
  readonly hub: Pick<StreamHub, 'open'>
  readonly ping: StorePing
}

export const { operation } = operationsWith<FleetServices>()
