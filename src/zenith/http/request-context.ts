import type { Policy } from '../../api/permissions.js'
import type { ChangeTokens } from './change-tokens.js'
import type { Origin } from './context.js'
import type { Principal } from './principal.js'

/** What every request needs. A capability adds its own: what its routes work with. */
export interface Services {
  readonly policy: Policy
  readonly tokens: ChangeTokens
}

/** A request that was let in, and what it works with. */
export interface RequestContext<S extends Services = Services> {
  readonly request: Request
  readonly url: URL
  /** Below the mount; begins with a slash. */
  readonly path: string
  readonly origin: Origin
  /** Who asks, and what they may. */
  readonly principal: Principal
  readonly services: S
}

export type Handler<S extends Services = Services> = (context: RequestContext<S>) => Response | Promise<Response>
