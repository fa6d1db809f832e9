import type { ClusterInfo } from '../../api/clusters.js'
import type { Permission, Policy, QueueName } from '../../api/permissions.js'
import type { ChangeTokens } from './change-tokens.js'
import type { Origin } from './context.js'
import type { Principal } from './principal.js'

/** Refuses changes that the principal has the right to, at times when no user may make them. */
export interface ChangeGuard {
  /** Rejects with an API error. @param permission that the change takes */
  refuseChange(permission: Permission): Promise<void>
}

/** What every request needs. A capability adds what its own routes need. */
export interface Services {
  /** All of this Zenith: also those that the principal may not see. */
  readonly clusters: readonly ClusterInfo[]
  /** The one that the path names, or the only one; null: the request is about none of several. */
  readonly cluster: ClusterInfo | null
  /** Decides for the cluster; without one, whether something is allowed in any. */
  readonly policy: Policy
  readonly tokens: ChangeTokens
  readonly safety: ChangeGuard
  /** Rejects with an API error if there is no queue of this key, or if the principal may not see it. */
  readonly queueNamed: (key: string) => Promise<QueueName>
}

/** An authenticated request, and what its handler needs. */
export interface RequestContext<S extends Services = Services> {
  readonly request: Request
  readonly url: URL
  /** Below the mount; starts with a slash. */
  readonly path: string
  readonly origin: Origin
  /** Who sent the request, with which role. */
  readonly principal: Principal
  readonly services: S
}

export type Handler<S extends Services = Services> = (context: RequestContext<S>) => Response | Promise<Response>
