import type {
  ExceptionRecord,
  FinishedJobs,
  Heartbeat,
  QueueHistory,
  QueueSnapshot,
  Rollup,
  SlowEntry,
} from '../protocol/index.js'

/** Times by the clock of the machine that recorded them. A store that has a clock of its own translates them. */
export interface Clocked {
  /**
   * Unix ms at 0 of `performance.now()`, by the wall clock as it ran when this was recorded. It differs from the current value by how
   * far the clock was set since. Absent when the clock was not set.
   */
  readonly clockOrigin?: number
}

/** A record that waits to be written. */
export type StoreRecord = Clocked &
  (
    | { readonly type: 'slow'; readonly record: SlowEntry }
    | { readonly type: 'exception'; readonly record: ExceptionRecord }
    | { readonly type: 'rollup'; readonly record: Rollup }
    | { readonly type: 'history'; readonly record: Rollup }
    | { readonly type: 'queues'; readonly record: QueueHistory }
    | { readonly type: 'jobs'; readonly record: FinishedJobs }
  )

export interface Batch extends Clocked {
  readonly service: string
  readonly node: string
  /** Null in the last batch of a recorder that stops. */
  readonly heartbeat: Heartbeat | null
  /** Oldest first. */
  readonly records: readonly StoreRecord[]
  /** The process continues: the store may compress the records off the event loop before it sends them. @default false */
  readonly canWait?: boolean
}

export interface WriteResult {
  /** Records that the store refused or did not acknowledge, in their order. */
  readonly unwritten: readonly StoreRecord[]
  /** The first error, or null. Contains no secret. */
  readonly error: Error | null
}

/** What a recorder needs of a store. No method rejects: an app never fails because of its monitoring. */
export interface Writer {
  /**
   * Writes a batch, the heartbeat first. Ends within a few seconds whatever the store does. After a time-out a record may be written
   * twice; readers drop the duplicate by its identity.
   */
  write(batch: Batch): Promise<WriteResult>
  /** Removes a node that shuts down: its heartbeat and its entry in the index. */
  removeNode(service: string, node: string): Promise<void>
  /**
   * Acquires the lease on one of a service's slots for queue reporters, or renews it for its holder.
   *
   * @param slot from 1
   * @param holder identifies the node
   * @param ttlMs until the lease expires, unless it is renewed
   * @returns the current holder; null when the store does not answer
   */
  acquireQueueSlot(service: string, slot: number, holder: string, ttlMs: number): Promise<string | null>
  /** Frees a slot early; does nothing unless the caller holds it. */
  releaseQueueSlot(service: string, slot: number, holder: string): Promise<void>
  /** @returns the error, or null */
  writeQueues(snapshot: QueueSnapshot, slot: number): Promise<Error | null>
  /** Reads the last snapshot of a slot; null when there is none, or when the store does not answer. */
  readQueues(service: string, slot: number): Promise<QueueSnapshot | null>
  /** Closes what the store itself opened; never a client that was passed in. Idempotent. */
  close(): Promise<void>
}
