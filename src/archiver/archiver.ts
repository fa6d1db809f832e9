import { inPool, inTime, inTimeHeld } from '../lib/async.js'
import { BoundedMap } from '../lib/bounded-map.js'
import { monotonic } from '../lib/clock.js'
import { groupBy } from '../lib/group-by.js'
import { OutageLog } from '../lib/outage-log.js'
import type { Archive, ControlStore, Logger, NodeEntry, Reader } from '../ports/index.js'
import { type FinishedQueue, queueKeyOf, SERVICE_INDEX_LIFE_MS } from '../protocol/index.js'
import { ArchiverLease } from './archiver-lease.js'
import { alertFeed, type ReadAlerts } from './feeds/alerts.js'
import { auditFeed } from './feeds/audit.js'
import { drain, type Feed } from './feeds/feed.js'
import { queueFeed, serviceFeeds } from './feeds/service-feeds.js'
import { versionFeed } from './feeds/versions.js'
import { FinishedJobs } from './finished/finished-jobs.js'
import type { ListedQueue } from './finished/listed-queue.js'
import { SealedLog } from './prepare/sealed-log.js'
import { limitsOf, type Retention } from './retention.js'

/** Time between two rounds, ms: Redis keeps an hour. */
const ROUND_MS = 15_000
/** After a round it rests this many times as long as the round took, at most half a minute: a large fleet leaves time for other things. */
const REST = 3
const MAX_REST_MS = 30_000
/** The lease outlives a round that takes long. */
const LEASE_MS = 4 * ROUND_MS
/** Feeds that are read at once: each waits for Redis and the archive in turn. PostgreSQL has four connections, and searches need some. */
const FEEDS_AT_ONCE = 2
/** Nodes are read less often than their streams, ms. */
const NODES_MS = 60_000
const PRUNE_MS = 60 * 60_000
/** The same while something fails, ms: the disk may be full, and what is pruned may be what is in the way. */
const PRUNE_FAILING_MS = 60_000
/** A failed write is tried again in the next round: only a lasting failure is worth a line. */
const FAILURES_TO_LOG = 2
/** As many as Redis keeps in its index. */
const MAX_SERVICES = 2_000
/** How long a round that runs may hold up the end of the process, ms: an archive may hang, or a backlog be long. */
const CLOSE_WITHIN_MS = 10_000
/** A round waits so long for queues; what takes longer continues beside the next rounds, ms. */
const QUEUES_WITHIN_MS = 10_000

export interface ArchiverOptions {
  /** What it reads must be masked. */
  readonly reader: Reader
  /** For the lease and the audit trail; null if the store has none. */
  readonly store: ControlStore | null
  readonly archive: Archive
  /** Null: no changes of alerts are archived. @default null */
  readonly alerts?: ReadAlerts | null
  readonly retention?: Retention
  /** The queues whose finished jobs can be listed: those of workers that record none are archived from there. @default none */
  readonly queues?: () => Promise<readonly ListedQueue[]>
  /** The key of a queue in URLs, once `queues` was asked. @default what its worker says */
  readonly keyOf?: (queue: FinishedQueue) => string
  /** Whether the payloads of listed jobs are archived, too. @default true */
  readonly archivePayloads?: boolean
  readonly logger: Logger | undefined
  /** Time between two rounds, ms. @default 15 s */
  readonly every?: number
  /** How long `close` waits for a round, ms. @default 10 s */
  readonly closeWithin?: number
}

/** What the archiver does. */
export interface ArchiverStatus {
  /** `waiting`: another Zenith archives. */
  readonly state: 'starting' | 'archiving' | 'waiting' | 'failing'
  /** Why the last round failed; null if it did not. */
  readonly error: string | null
  /** When the last complete round ended, Unix ms by the store's clock; null before the first. */
  readonly at: number | null
}

/**
 * Copies what Redis keeps for an hour into the archive. Of several Zeniths of a store one archives, the holder of a lease; if two believe
 * to hold it, the cursors keep them from archiving anything twice.
 */
export class Archiver {
  readonly #options: ArchiverOptions
  readonly #lease: ArchiverLease
  readonly #outage: OutageLog
  readonly #finished: FinishedJobs | null
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #isRunning = false
  /** By `monotonic`. */
  #restsUntil = Number.NEGATIVE_INFINITY
  #isClosed = false
  #isHolder = false
  #wasOpened = false
  #status: ArchiverStatus = { state: 'starting', error: null, at: null }
  #nodes: readonly NodeEntry[] = []
  /** Streams outlive the entries of their services in Redis: after FLUSHALL its index is empty for some time. */
  readonly #services = new BoundedMap<string, number>(MAX_SERVICES)
  #nodesAt = Number.NEGATIVE_INFINITY
  #prunedAt = Number.NEGATIVE_INFINITY

  constructor(options: ArchiverOptions) {
    this.#options = options
    this.#lease = new ArchiverLease(options.store, LEASE_MS)
    const { logger, archive, queues, archivePayloads = true } = options
    this.#finished = queues
      ? new FinishedJobs({
          ...{ archive, queues, logger, withPayloads: archivePayloads },
          now: () => this.#now(),
          mayGoOn: () => this.#lease.hold(),
        })
      : null
    const sealedLog = new SealedLog(logger)
    archive.onSealed?.((found) => sealedLog.note(found))
    this.#outage = new OutageLog(
      {
        began: (error) =>
          logger?.error(`Zenith could not archive to ${archive.place}: ${sentence(error)} It tries again.`),
        ended: (seconds) => logger?.info(`Zenith archives again after ${seconds} s.`),
      },
      // One that can't be opened at the start seldom can a moment later.
      (failures) => failures >= FAILURES_TO_LOG || !this.#wasOpened,
    )
  }

  get status(): ArchiverStatus {
    return this.#status
  }

  /** Idempotent. */
  start(): void {
    if (this.#timer || this.#isClosed) return
    void this.run()
    this.#timer = setInterval(() => {
      if (monotonic() >= this.#restsUntil) void this.run()
    }, this.#options.every ?? ROUND_MS)
    this.#timer.unref()
  }

  /** One round now, or the one that runs already. Never rejects. */
  run(): Promise<void> {
    if (this.#isRunning || this.#isClosed) return this.#round
    this.#isRunning = true
    const startedAt = monotonic()
    this.#round = this.#tryRound().finally(() => {
      this.#isRunning = false
      const now = monotonic()
      this.#restsUntil = now + Math.min(MAX_REST_MS, REST * (now - startedAt))
    })
    return this.#round
  }

  /** Another Zenith may take over at once. The archive stays open. Waits for a round, but not for ever. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#finished?.close()
    await inTimeHeld(this.#round, this.#options.closeWithin ?? CLOSE_WITHIN_MS)
    if (this.#isHolder) await this.#lease.release()
  }

  async #tryRound(): Promise<void> {
    try {
      await this.#options.archive.open()
      this.#wasOpened = true
      this.#isHolder = await this.#lease.hold()
      if (!this.#isHolder) {
        this.#status = { ...this.#status, state: 'waiting', error: null }
        return
      }
      await this.#archive()
      this.#status = { state: 'archiving', error: null, at: this.#now() }
      this.#outage.note(null)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#status = { ...this.#status, state: 'failing', error: message }
      this.#outage.note(message)
    }
  }

  /** A feed that fails holds up neither the others nor what makes room. @throws the first failure */
  async #archive(): Promise<void> {
    const failures: unknown[] = []
    let mayGoOn = true
    await inPool(await this.#feeds(), FEEDS_AT_ONCE, async (feed) => {
      // A long backlog takes longer than the lease.
      mayGoOn &&= !this.#isClosed && (await this.#lease.stillHolds())
      if (mayGoOn) await drain(this.#options.archive, feed).catch((error) => failures.push(error))
    })
    if (!mayGoOn) return
    await this.#archiveFinished().catch((error) => failures.push(error))
    await this.#prune(failures.length > 0).catch((error) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }

  /** Last, so that no queue holds up what services report. */
  async #archiveFinished(): Promise<void> {
    if (this.#finished && !this.#isClosed) await inTime(this.#finished.run(), QUEUES_WITHIN_MS)
  }

  async #feeds(): Promise<readonly Feed[]> {
    const { reader, archive, store, alerts, queues, keyOf = queueKeyOf } = this.#options
    // The keys of queues are known after that.
    if (queues) await inTime(queues(), QUEUES_WITHIN_MS).catch(() => {})
    const nodes = await this.#readNodes()
    const byService = groupBy(nodes, ({ service }) => service)
    const sources = { reader, archive, keyOf }
    const services = this.#seen([...byService.keys(), ...((await reader.services?.()) ?? [])])
    return [
      ...[...services].flatMap((service) => serviceFeeds(sources, service)),
      queueFeed(sources, null),
      ...[...byService].map(([service, own]) => versionFeed(service, own, this.#now())),
      ...(store ? [auditFeed(store, this.#now())] : []),
      ...(alerts ? [alertFeed(alerts, this.#now())] : []),
    ]
  }

  /** The services and those that were there within the last hours. */
  #seen(services: readonly string[]): readonly string[] {
    const now = monotonic()
    for (const service of services) this.#services.set(service, now)
    return [...this.#services].flatMap(([service, at]) => (now - at < SERVICE_INDEX_LIFE_MS ? [service] : []))
  }

  /** No nodes cost nothing: the first one is not waited for. */
  async #readNodes(): Promise<readonly NodeEntry[]> {
    if (this.#nodes.length > 0 && monotonic() - this.#nodesAt < NODES_MS) return this.#nodes
    const { nodes } = await this.#options.reader.nodes()
    this.#nodes = nodes
    this.#nodesAt = monotonic()
    return nodes
  }

  async #prune(isFailing: boolean): Promise<void> {
    if (this.#isClosed || monotonic() - this.#prunedAt < (isFailing ? PRUNE_FAILING_MS : PRUNE_MS)) return
    this.#prunedAt = monotonic()
    await this.#options.archive.prune(limitsOf(this.#options.retention ?? {}, this.#now()))
  }

  #now(): number {
    return this.#options.reader.now?.() ?? Date.now()
  }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
