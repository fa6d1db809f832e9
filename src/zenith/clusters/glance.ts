import type { Alert } from '../../api/alerts.js'
import type { ClusterSummary } from '../../api/clusters.js'
import { withTimeout } from '../../lib/async.js'
import type { SeenFleet } from '../fleet/operation.js'
import { summaryOf } from './summary.js'

/** Alerts are in the store, too, ms. */
const ALERTS_WITHIN_MS = 5_000

/** A cluster at a glance: its last known summary, at once. */
export class Glance {
  readonly #fleet: Pick<SeenFleet, 'cluster' | 'monitor' | 'alerts'>
  readonly #sameAs: () => string | null
  #alerts: readonly Alert[] | null = null
  #reading: Promise<void> | null = null

  /** @param sameAs id of the cluster that is in the same place; null: none */
  constructor(fleet: Pick<SeenFleet, 'cluster' | 'monitor' | 'alerts'>, sameAs: () => string | null) {
    this.#fleet = fleet
    this.#sameAs = sameAs
  }

  get summary(): ClusterSummary {
    const { cluster, monitor } = this.#fleet
    const { overview, wasRead } = monitor
    return summaryOf(cluster, { overview, wasRead, alerts: this.#alerts, sameAs: this.#sameAs() })
  }

  /** Reads the cluster, once for all who ask at the same time. Never rejects; one that hangs takes as long as its monitor waits. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read()
      .catch(() => {})
      .finally(() => {
        this.#reading = null
      })
    return this.#reading
  }

  async #read(): Promise<void> {
    const { monitor, alerts } = this.#fleet
    await monitor.fresh()
    this.#alerts = alerts && (await withTimeout(alerts.alerts(), ALERTS_WITHIN_MS).catch(() => null))
  }
}
