/**
 * How much Zenith reads, holds and answers, whatever the store contains. What is beyond a bound is left out and counted (see
 * `LeftOut`). The bounds of single records are in `limits.ts`.
 */

/** Nodes of the index: those that beat last. */
export const MAX_NODES = 10_000
/** Nodes whose reporters write no index. */
export const MAX_FOREIGN_NODES = 5_000
/** Services whose records are read. */
export const MAX_SERVICES = 1_000

/** Queue snapshots of the index: those that were written last. And those whose reporters write no index. */
export const MAX_SNAPSHOTS = 1_000
export const MAX_FOREIGN_SNAPSHOTS = 1_000
/** Reported queues over all snapshots. Small snapshots go first, so that a large one hides no other. */
export const MAX_REPORTED_QUEUES = 10_000
/** Queues that are remembered, those that nobody reports any more among them. */
export const MAX_KNOWN_QUEUES = 20_000

/** Text of heartbeats that is held at once, and text of snapshots that is read at one look, in bytes. Small ones go first. */
export const MAX_HEARTBEATS_BYTES = 64 * 1_048_576
export const MAX_SNAPSHOTS_BYTES = 64 * 1_048_576
/** Text that is on its way and not parsed yet, in bytes: so much is parsed before the event loop turns. */
export const MAX_BATCH_BYTES = 2 * 1_048_576
/** The most bytes that a character has in UTF-8. A text of more bytes than that is longer than its limit in characters. */
export const MAX_CHAR_BYTES = 3

/** Entries of one stream that are held at once, and their bytes, before they are counted. */
export const MAX_PAGE_ENTRIES = 10_000
export const MAX_PAGE_BYTES = 8 * 1_048_576
/** The longest line of the audit trail, in characters: four times what Zenith writes. A longer one is none of Zenith's. */
export const MAX_AUDIT_LINE_CHARS = 131_072
/** Lines of the audit trail that are examined, in bytes: the newest of them. */
export const MAX_TRAIL_BYTES = 32 * 1_048_576
/** Documents of one kind that Zenith kept, in bytes: of one, and of all that are read at one look. Small ones go first. */
export const MAX_DOCUMENT_BYTES = 4 * 1_048_576
export const MAX_DOCUMENTS_BYTES = 64 * 1_048_576
/** Bytes of rollups of one service at one look; the next look goes on. */
export const MAX_ROLLUP_BYTES = 128 * 1_048_576

/** Routes and jobs over all services; what comes later counts as `(other)`, but for the first 5 of each service. */
export const MAX_ALL_SERIES = 20_000
export const MIN_SERVICE_SERIES = 5
/** Text of sketches over all services, in characters. Durations beyond it are counted and have no percentiles. */
export const MAX_SKETCH_CHARS = 64 * 1_048_576
/** Rollups over all services that are remembered, so that none counts twice; the first of a node counts as ten. */
export const MAX_ROLLUPS = 1_000_000
export const NODE_ROLLUPS = 10

/** The whole of `/api/overview` and of an event of `/api/stream`, in bytes. */
export const MAX_OVERVIEW_BYTES = 2_000_000
/** The items of a list in one answer, in bytes, where the first one alone has not more. */
export const MAX_LIST_BYTES = 2_000_000
/** What `/metrics` has samples of, at the most: nodes by their need, queues by theirs, and routes and jobs over all services. */
export const MAX_METRIC_NODES = 2_000
export const MAX_METRIC_QUEUES = 5_000
export const MAX_METRIC_SERIES = 3_000
