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
  /** Unix ms, by the store's clock. */
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
  /** Unix ms of the last beat, by the store's clock. */
  lastSeen: number
  /** By how much its clock is ahead of the store's, ms, negative when it is behind; 0 for less than 2 s; null when that is not known. */
  clockAhead: number | null
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
  /** Requests; job attempts whose outcome the queue accepted. */
  count: number
  errors: number
  aborted: number
  /** Jobs that failed for good; 0 for a route. */
  failed: number
  /** How often one of the jobs stalled; 0 for a route. */
  stalled: number
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

/**
 * What there is in the store and Zenith does not read, because it is more than a bound: how many of each kind. What is left out is
 * in no list and in no total. `docs/operations.md` has the bounds.
 */
export interface LeftOut {
  /** Nodes: more than 10,000 in the index, or heartbeats of more than 64 MB. */
  readonly nodes?: number
  /** Services beyond the first 1,000: their nodes are listed, their records are not read. */
  readonly services?: number
  /** Queues: more than 5,000 in a snapshot, more than 10,000 that are reported, or more than 20,000 that are remembered. */
  readonly queues?: number
  /** Queue snapshots: more than 1,000 in the index, or more than 64 MB of text. */
  readonly snapshots?: number
  /** Values that are larger than such a record may be, and were not loaded. */
  readonly values?: number
  /** Documents that Zenith kept, such as paused schedulers: more than 2,000 of a kind, larger than 4 MB, or more than 64 MB of them. */
  readonly documents?: number
  /** Durations without a place in a percentile: more than 64 MB of sketches. */
  readonly sketches?: number
  /** Intervals of nodes that are in no figure: more than 1,000,000 in the last 15 minutes. */
  readonly rollups?: number
}

/** How many there are of what an overview lists. */
export interface OverviewTotals {
  readonly services: number
  readonly nodes: number
  readonly queues: number
}

/** The state: the whole one where it has at most 2 MB, otherwise a part of it, in which that comes first which is in trouble. */
export interface Overview {
  /** When Zenith read it, Unix ms by the store's clock: all times but those of queues' jobs are by it. */
  at: number
  /** Of what was read. More than a list has: the rest is in further parts. Missing where the lists are whole. */
  totals?: OverviewTotals
  /** Null when everything was read. */
  leftOut?: LeftOut | null
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
  totals?: OverviewTotals
  leftOut?: LeftOut | null
  /** Of those that are shown. Those that changed, whole but for `samples`, which holds the new ones only. */
  nodes: readonly NodeView[]
  /** Keys of nodes that are gone, or that are shown no more. */
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
  /** Lists that are not whole: they have more than fits into an answer, or could not be read in time. Left out when all are. */
  partial?: readonly ('nodes' | 'slow' | 'exceptions')[]
}

/** A part of a list. */
export interface Listing<T> {
  /** How many there are, with the filters applied. */
  total: number
  /** At most 2 MB of them. */
  items: readonly T[]
}

/** A part of what the newest records of each service are, or are grouped into. */
export interface RecordListing<T> extends Listing<T> {
  /** At most so many of the newest records of each service are looked at: 1000, or fewer when there are more than ten services. */
  perService: number
  /** Services whose records could not be read in time: theirs are missing. Left out when there are none. */
  unread?: readonly string[]
}
