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
