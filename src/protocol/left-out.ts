/**
 * Data in the store that Zenith does not read because it exceeds a bound: the number of each kind. It is in no list and in no total.
 * `docs/operations.md` has the bounds.
 */
export interface LeftOut {
  /** Nodes: more than 10,000 in the index, or heartbeats of more than 64 MB. */
  readonly nodes?: number
  /** Services beyond the first 1,000: their nodes are listed, their records are not read. */
  readonly services?: number
  /** Queues: more than 5,000 in a snapshot, more than 10,000 reported, or more than 20,000 in memory. */
  readonly queues?: number
  /** Queue snapshots: more than 1,000 in the index, or more than 64 MB of text. */
  readonly snapshots?: number
  /** Values that exceed the size limit of their record, and were not loaded. */
  readonly values?: number
  /** Documents of Zenith, such as paused schedulers: more than 2,000 of a kind, larger than 4 MB, or more than 64 MB in all. */
  readonly documents?: number
  /** Durations that are not in percentiles: more than 64 MB of sketches. */
  readonly sketches?: number
  /** Intervals of nodes that are in no figure: more than 1,000,000 in the last 15 minutes. */
  readonly rollups?: number
}
