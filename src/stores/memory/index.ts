import { checkOptions, isBetween, type OptionCheck, type OptionChecks } from '../../lib/options.js'
import type { Batch, NodeEntry, Page, ServiceQuery, Store, StoreRecord, WriteResult } from '../../ports/index.js'
import {
  EXCEPTION_LIFE_MS,
  type ExceptionRecord,
  FINISHED_JOBS_LIFE_MS,
  type FinishedJobs,
  type Heartbeat,
  HISTORY_LIFE_MS,
  heartbeatLife,
  INDEX_LIFE_MS,
  MAX_EXCEPTIONS,
  MAX_SLOW_ENTRIES,
  nodeMember,
  type QueueHistory,
  ROLLUP_LIFE_MS,
  type Rollup,
  type SlowEntry,
} from '../../protocol/index.js'
import { memoryAuditLog } from './audit-log.js'
import { memoryDebts } from './debts.js'
import { memoryDocuments } from './documents.js'
import { memoryLeases } from './leases.js'
import { memoryQueueReports } from './queue-reports.js'
import { RecentLog } from './recent-log.js'

export interface MemoryStoreOptions {
  /** Most nodes in memory; the one that was silent longest goes first. @default 1000 */
  maxNodes?: number
  /** Most rollups of each tier per service; the oldest go first. @default 1000 */
  maxRollups?: number
}

const COUNT: OptionCheck = {
  takes: 'a whole number, at least 1',
  accepts: (v) => Number.isSafeInteger(v) && isBetween(v, 1, Number.MAX_SAFE_INTEGER),
}
const CHECKS = { maxNodes: COUNT, maxRollups: COUNT } satisfies OptionChecks<keyof MemoryStoreOptions>

interface KnownNode {
  readonly service: string
  readonly node: string
  readonly heartbeat: Heartbeat
  /** Both Unix ms by this process's clock. */
  readonly lastBeat: number
  readonly lostAt: number
}

interface ServiceLogs {
  readonly slow: RecentLog<SlowEntry>
  readonly exceptions: RecentLog<ExceptionRecord>
  readonly rollups: RecentLog<Rollup>
  readonly history: RecentLog<Rollup>
  readonly queues: RecentLog<QueueHistory>
  readonly jobs: RecentLog<FinishedJobs>
}

/** Records of queues per service: an hour of a few slots. */
const MAX_QUEUE_RECORDS = 300
/** Records of finished jobs per service: up to some hundred kilobytes each. */
const MAX_JOB_RECORDS = 100

const WRITTEN: WriteResult = { unwritten: [], error: null }

/**
 * Stores the reports of this process's recorders in memory, bounded: for an app without Redis, and for tests. Nothing in it outlives
 * the process.
 *
 * @example startQuasar({ store: memoryStore() })
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { maxNodes = 1_000, maxRollups = 1_000 } = checkOptions('memoryStore', options, CHECKS, 'memoryStore')
  const nodes = new Map<string, KnownNode>()
  const services = new Map<string, ServiceLogs>()
  const ownQueues = new RecentLog<QueueHistory>(MAX_QUEUE_RECORDS, HISTORY_LIFE_MS)

  function logsOf(service: string): ServiceLogs {
    const known = services.get(service)
    if (known) return known
    const logs = {
      slow: new RecentLog<SlowEntry>(MAX_SLOW_ENTRIES, Number.POSITIVE_INFINITY),
      exceptions: new RecentLog<ExceptionRecord>(MAX_EXCEPTIONS, EXCEPTION_LIFE_MS),
      rollups: new RecentLog<Rollup>(maxRollups, ROLLUP_LIFE_MS),
      history: new RecentLog<Rollup>(maxRollups, HISTORY_LIFE_MS),
      queues: new RecentLog<QueueHistory>(MAX_QUEUE_RECORDS, HISTORY_LIFE_MS),
      jobs: new RecentLog<FinishedJobs>(MAX_JOB_RECORDS, FINISHED_JOBS_LIFE_MS),
    }
    services.set(service, logs)
    deleteOldest(services, maxNodes)
    return logs
  }

  return {
    kind: 'memory',
    ...memoryQueueReports(),
    ...memoryAuditLog(),
    ...memoryDocuments(),
    ...memoryLeases(),
    ...memoryDebts(),
    async write(batch) {
      if (batch.heartbeat) remember(nodes, batch, batch.heartbeat, maxNodes)
      for (const record of batch.records) add(logsOf(batch.service), record)
      return WRITTEN
    },
    async removeNode(service, node) {
      nodes.delete(nodeMember(service, node))
    },
    async forgetNode(service, node) {
      nodes.delete(nodeMember(service, node))
    },
    async nodes() {
      return { nodes: listNodes(nodes), unreadable: 0 }
    },
    async slow(query) {
      return newest(services.get(query.service)?.slow, query)
    },
    async exceptions(query) {
      return newest(services.get(query.service)?.exceptions, query)
    },
    async rollups({ service, since, after }) {
      return newest(services.get(service)?.rollups, { after: after ?? null, limit: maxRollups }, since)
    },
    async history({ service, since, after }) {
      return newest(services.get(service)?.history, { after: after ?? null, limit: maxRollups }, since)
    },
    async queueHistory({ service, since, after }) {
      const log = service === null ? ownQueues : services.get(service)?.queues
      return newest(log, { after: after ?? null, limit: MAX_QUEUE_RECORDS }, since)
    },
    async finishedJobs({ service, since, after }) {
      return newest(services.get(service)?.jobs, { after: after ?? null, limit: MAX_JOB_RECORDS }, since)
    },
    async recordQueues(history) {
      ownQueues.add(history)
    },
    async ping() {
      return 0
    },
    async time() {
      return null
    },
    async close() {},
  }
}

function remember(nodes: Map<string, KnownNode>, batch: Batch, heartbeat: Heartbeat, maxNodes: number): void {
  const { service, node } = batch
  const now = Date.now()
  const key = nodeMember(service, node)
  // Deleted first, so that the map is ordered by the last beat.
  nodes.delete(key)
  nodes.set(key, { service, node, heartbeat, lastBeat: now, lostAt: now + heartbeatLife(heartbeat.interval ?? 0) })
  deleteOldest(nodes, maxNodes)
}

function add(logs: ServiceLogs, entry: StoreRecord): void {
  if (entry.type === 'slow') logs.slow.add(entry.record)
  else if (entry.type === 'exception') logs.exceptions.add(entry.record)
  else if (entry.type === 'rollup') logs.rollups.add(entry.record)
  else if (entry.type === 'queues') logs.queues.add(entry.record)
  else if (entry.type === 'jobs') logs.jobs.add(entry.record)
  else logs.history.add(entry.record)
}

function listNodes(nodes: Map<string, KnownNode>): NodeEntry[] {
  const now = Date.now()
  for (const [key, known] of nodes) if (known.lastBeat < now - INDEX_LIFE_MS) nodes.delete(key)
  return [...nodes.values()].map(({ service, node, lastBeat, lostAt, heartbeat }) => ({
    service,
    node,
    lastBeat,
    // It is this process's own clock.
    clockAhead: 0,
    heartbeat: now < lostAt ? heartbeat : null,
  }))
}

function newest<T>(log: RecentLog<T> | undefined, query: Omit<ServiceQuery, 'service'>, since = 0): Page<T> {
  return (
    log?.page(query.after ?? null, query.limit, since) ?? { records: [], unreadable: 0, cursor: query.after ?? null }
  )
}

function deleteOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return
    map.delete(key)
  }
}
