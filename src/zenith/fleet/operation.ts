import type { Alert } from '../../api/alerts.js'
import type { ClusterInfo, ClusterListing } from '../../api/clusters.js'
import type { ArchiveServices } from '../archive/or-archived.js'
import { operationsWith } from '../http/operation.js'
import type { Principal } from '../http/principal.js'
import type { StorePing } from '../store/store-ping.js'
import type { Monitor } from './monitor-service.js'
import type { OpenAside, StreamHub } from './stream-hub.js'

/** The alerts of a cluster that are not ok. */
export interface KnownAlerts {
  /** When rules were last evaluated, Unix ms; null: not yet. */
  readonly evaluatedAt: number | null
  alerts(): Promise<readonly Alert[]>
}

/** A cluster as a principal sees it. */
export interface SeenFleet {
  readonly cluster: ClusterInfo
  readonly monitor: Monitor
  readonly alerts: KnownAlerts | null
  readonly ping: StorePing
}

/** All clusters at a glance. */
export interface ClusterBoard {
  /** Those that the principal may see. */
  seenBy(principal: Principal): readonly SeenFleet[]
  /** Events for one viewer: all clusters that the principal may see. */
  asideFor(principal: Principal): OpenAside
  /** Those clusters, read now; one that does not answer in time is as it was. */
  read(principal: Principal): Promise<ClusterListing>
}

/** What routes about the fleet work with. */
export interface FleetServices extends ArchiveServices {
  readonly monitor: Monitor
  /** Null where there is one cluster alone. */
  readonly board: ClusterBoard | null
  readonly hub: Pick<StreamHub, 'open'>
  readonly ping: StorePing
}

export const { operation } = operationsWith<FleetServices>()
