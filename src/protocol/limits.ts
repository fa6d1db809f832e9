/** Bounds of the protocol. Writers keep to them; readers cut or leave out what goes beyond. */

export const PROTOCOL_VERSION = 2

/** What every key begins with unless the `prefix` option says otherwise. */
export const DEFAULT_PREFIX = 'gravito:quasar:'

/** The shortest life of a heartbeat, in ms. A node without one for that long is lost. */
export const MIN_HEARTBEAT_LIFE_MS = 30_000

/** How long the index remembers a node that sends nothing, in ms. */
export const INDEX_LIFE_MS = 24 * 60 * 60_000

/** How many slow entries a service keeps (approximately: the stream is trimmed with `~`). */
export const MAX_SLOW_ENTRIES = 1_000

/** How many exceptions a service keeps, and for how long, in ms. */
export const MAX_EXCEPTIONS = 1_000
export const EXCEPTION_LIFE_MS = 60 * 60_000

/** How long rollups are kept, in ms. */
export const ROLLUP_LIFE_MS = 15 * 60_000

/** A rollup of the history covers about this long, in ms, and is kept for so long. */
export const HISTORY_STEP_MS = 60_000
export const HISTORY_LIFE_MS = 60 * 60_000

/** How many routes or jobs one node tells apart; the rest goes to `(other)`. */
export const MAX_SERIES = 500

/** The name of the series for what is over the cap. */
export const OTHER = '(other)'
/** The name of the series for requests that no route took. */
export const UNMATCHED = '(unmatched)'

/** How many lines the audit trail keeps (approximately: the stream is trimmed with `~`). */
export const MAX_AUDIT_ENTRIES = 10_000

/** How many lines of the audit trail are given at once. */
export const MAX_AUDIT_PAGE = 1_000

/** How many documents of one kind Zenith keeps. */
export const MAX_KEPT_DOCUMENTS = 2_000
/** How many names owe something at a time; those that owe least are forgotten first. */
export const MAX_DEBTS = 20_000

/** How many queues one snapshot tells of, and how long its text may be, in characters. */
export const MAX_QUEUES = 5_000
export const MAX_SNAPSHOT_CHARS = 8 * 1_048_576

/** How long a queue snapshot lives, in ms: three intervals if that is longer. */
export const MIN_SNAPSHOT_LIFE_MS = 30_000

/** Longest texts, in characters. */
export const MAX_NAME_CHARS = 200
/** Of what Zenith can be asked for by its id or its whole name: jobs, schedulers, queues. */
export const MAX_ID_CHARS = 1_000
/** Of a queue's key: each character of its name may be three bytes, and each byte `%XX`; before it the driver and the place. */
export const MAX_KEY_CHARS = 9 * MAX_ID_CHARS + 100
export const MAX_MESSAGE_CHARS = 1_024
export const MAX_STACK_CHARS = 8_192
/** How many notes about its set-up a heartbeat has. */
export const MAX_SETUP_NOTES = 16
/** Longest `meta` of a heartbeat as JSON, in bytes. The same holds for whatever else is an object of the writer's own. */
export const MAX_META_BYTES = 4_096
/** How many levels such an object may be deep: what is deeper can't be written as JSON again without care. */
export const MAX_META_DEPTH = 20
/** How many file systems one heartbeat tells of. */
export const MAX_DISKS = 100
/** The largest number that is taken for one: a sum of many stays a number. */
export const MAX_FIGURE = 1e24
/** The last moment that a calendar has, Unix ms. */
export const MAX_TIME = 8.64e15
/** A record or a kept document that is longer than this is unreadable, in characters; snapshots may be longer. */
export const MAX_RECORD_CHARS = 1_048_576

/** How long a heartbeat lives: 30 s, or three intervals if that is longer. @param interval ms */
export function heartbeatLife(interval: number): number {
  return Math.max(MIN_HEARTBEAT_LIFE_MS, 3 * interval)
}

/** How long a queue snapshot lives: 30 s, or three intervals if that is longer. @param interval ms */
export function snapshotLife(interval: number): number {
  return Math.max(MIN_SNAPSHOT_LIFE_MS, 3 * interval)
}
