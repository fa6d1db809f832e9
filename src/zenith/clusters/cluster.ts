import { performance } from 'node:perf_hooks'
import type { ClusterInfo } from '../../api/clusters.js'
import { createPolicy } from '../../api/permissions.js'
import { Archiver } from '../../archiver/archiver.js'
import type { ReadAlerts } from '../../archiver/feeds/alerts.js'
import type { ControlStore, Debts, Reader } from '../../ports/index.js'
import { senderIn } from '../alerts/in-cluster.js'
import { AlertMemory } from '../alerts/memory.js'
import { openAlerts } from '../alerts/open-alerts.js'
import { LiveTraffic } from '../alerts/past/live-traffic.js'
import { type ArchivedQueueLooks, queueLooks } from '../archive/queue-looks.js'
import { takingTurns } from '../archive/taking-turns.js'
import { MonitorService } from '../fleet/monitor-service.js'
import { QueueJobRuns } from '../fleet/runs/job-runs.js'
import { StreamHub } from '../fleet/stream-hub.js'
import { ChangeTokens } from '../http/change-tokens.js'
import type { Principal } from '../http/principal.js'
import { BulkOperations } from '../queues/bulk/bulk.js'
import { Failures } from '../queues/failures/failures.js'
import { OwnQueueRecorder } from '../queues/history/own-recorder.js'
import { QueueHistories } from '../queues/history/queue-histories.js'
import { SearchSlots } from '../queues/jobs/search-slots.js'
import { matcherOf, queuesOf } from '../queues/queues.js'
import { Schedulers } from '../queues/schedulers/schedulers.js'
import { Safety } from '../safety/safety.js'
import { Sights } from '../sight/sights.js'
import { controlStoreOf, debtsOf } from '../store/control-store.js'
import { maskedReader } from '../store/masked-reader.js'
import { StorePing } from '../store/store-ping.js'
import type { ClusterOptions } from './options.js'
import type { AllServices } from './services.js'

/** What all clusters of a Zenith share. */
export type SharedServices = Pick<AllServices, 'clusters' | 'board' | 'guesses' | 'people' | 'actAtHome' | 'traceUrl'>

/** A Redis with all that Zenith makes of it. Clusters share no state: one that hangs holds up nothing but itself. */
export interface Cluster {
  readonly info: ClusterInfo
  readonly monitor: MonitorService
  /** Whether the store answers. */
  readonly ping: StorePing
  /** With all queues. */
  readonly services: ClusterServices
  readonly store: ControlStore | null
  /** Counts wrong log-ins for all Zeniths of the store; null if it can't. */
  readonly debts: Debts | null
  /** The services as a principal sees them. The same rights give the same object. */
  sightOf(principal: Principal): ClusterServices
  servicesFor(principal: Principal, shared: SharedServices): AllServices
  /** Begins what is not begun before the first request. */
  prepare(): void
  close(): Promise<void>
}

export type ClusterServices = Omit<AllServices, keyof SharedServices | 'cluster'> & { readonly cluster: ClusterInfo }

const INTERVAL_MS = 1_500
const SLOW_MS = 1_000
/** Searches of the archive at once: PostgreSQL has four connections, and one is for what else is read and written. */
const ARCHIVE_SEARCHES = 3
/** What could not be prepared is tried again after so long, ms. */
const PREPARE_EVERY_MS = 60_000

/** Opens what serves a cluster. The archiver and the alerts begin to work; all else waits for a request. */
export function openCluster(options: ClusterOptions): Cluster {
  const { reader, interval = INTERVAL_MS, slow: slowMs = SLOW_MS, logger, secret } = options
  const { id, name, colour, environment } = options
  const { sources = () => [], readOnly, payloads = 'operator' } = options
  const masked = maskedReader(reader)
  const isReadOnly = matcherOf(readOnly === true ? ['*'] : readOnly || [])
  const monitor = new MonitorService({ reader: masked, interval, slowMs, sources, isReadOnly, logger })
  const queues = queuesOf({ monitor, store: controlStoreOf(reader), logger })
  const { store } = queues
  const hasSources = () => sources().length > 0
  const archiver = archiverOf(options, masked, store, queueLooks(monitor, hasSources))
  archiver?.start()
  const histories = new QueueHistories(masked, (key) => ({
    services: monitor.queues.view(key)?.services ?? [],
    names: monitor.queues.namesOf(key),
  }))
  const live = new LiveTraffic(masked)
  const archive = options.archive ? takingTurns(options.archive) : null
  const info = { id, name, colour, environment }
  const alerts =
    options.alerts &&
    openAlerts({
      ...{ monitor, live, store, histories, archive, archiver, secret, logger },
      settings: options.alerts.settings,
      sender: options.isOneOfSeveral ? senderIn(info, options.alerts.sender) : options.alerts.sender,
    })
  alerts?.start()
  const hub = new StreamHub(monitor, alerts)
  const safety = new Safety({ environment, readOnly, store, now: () => monitor.now })
  const bulk = new BulkOperations(queues, () => safety.refuse())
  const failures = new Failures(queues)
  const runs = new QueueJobRuns(masked, {
    viewOf: (key) => monitor.queues.view(key),
    namesOf: (key) => monitor.queues.namesOf(key),
    views: () => monitor.queues.views,
    following: monitor.following,
    aliveOf: monitor.aliveOf,
  })
  const recorder = new OwnQueueRecorder({ monitor, store, hasSources, logger })
  const services: ClusterServices = {
    ...{ cluster: info, monitor, hub, queues, safety, bulk, runs, failures, histories, archive, archiver, alerts },
    ping: new StorePing(reader),
    schedulers: new Schedulers(queues),
    tokens: new ChangeTokens(options.signing, id),
    searches: new SearchSlots(),
    archiveSearches: new SearchSlots(ARCHIVE_SEARCHES),
    policy: createPolicy({ payloads, cluster: id }),
    queueNamed: queues.view,
  }
  const sights = new Sights(services)
  let prepareAfter = Number.NEGATIVE_INFINITY

  return {
    ...{ info, monitor, services, store },
    ping: services.ping,
    debts: debtsOf(reader),
    sightOf: (principal) => sights.of(principal),
    servicesFor: (principal, shared) => ({ ...sights.of(principal), ...shared }),
    prepare() {
      recorder.start()
      if (performance.now() < prepareAfter) return
      prepareAfter = performance.now() + PREPARE_EVERY_MS
      store?.migrate?.().catch(() => {})
    },
    async close() {
      hub.close()
      sights.close()
      failures.close()
      histories.close()
      live.close()
      runs.close()
      await recorder.close()
      await alerts?.close()
      await archiver?.close()
      await options.archive?.close()
      await bulk.close()
      await queues.outbox.close()
      await monitor.close()
      if (options.ownsReader) await reader.close()
    },
  }
}

/** Unlike everything else it works unasked: Redis keeps only an hour. */
function archiverOf(
  options: ClusterOptions,
  reader: Reader,
  store: ControlStore | null,
  looks: ArchivedQueueLooks,
): Archiver | null {
  const { archive, retention, archivePayloads = true, logger } = options
  if (!archive) return null
  const alerts = store && storedChanges(store)
  return new Archiver({
    ...{ reader, store, archive, alerts, archivePayloads, logger },
    ...(retention && { retention }),
    ...looks,
  })
}

/** Only what is stored: what a Zenith that dies has not stored yet happens again elsewhere. */
function storedChanges(store: ControlStore): ReadAlerts {
  const memory = new AlertMemory(store)
  return async () => (await memory.read()).shown.events
}
