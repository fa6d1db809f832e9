import type {
  ExceptionRecord,
  FinishedJobs,
  Heartbeat,
  LeftOut,
  QueueHistory,
  QueueSnapshot,
  Rollup,
  SlowEntry,
  Trust,
  UntrustedCounts,
} from '../protocol/index.js'

/** A node that the store knows of. */
export interface NodeEntry {
  readonly service: string
  readonly node: string
  /** Unix ms. */
  readonly lastBeat: number
  /** How far the node's clock is ahead of the store's, ms; negative if behind; absent or null if unknown. */
  readonly clockAhead?: number | null
  /** Null when it expired: the node is lost. */
  readonly heartbeat: Heartbeat | null
  /** Trust of the heartbeat; null without one. Absent in a reader that verifies nothing. */
  readonly trust?: Trust | null
}

/** A heartbeat or a snapshot that failed verification. */
export interface UntrustedRecord {
  readonly service: string
  readonly trust: Exclude<Trust, 'signed'>
}

/** Result of verifying the signatures of one read. */
export interface TrustReport {
  /** Whether unsigned records are left out. */
  readonly isRequired: boolean
  readonly untrusted: readonly UntrustedRecord[]
}

/** Records in the order of their time, and the cursor of the next page. */
export interface Page<T> {
  readonly records: readonly T[]
  /** Number of records that could not be read. */
  readonly unreadable: number
  /** Pass it as `after` for the next page; null while the store has no records. */
  readonly cursor: string | null
  /** The store has more records after the cursor; `bytes` is the approximate size of this page. Absent at the end. */
  readonly more?: { readonly bytes: number }
  /** Number of records that failed verification, left out or not. Absent in a reader that verifies nothing. */
  readonly untrusted?: UntrustedCounts
}

export interface ServiceQuery {
  readonly service: string
  /** Returns only records written after this cursor; without it the newest. */
  readonly after?: string | null
  /** Returns at most this many, the newest. */
  readonly limit: number
}

export interface RollupQuery {
  readonly service: string
  /** Returns only records written since, Unix ms. */
  readonly since: number
  /** Returns only records written after this cursor. */
  readonly after?: string | null
}

/** Null as the service: queues that Zenith itself recorded. */
export type QueueHistoryQuery = Omit<RollupQuery, 'service'> & { readonly service: string | null }

/** The records of a service's streams that an archive follows, by the stream's name. */
export interface StreamRecords {
  /** Rollups by the minute. */
  readonly history: Rollup
  readonly queues: QueueHistory
  readonly slow: SlowEntry
  readonly jobs: FinishedJobs
}

export type StreamName = keyof StreamRecords

export interface FollowQuery<Name extends StreamName> {
  readonly stream: Name
  /** Null for queues that Zenith itself recorded. */
  readonly service: string | null
  /** The cursor of the previous page; null for the oldest record on. */
  readonly after: string | null
}

/** Records that were trimmed before they were read. */
export interface StreamLoss {
  /** Null if unknown: the stream was deleted or replaced. */
  readonly count: number | null
  /** The time of the last record read, and of the oldest one that is left. Unix ms. */
  readonly from: number
  readonly to: number
}

/** A page in the order in which records were written. */
export interface FollowedPage<T> extends Page<T> {
  /** Of the records, in their order: equal for a record that was written twice. */
  readonly identities: readonly string[]
  /** Null if none was. */
  readonly lost: StreamLoss | null
}

/** What Zenith needs of a store to show a fleet. */
export interface Reader {
  /** `redis` or `memory`. */
  readonly kind: string
  /** Time by the store's clock, Unix ms, as far as it is known. All times that the reader returns are by it. @default this process's clock */
  now?(): number
  /** All nodes of the index, and those of reporters that write no index (searched for at most once a minute). */
  nodes(): Promise<{
    readonly nodes: readonly NodeEntry[]
    readonly unreadable: number
    /** Why some could not be read, where that is known; the result has the others. */
    readonly problem?: Error
    readonly trust?: TrustReport
    /** What exceeds a limit of the reader. */
    readonly leftOut?: LeftOut
  }>
  /** Services that reported within the last two hours, also those whose last node has left. Absent in a store without such an index. */
  services?(): Promise<readonly string[]>
  slow(query: ServiceQuery): Promise<Page<SlowEntry>>
  exceptions(query: ServiceQuery): Promise<Page<ExceptionRecord>>
  /** The rollups of each node for each interval of the last 15 minutes. */
  rollups(query: RollupQuery): Promise<Page<Rollup>>
  /** The rollups of each node for each minute of the last hour. */
  history(query: RollupQuery): Promise<Page<Rollup>>
  /** Queues of the last hour, by the minute. Absent in a store without their history. */
  queueHistory?(query: QueueHistoryQuery): Promise<Page<QueueHistory>>
  /** Attempts that finished in the last hour, of nodes that record them. Absent in a store without them. */
  finishedJobs?(query: RollupQuery): Promise<Page<FinishedJobs>>
  /**
   * Follows a stream from its oldest record on, page by page, without a record left out unnoticed. Absent in a store that can't tell.
   */
  follow?<Name extends StreamName>(query: FollowQuery<Name>): Promise<FollowedPage<StreamRecords[Name]>>
  /** The unexpired snapshots of all services and slots. */
  queues(): Promise<{
    readonly snapshots: readonly QueueSnapshot[]
    readonly unreadable: number
    /** Why some could not be read, where that is known; the result has the others. */
    readonly problem?: Error
    readonly trust?: TrustReport
    /** What exceeds a limit of the reader. */
    readonly leftOut?: LeftOut
  }>
  /** @returns the store's latency, ms. Rejects when the store does not answer. */
  ping(): Promise<number>
  close(): Promise<void>
}
