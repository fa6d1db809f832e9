import type { ClusterInfo } from '../../api/clusters.js'
import type { Policy } from '../../api/permissions.js'
import type { SeenFleet } from '../fleet/operation.js'
import { StreamHub } from '../fleet/stream-hub.js'
import { ChangeTokens } from '../http/change-tokens.js'
import type { Principal } from '../http/principal.js'
import type { SigningSecret } from '../http/signing-secret.js'
import { Board } from './board.js'
import type { Cluster, SharedServices } from './cluster.js'
import { Places } from './places.js'
import type { AllServices } from './services.js'

export interface ClustersOptions {
  /** At least one. The first is home to what belongs to no cluster: log-ins in the audit trail, limits of wrong guesses. */
  readonly clusters: readonly Cluster[]
  /** Whether something is allowed in any cluster. */
  readonly policy: Policy
  readonly signing: SigningSecret
  /** Of the monitors, ms. */
  readonly interval: number
}

/** A request's part of Zenith. */
export interface Routed {
  /** Without the cluster. */
  readonly path: string
  readonly services: AllServices
  /** Null: the request is about none of several. */
  readonly cluster: Cluster | null
}

/** The fleet of no cluster: nothing happens in it. */
const NO_FLEET = {
  shown: null,
  fresh: () => Promise.resolve(null as never),
  subscribe: () => () => {},
  watch: () => () => {},
}

const CLUSTER_PATH = /^\/api\/c\/([^/]+)(\/.*)?$/

/** The clusters of a Zenith, and which of them a request is about. */
export class Clusters {
  readonly home: Cluster
  readonly infos: readonly ClusterInfo[]
  readonly board: Board | null
  readonly places: Places
  readonly #all: readonly Cluster[]
  readonly #hub = new StreamHub(NO_FLEET)
  readonly #policy: Policy
  readonly #tokens: ChangeTokens

  constructor({ clusters, policy, signing, interval }: ClustersOptions) {
    const [home] = clusters
    if (!home) throw new Error('There is no cluster')
    this.home = home
    this.#all = clusters
    this.infos = clusters.map(({ info }) => info)
    this.#policy = policy
    this.#tokens = new ChangeTokens(signing, null)
    this.places = new Places(clusters)
    const seenBy = (principal: Principal) => this.#seenBy(principal)
    const sameAs = (id: string) => this.places.sameAs(id)
    this.board = clusters.length > 1 ? new Board({ seenBy, sameAs, interval }) : null
  }

  /** Finds the part of Zenith for a request. Null: there is no such cluster, or the principal may not see it. */
  route(path: string, principal: Principal, shared: SharedServices): Routed | null {
    const [, id, rest = ''] = CLUSTER_PATH.exec(path) ?? []
    if (id === undefined) return this.#unnamed(path, principal, shared)
    const cluster = this.#all.find(({ info }) => info.id === id)
    if (!cluster || !this.#sees(principal, cluster)) return null
    return { path: `/api${rest}`, services: cluster.servicesFor(principal, shared), cluster }
  }

  prepare(): void {
    for (const cluster of this.#all) cluster.prepare()
    void this.places.look()
  }

  async close(): Promise<void> {
    this.board?.close()
    this.#hub.close()
    // One that hangs holds up no other.
    await Promise.all(this.#all.map((cluster) => cluster.close()))
  }

  #unnamed(path: string, principal: Principal, shared: SharedServices): Routed {
    const { home } = this
    const services = home.servicesFor(principal, shared)
    if (this.#all.length === 1) return { path, services, cluster: home }
    const none = {
      cluster: null,
      policy: this.#policy,
      tokens: this.#tokens,
      hub: this.#hub,
      archive: null,
      alerts: null,
    }
    return { path, services: { ...services, ...none }, cluster: null }
  }

  #sees(principal: Principal, { info }: Cluster): boolean {
    return this.#policy.can(principal, 'view', { cluster: info.id })
  }

  #seenBy(principal: Principal): readonly SeenFleet[] {
    return this.#all.filter((cluster) => this.#sees(principal, cluster)).map((cluster) => cluster.sightOf(principal))
  }
}
