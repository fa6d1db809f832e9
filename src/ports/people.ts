/**
 * Where users, their rights and their sessions are stored, in SQL. What the records mean is not the store's business: they are JSON, and the
 * rules between them (names are unique, an admin stays) are checked by their owner, on all of them. A version that each write raises by one
 * makes that safe among several Zeniths: a writer has seen everything. All times are Unix ms.
 *
 * Texts come back as they were written, NUL characters and half surrogate pairs included. Ids and hashes have 1 to
 * {@link MAX_PEOPLE_ID_CHARS} characters.
 *
 * Methods reject with a readable error without secrets when the database refuses the request or does not answer, when an id or a time is
 * none, and after `close`.
 */

/** Longest id of a record, a user or a session, in UTF-16 code units: an index of PostgreSQL takes 2,700 bytes. */
export const MAX_PEOPLE_ID_CHARS = 512

export const PEOPLE_KINDS = ['user', 'identity', 'group', 'role', 'token', 'invite', 'secret'] as const
export type PeopleKind = (typeof PEOPLE_KINDS)[number]

/** A kind and an id identify a record. */
export interface PeopleRecord {
  readonly kind: PeopleKind
  readonly id: string
  /** JSON; null: it was deleted. */
  readonly body: string | null
}

/** Everything that was written after a version, in any order, each record as it is now. */
export interface PeopleChanges {
  /** Of the newest write; 0 before the first. */
  readonly version: number
  readonly records: readonly PeopleRecord[]
}

/** A session by the SHA-256 of its token, in base64url: the token itself is stored nowhere. */
export interface StoredSession {
  readonly hash: string
  /** Id of the user. */
  readonly user: string
  readonly createdAt: number
  readonly expiresAt: number
  /** When it was used last, to the minute. */
  readonly seenAt: number
  /** JSON: how the user logged in, and from where. */
  readonly details: string
}

/** What a request needs: its session, and the version to compare with. Read at one moment. */
export interface SessionLook {
  readonly version: number
  /** Null if there is none with this hash; expired ones are returned. */
  readonly session: StoredSession | null
}

/** Of sessions: those that fit all that is given. */
export interface SessionFilter {
  readonly user?: string
  readonly hash?: string
  /** Those that are not this one. */
  readonly except?: string
  /** Those that expired at this time or earlier. */
  readonly expiredAt?: number
}

/** When something was used: a token, a user. Not part of the version: it changes with every request. */
export interface PeopleStamp {
  readonly kind: PeopleKind
  readonly id: string
  readonly at: number
}

/** Made by `(options) => PeopleStore`; nothing is opened before the first call. */
export interface PeopleStore {
  /** Where it is, without secrets. */
  readonly place: string
  /** Opens it, and creates what is missing. Idempotent. Rejects with what to do. */
  open(): Promise<void>
  /**
   * @param since a version that was returned before, or 0 for everything: deleted records are left out then. An answer with an older
   * version comes from a restored backup: read everything then.
   */
  changes(since: number): Promise<PeopleChanges>
  /**
   * Writes all records or none, and raises the version by one. Of the same record twice, the last is written. A deleted record loses its
   * stamp. After a rejection it may be written nevertheless: the version tells.
   *
   * @returns false when the version is not `expected`: then nothing is written
   */
  write(expected: number, records: readonly PeopleRecord[]): Promise<boolean>
  /** @param hash null: only the version */
  look(hash: string | null): Promise<SessionLook>
  /** Creates a session or replaces the one with its hash. */
  putSession(session: StoredSession): Promise<void>
  /** Notes that a session is used; without effect if it has ended meanwhile, or at an older time. */
  touchSession(hash: string, seenAt: number): Promise<void>
  /** Newest first, at most 1,000. @param user null: of all users */
  sessions(user: string | null): Promise<readonly StoredSession[]>
  /** @returns how many it ended. Rejects with a filter that names nothing, or something without a value. */
  endSessions(filter: SessionFilter): Promise<number>
  /** Stores when something was used; an older time changes nothing. */
  stamp(stamps: readonly PeopleStamp[]): Promise<void>
  stamps(kind: PeopleKind): Promise<readonly PeopleStamp[]>
  /** Idempotent. Never rejects. */
  close(): Promise<void>
}
