import type {
  ExceptionRecord,
  Heartbeat,
  LeftOut,
  QueueSnapshot,
  Rollup,
  SlowEntry,
  Trust,
  UntrustedCounts,
} from '../protocol/index.js'
import type { Commands, Debts } from './commands.js'

export type * from './commands.js'
export type * from './queue-source.js'

/**
 * Interfaces between the parts: core writes through {@link Writer}, Zenith reads through {@link Reader} and keeps what is its
 * own by {@link Commands}; both reach queues through a `QueueSource`.
 */

/** By which clock the times of something are, for a store that has a clock of its own. */
export interface Clocked {
  /**
   * What the wall clock would have shown at 0 of `performance.now()`, had it always gone as it did when this was made, Unix ms: it
   * differs from what it is later by what the clock was set since. Left out: it was not set.
   */
  readonly clockOrigin?: number
}

/** What a recorder keeps until it is written. */
export type StoreRecord = Clocked &
  (
    | { readonly type: 'slow'; readonly record: SlowEntry }
    | { readonly type: 'exception'; readonly record: ExceptionRecord }
    | { readonly type: 'rollup'; readonly record: Rollup }
    | { readonly type: 'history'; readonly record: Rollup }
  )

export interface Batch extends Clocked {
  readonly service: string
  readonly node: string
  /** Null for what is left when a recorder stops. */
  readonly heartbeat: Heartbeat | null
  /** Oldest first. */
  readonly records: readonly StoreRecord[]
}

export interface WriteResult {
  /** What the store did not take, or did not say that it took; in their order. */
  readonly unwritten: readonly StoreRecord[]
  /** The first thing that went wrong, or null. Holds no secret. */
  readonly error: Error | null
}

export interface Writer {
  /**
   * Writes a batch, the heartbeat first. Never rejects and ends within a few seconds whatever the store does. A record
   * may be written twice after a time-out: readers tell by its identity.
   */
  write(batch: Batch): Promise<WriteResult>
  /** Says good-bye for a node: its heartbeat and its place in the index go. Never rejects. */
  leave(service: string, node: string): Promise<void>
  /**
   * Competes for being the one node of a service that reports its queues at a rank, from 1, or goes on being it.
   *
   * @param holder what stands for the node
   * @param life for how long it is the one without asking again, ms
   * @returns who is the one now; null when the store does not answer. Never rejects.
   */
  holdQueues(service: string, rank: number, holder: string, life: number): Promise<string | null>
  /** Makes room for another, if this is the holder. Never rejects. */
  releaseQueues(service: string, rank: number, holder: string): Promise<void>
  /** @returns what went wrong, or null. Never rejects. */
  writeQueues(snapshot: QueueSnapshot, rank: number): Promise<Error | null>
  /** What was last written there; null when there is nothing, or when the store does not answer. Never rejects. */
  writtenQueues(service: string, rank: number): Promise<QueueSnapshot | null>
  /** Ends what the store itself opened; never a client that was passed in. Never rejects, harmless twice. */
  close(): Promise<void>
}

/** A node that the store knows of. */
export interface NodeEntry {
  readonly service: string
  readonly node: string
  /** Unix ms. */
  readonly lastBeat: number
  /** By how much the node's clock is ahead of the store's, ms, negative when it is behind; left out or null when that is not known. */
  readonly clockAhead?: number | null
  /** Null when it ran out: the node is lost. */
  readonly heartbeat: Heartbeat | null
  /** Of the heartbeat; null when there is none. Left out by a reader that verifies nothing. */
  readonly trust?: Trust | null
}

/** A heartbeat or a snapshot that is not signed as it should be. */
export interface UntrustedRecord {
  readonly service: string
  readonly trust: Exclude<Trust, 'signed'>
}

/** What a reader that verifies signatures found at one look. */
export interface TrustReport {
  /** Whether what is not signed is left out. */
  readonly isRequired: boolean
  readonly untrusted: readonly UntrustedRecord[]
}

/** Records in the order of their time, and where to go on. */
export interface Page<T> {
  readonly records: readonly T[]
  /** How many could not be read. */
  readonly unreadable: number
  /** Pass it as `after` for what comes next; null when there is nothing at all yet. */
  readonly cursor: string | null
  /** Of what the store holds now there is more after the cursor; with about how many bytes this page had. Left out at the end. */
  readonly more?: { readonly bytes: number }
  /** How many are not signed as they should be, whether they are left out or not. Left out by a reader that verifies nothing. */
  readonly untrusted?: UntrustedCounts
}

export interface ServiceQuery {
  readonly service: string
  /** Only what was written after this cursor; without it the newest ones. */
  readonly after?: string | null
  /** At most this many; the newest of them. */
  readonly limit: number
}

export interface RollupQuery {
  readonly service: string
  /** Only what was written since, Unix ms. */
  readonly since: number
  /** Only what was written after this cursor. */
  readonly after?: string | null
}

export interface Reader {
  /** `redis` or `memory`. */
  readonly kind: string
  /** What the store's clock shows, as far as is known: the times of all that is read are by it. Unix ms. @default this process's clock */
  now?(): number
  /** All nodes of the index and those that reporters without one wrote (looked for at most once a minute). */
  nodes(): Promise<{
    readonly nodes: readonly NodeEntry[]
    readonly unreadable: number
    /** Why a part of them could not be read, where that is known; the others are there. */
    readonly problem?: Error
    readonly trust?: TrustReport
    /** What is beyond a bound of the reader. */
    readonly leftOut?: LeftOut
  }>
  slow(query: ServiceQuery): Promise<Page<SlowEntry>>
  exceptions(query: ServiceQuery): Promise<Page<ExceptionRecord>>
  /** What every node did in every interval of the last 15 minutes. */
  rollups(query: RollupQuery): Promise<Page<Rollup>>
  /** What every node did in every minute of the last hour. */
  history(query: RollupQuery): Promise<Page<Rollup>>
  /** The snapshots of all services and ranks that have not run out. */
  queues(): Promise<{
    readonly snapshots: readonly QueueSnapshot[]
    readonly unreadable: number
    /** Why a part of them could not be read, where that is known; the others are there. */
    readonly problem?: Error
    readonly trust?: TrustReport
    /** What is beyond a bound of the reader. */
    readonly leftOut?: LeftOut
  }>
  /** @returns how long the store took to answer, ms. Rejects when it does not. */
  ping(): Promise<number>
  close(): Promise<void>
}

/** A place to keep what recorders report. */
export type Store = Writer & Reader & Commands & Debts

/** One line each. `console`, pino and Nest's logger fit. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}
