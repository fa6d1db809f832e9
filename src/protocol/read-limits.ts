/**
 * Bounds of the data that Zenith reads, holds in memory and returns, whatever the store contains. Data beyond a bound is left out and
 * counted (see `LeftOut`). The bounds of single records are in `limits.ts`.
 */

/** Nodes of the index: those with the newest heartbeats. */
export const MAX_NODES = 10_000
/** Nodes whose reporters write no index. */
export const MAX_FOREIGN_NODES = 5_000
/** Services whose records are read. */
export const MAX_SERVICES = 1_000

/** Queue snapshots of the index: the newest ones. And those whose reporters write no index. */
export const MAX_SNAPSHOTS = 1_000
export const MAX_FOREIGN_SNAPSHOTS = 1_000
/** Reported queues over all snapshots. Small snapshots go first, so that a large one hides no other. */
export const MAX_REPORTED_QUEUES = 10_000
/** Queues in memory, including those that no node reports any more. */
export const MAX_KNOWN_QUEUES = 20_000

/** Text of heartbeats in memory, and text of snapshots per read, in bytes. Small ones go first. */
export const MAX_HEARTBEATS_BYTES = 64 * 1_048_576
export const MAX_SNAPSHOTS_BYTES = 64 * 1_048_576
/** Text that has arrived but is not parsed yet, in bytes: it is parsed before the event loop turns. */
export const MAX_BATCH_BYTES = 2 * 1_048_576
/** Longest character in UTF-8, in bytes. A text with more bytes than that per character of its limit is too long. */
export const MAX_CHAR_BYTES = 3

/** Entries of one stream in memory at once, and their bytes, before they are counted. */
export const MAX_PAGE_ENTRIES = 10_000
export const MAX_PAGE_BYTES = 8 * 1_048_576
/** Longest line of the audit trail, in characters: four times the longest that Zenith writes. Zenith did not write a longer one. */
export const MAX_AUDIT_LINE_CHARS = 131_072
/** Lines of the audit trail that are examined, in bytes: the newest of them. */
export const MAX_TRAIL_BYTES = 32 * 1_048_576
/** Documents of one kind, in bytes: one document, and all that are read at once. Small ones go first. */
export const MAX_DOCUMENT_BYTES = 4 * 1_048_576
export const MAX_DOCUMENTS_BYTES = 64 * 1_048_576
/** Rollups of one service per read, in bytes; the next read continues. */
export const MAX_ROLLUP_BYTES = 128 * 1_048_576

/** Routes and jobs over all services; later ones count as `(other)`, except for the first 5 of each service. */
export const MAX_ALL_SERIES = 20_000
export const MIN_SERVICE_SERIES = 5
/** Text of sketches over all services, in characters. Durations beyond it are counted, but are not in percentiles. */
export const MAX_SKETCH_CHARS = 64 * 1_048_576
/** Rollups in memory over all services, so that none counts twice; the first of a node counts as ten. */
export const MAX_ROLLUPS = 1_000_000
export const NODE_ROLLUPS = 10

/** Limit of a whole response of `/api/overview` and of an event of `/api/stream`, in bytes. */
export const MAX_OVERVIEW_BYTES = 2_000_000
/** The items of a list in one response, in bytes, unless the first one alone exceeds it. */
export const MAX_LIST_BYTES = 2_000_000
/** Maximum number of samples in `/metrics`: of nodes and of queues, those in trouble first, and of routes and jobs over all services. */
export const MAX_METRIC_NODES = 2_000
export const MAX_METRIC_QUEUES = 5_000
export const MAX_METRIC_SERIES = 3_000
