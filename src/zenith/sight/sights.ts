import type { AlertServices } from '../alerts/operation.js'
import type { FleetServices } from '../fleet/operation.js'
import { StreamHub } from '../fleet/stream-hub.js'
import type { Principal } from '../http/principal.js'
import type { BulkServices } from '../queues/bulk/routes.js'
import type { FailureServices } from '../queues/failures/routes.js'
import type { SchedulerServices } from '../queues/schedulers/routes.js'
import { alertsIn, subjectsIn } from './alerts.js'
import { archiveIn } from './archive.js'
import { bulkIn } from './bulk.js'
import { monitorIn } from './monitor.js'
import { queuesIn } from './queues.js'
import { schedulersIn } from './schedulers.js'
import { type Sight, sightOf } from './sight.js'

/** Different sets of grants for which services are remembered; those that were used least recently go first. */
const MAX_SIGHTS = 50

/** The services that tell of queues. */
type OfQueues = Omit<
  FleetServices & AlertServices & BulkServices & FailureServices & SchedulerServices,
  'board' | 'clusters'
>

interface Seen<S> {
  readonly services: S
  readonly close: () => void
}

/**
 * The services as a principal sees them. A principal that may see all queues gets the services themselves. For others every list, figure, record and
 * stream is without the queues that they may not see: routes do not have to ask.
 */
export class Sights<S extends OfQueues> {
  readonly #all: S
  /** By grants: users of one group share them. The least recently used first. */
  readonly #seen = new Map<string, Seen<S>>()

  constructor(all: S) {
    this.#all = all
  }

  of(principal: Principal): S {
    const sight = sightOf(this.#all.policy, principal, this.#all.monitor.queues)
    if (!sight) return this.#all
    const grants = JSON.stringify(principal.grants)
    const seen = this.#seen.get(grants) ?? servicesIn(this.#all, sight, principal)
    this.#seen.delete(grants)
    this.#seen.set(grants, seen)
    this.#makeRoom()
    return seen.services
  }

  /** Ends all their streams. */
  close(): void {
    for (const { close } of this.#seen.values()) close()
    this.#seen.clear()
  }

  /** Streams of services that are dropped end, and the page connects again. */
  #makeRoom(): void {
    const [[oldest, seen] = []] = this.#seen
    if (this.#seen.size <= MAX_SIGHTS || oldest === undefined) return
    seen?.close()
    this.#seen.delete(oldest)
  }
}

function servicesIn<S extends OfQueues>(all: S, sight: Sight, principal: Principal): Seen<S> {
  const monitor = monitorIn(all.monitor, sight)
  const queues = queuesIn(all.queues, monitor, sight)
  const alerts = all.alerts && alertsIn(all.alerts, all.monitor, monitor, sight)
  const patterns = all.policy.patternsOf(principal, 'view') ?? []
  let hub: StreamHub | null = null
  const seen: OfQueues = {
    ...all,
    ...{ monitor, queues, alerts },
    queueNamed: queues.view,
    hub: {
      open(...asked) {
        hub ??= new StreamHub(monitor, alerts)
        return hub.open(...asked)
      },
    },
    bulk: bulkIn(all.bulk, sight),
    failures: { list: (depth) => all.failures.list(depth, (queue) => sight.sees(queue)) },
    schedulers: schedulersIn(all.schedulers, queues, sight),
    archive:
      all.archive &&
      archiveIn(all.archive, { sight, patterns, subjects: () => subjectsIn(all.monitor, monitor, sight) }),
  }
  return { services: { ...all, ...seen }, close: () => hub?.close() }
}
