import type { ExceptionRecord } from './exception.js'
import type { Heartbeat } from './heartbeat.js'
import type { QueueView } from './queue-views.js'
import type { SlowEntry } from './slow-entry.js'
import type { Trust, UntrustedCounts, UntrustedRecords } from './trust.js'

/** What Zenith's server tells its page: the answer of `/api/overview` and the events of `/api/stream`. */

/** live: beats; lost: stopped beating without a word; left: said good-bye. */
export type NodeState = 'live' | 'lost' | 'left'

/** One point of a node's recent past, for sparklines; null is unknown. */
export interface NodeSample {
  /** Unix ms, by the node's clock. */
  at: number
  /** Process CPU, 0–100. */
  cpu: number | null
  /** Resident set, bytes. */
  rss: number | null
  /** Event-loop delay p99, ms. */
  loop: number | null
  /** Requests per second. */
  rate: number | null
}

export interface NodeView {
  /** Unique over the fleet: `{service}:{node}`, percent-encoded as in the keys. */
  key: string
  service: string
  id: string
  state: NodeState
  /** Unix ms of the last beat. */
  lastSeen: number
  /** The last beat that Zenith saw; null for a node that was lost before Zenith looked. */
  heartbeat: Heartbeat | null
  /** Oldest first, at most 60. */
  samples: readonly NodeSample[]
  /** Of the last beat; null when Zenith has no token to tell by, or no beat. */
  trust: Trust | null
}

/** One thing that takes from a service's health. */
export interface HealthReason {
  /** In words: `1 of 3 nodes is lost`. */
  text: string
  /** Points taken from 100. */
  cost: number
}

/** One step of a service's recent past, merged over its nodes. */
export interface TrafficPoint {
  /** Unix ms of the step's end. */
  at: number
  /** Requests per second. */
  rate: number
  /** 0–100; null when nothing was requested. */
  errorRate: number | null
  /** ms; null when nothing was measured. */
  p50: number | null
  p95: number | null
  p99: number | null
}

/** One route or job of a service over the last five minutes, merged over its nodes. */
export interface SeriesView {
  key: string
  queue: string | null
  count: number
  errors: number
  aborted: number
  p50: number | null
  p95: number | null
  p99: number | null
}

export interface ServiceView {
  service: string
  environments: readonly string[]
  nodes: Readonly<Record<NodeState, number>>
  health: { /** 0–100; null when no node is live. */ score: number | null; reasons: readonly HealthReason[] }
  /** Requests over the last minute; null when no node reports any. */
  requests: TrafficPoint | null
  /** Job attempts over the last minute; null when no node reports any. */
  jobs: TrafficPoint | null
  /** The last 15 minutes, oldest first, in steps of 15 s: of requests, or of job attempts when `requests` is null. */
  traffic: readonly TrafficPoint[]
  /** The 20 busiest of each, by count. */
  routes: readonly SeriesView[]
  jobSeries: readonly SeriesView[]
  /** Heartbeats and queue snapshots that are not signed now, and records of the last five minutes; null when Zenith has no token. */
  untrusted: UntrustedCounts | null
}

/** Whether the store answers. */
export interface StoreHealth {
  ok: boolean
  /** `redis` or `memory`. */
  kind: string
  /** Of the last question, ms; null when it was not answered. */
  latencyMs: number | null
  /** In words, without secrets; null when all is well. With `ok` it says why a part could not be read. */
  error: string | null
}

/** The whole state. */
export interface Overview {
  /** When Zenith read it, Unix ms by its clock. */
  at: number
  services: readonly ServiceView[]
  nodes: readonly NodeView[]
  /** Newest first, at most 100. */
  slow: readonly SlowEntry[]
  /** Newest first, at most 100. */
  exceptions: readonly ExceptionRecord[]
  queues: readonly QueueView[]
  /** How many records could not be read at the last look. */
  unreadable: number
  /** Over all services, those that are not shown among them; null when Zenith has no token. */
  untrusted: UntrustedRecords | null
  store: StoreHealth
}

/**
 * The data of the event `system_pulse`: the whole state when a client is new, otherwise what changed.
 * `slow` and `errors` events carry arrays of new records, oldest first.
 */
export type PulseEvent = ({ full: true } & Overview) | PulseDifference

export interface PulseDifference {
  full: false
  at: number
  /** Those that changed, whole but for `samples`, which holds the new ones only. */
  nodes: readonly NodeView[]
  /** Keys of nodes that are gone. */
  goneNodes: readonly string[]
  /** Those that changed, whole. */
  services: readonly ServiceView[]
  goneServices: readonly string[]
  /** Those that changed, whole but for `samples`, which holds the new ones only. */
  queues: readonly QueueView[]
  /** Keys of queues that are gone. */
  goneQueues: readonly string[]
  unreadable: number
  untrusted: UntrustedRecords | null
  store: StoreHealth
}

/** How far back figures go. */
export const PERIODS = ['5m', '15m', '1h'] as const
export type Period = (typeof PERIODS)[number]

/** A service over a period, merged over its nodes: an item of `/api/services?period=`. */
export interface ServicePeriod {
  service: string
  period: Period
  /** The whole period in one; null when nothing was reported. */
  requests: TrafficPoint | null
  jobs: TrafficPoint | null
  /** Oldest first; steps of 15 s, of 30 s for `15m`, of 60 s for `1h`. Of requests, or of job attempts when `requests` is null. */
  traffic: readonly TrafficPoint[]
  /** By count, all that are known. */
  routes: readonly SeriesView[]
  jobSeries: readonly SeriesView[]
}

/** Slow requests or jobs of one name: an item of `/api/slow/groups`. */
export interface SlowGroup {
  service: string
  kind: SlowEntry['kind']
  name: string
  /** Among those that the store keeps: about the newest 1000 of the service, whenever they were; see {@link RecordListing.perService}. */
  count: number
  /** ms */
  slowestMs: number
  /** Unix ms of the newest. */
  last: number
  thresholdMs: number | null
}

/** Exceptions of one origin: an item of `/api/errors/groups`. */
export interface ExceptionGroup {
  service: string
  fingerprint: string
  name: string
  message: string
  /** Among those that the store keeps: at most the newest 1000 of the service, and 1 h; see {@link RecordListing.perService}. */
  count: number
  /** How many of them the app handled or will retry. */
  handled: number
  /** Unix ms. */
  first: number
  last: number
  /** Where it happened, the most frequent first, at most 5. */
  routes: readonly string[]
  /** The newest. */
  sample: ExceptionRecord
}

/** One service over a period: the answer of `/api/services/:service`. */
export interface ServiceDetail extends ServicePeriod {
  /** The service now. */
  view: ServiceView
  nodes: readonly NodeView[]
  /** Newest first, at most 100. */
  slow: readonly SlowEntry[]
  /** Newest first. */
  exceptions: readonly ExceptionGroup[]
}

/** A part of a list. */
export interface Listing<T> {
  /** How many there are, with the filters applied. */
  total: number
  items: readonly T[]
}

/** A part of what the newest records of each service are, or are grouped into. */
export interface RecordListing<T> extends Listing<T> {
  /** At most so many of the newest records of each service are looked at: 1000, or fewer when there are more than ten services. */
  perService: number
}
