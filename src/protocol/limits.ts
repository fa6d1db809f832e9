/** Bounds of the protocol. Writers respect them; readers cut or leave out the rest. */

export const PROTOCOL_VERSION = 2

/** Default prefix of all keys. */
export const DEFAULT_PREFIX = 'gravito:quasar:'

/** Minimum TTL of a heartbeat, in ms. A node without a heartbeat for that long is lost. */
export const MIN_HEARTBEAT_LIFE_MS = 30_000

/** How long the index lists a service that is silent, in ms: longer than its streams last. */
export const SERVICE_INDEX_LIFE_MS = 2 * 60 * 60_000

/** How long the index lists a silent node, in ms. */
export const INDEX_LIFE_MS = 24 * 60 * 60_000

/** Slow entries stored per service (approximately: the stream is trimmed with `~`). */
export const MAX_SLOW_ENTRIES = 1_000

/** Exceptions stored per service, and their maximum age, in ms. */
export const MAX_EXCEPTIONS = 1_000
export const EXCEPTION_LIFE_MS = 60 * 60_000

/** Maximum age of rollups, in ms. */
export const ROLLUP_LIFE_MS = 15 * 60_000

/** Approximate length of a history rollup, and its maximum age, in ms. */
export const HISTORY_STEP_MS = 60_000
export const HISTORY_LIFE_MS = 60 * 60_000

/** Routes or jobs that one node distinguishes; the rest counts as `(other)`. */
export const MAX_SERIES = 500

/** Name of the series for names beyond the limit. */
export const OTHER = '(other)'
/** Name of the series for requests that matched no route. */
export const UNMATCHED = '(unmatched)'

/** Lines stored in the audit trail (approximately: the stream is trimmed with `~`). */
export const MAX_AUDIT_ENTRIES = 10_000

/** Maximum number of lines of the audit trail per page. */
export const MAX_AUDIT_PAGE = 1_000

/** Documents of one kind that Zenith stores. */
export const MAX_KEPT_DOCUMENTS = 2_000
/** Names with a debt at a time; the smallest debts are dropped first. */
export const MAX_DEBTS = 20_000

/** Maximum number of queues in one snapshot, and maximum length of its text, in characters. */
export const MAX_QUEUES = 5_000
export const MAX_SNAPSHOT_CHARS = 8 * 1_048_576

/** Jobs in one record of finished jobs, and the longest message of a failure in it, characters. */
export const MAX_FINISHED_JOBS = 1_000
export const MAX_JOB_ERROR_CHARS = 300
/** Longest payload of a job in such a record, characters; the rest is cut. */
export const MAX_PAYLOAD_CHARS = 65_536
/** Maximum age of records of finished jobs, in ms. */
export const FINISHED_JOBS_LIFE_MS = 60 * 60_000
/** Records of finished jobs of one service, in bytes (approximately), and the number of records that are stored in any case. */
export const MAX_FINISHED_BYTES = 128 * 1_048_576
export const MIN_FINISHED_ENTRIES = 1_000

/** Maximum number of queues in one record of their history. */
export const MAX_RECORDED_QUEUES = 1_000

/** Minimum TTL of a queue snapshot, in ms: three intervals if that is longer. */
export const MIN_SNAPSHOT_LIFE_MS = 30_000

/** Longest texts, in characters. */
export const MAX_NAME_CHARS = 200
/** Longest id or whole name in a request to Zenith: of jobs, schedulers, queues. */
export const MAX_ID_CHARS = 1_000
/** Longest key of a queue: each character of its name may be three bytes, and each byte `%XX`; before it the driver and the place. */
export const MAX_KEY_CHARS = 9 * MAX_ID_CHARS + 100
export const MAX_MESSAGE_CHARS = 1_024
export const MAX_STACK_CHARS = 8_192
/** Maximum number of notes about its set-up in a heartbeat. */
export const MAX_SETUP_NOTES = 16
/** Longest `meta` of a heartbeat as JSON, in bytes. The limit also applies to other objects of the writer. */
export const MAX_META_BYTES = 4_096
/** Maximum depth of such an object: a deeper one could not be safely serialized again. */
export const MAX_META_DEPTH = 20
/** Maximum number of file systems in one heartbeat. */
export const MAX_DISKS = 100
/** Maximum number of worker processes in one heartbeat, running and ended each. */
export const MAX_CHILDREN = 20
/** The largest valid number: a sum of many stays finite. */
export const MAX_FIGURE = 1e24
/** The last moment of a calendar, Unix ms. */
export const MAX_TIME = 8.64e15
/** Longest record or document in characters, beyond which it is unreadable; snapshots may be longer. */
export const MAX_RECORD_CHARS = 1_048_576

/** TTL of a heartbeat: 30 s, or three intervals if that is longer. @param interval ms */
export function heartbeatLife(interval: number): number {
  return Math.max(MIN_HEARTBEAT_LIFE_MS, 3 * interval)
}

/** TTL of a queue snapshot: 30 s, or three intervals if that is longer. @param interval ms */
export function snapshotLife(interval: number): number {
  return Math.max(MIN_SNAPSHOT_LIFE_MS, 3 * interval)
}
