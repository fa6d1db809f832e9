import type { Grant, Policy } from '../../api/permissions.js'
import { BoundedMap } from '../../lib/bounded-map.js'
import type { PeopleStamp, PeopleStore, StoredSession } from '../../ports/index.js'
import { checkAdminStays } from '../changes/admins.js'
import type { Change } from '../changes/users.js'
import { Directory, type Token, type User } from '../directory.js'
import { PeopleError } from '../errors.js'
import { grantsOf, roleGrantsOf, roleName, tokenGrantsOf } from '../rights.js'
import { hashOf, newSecret } from '../secrets.js'

const MINUTE_MS = 60_000
/** Rivals that write at the same moment: each try but the last loses to one of them. */
const MAX_TRIES = 20
const MAX_STAMPS = 10_000

/** How a user logged in, and from where. */
export interface SessionDetails {
  /** `password`, `link`, or the name of a provider. */
  readonly via: string
  readonly address: string
  /** The browser, as it calls itself. */
  readonly agent: string
}

/** The holder of a session or a token, with its current rights. */
export interface Bearer {
  /** Name of the user or of the token. */
  readonly name: string
  readonly role: string
  readonly grants: readonly Grant[]
  /** Null for a token that acts for itself. */
  readonly user: User | null
  /** `password`, `token deploy` */
  readonly via: string
  /** Id of the session; null for a token. */
  readonly session: string | null
}

export interface PeopleOptions {
  readonly store: PeopleStore
  readonly policy: Policy
  /** ms */
  readonly sessionMs: number
  /** Unix ms. */
  readonly now: () => number
}

/**
 * Users and their rights as they are now: each look compares the version, so that a right that was taken away anywhere is gone with the
 * next request. Methods reject when the database does not answer.
 */
export class People {
  readonly sessionMs: number
  readonly #store: PeopleStore
  readonly #policy: Policy
  readonly #now: () => number
  readonly #stamps = new BoundedMap<string, PeopleStamp>(MAX_STAMPS)
  #directory = Directory.EMPTY
  #stampedAt = 0

  constructor({ store, policy, sessionMs, now }: PeopleOptions) {
    this.#store = store
    this.#policy = policy
    this.sessionMs = sessionMs
    this.#now = now
  }

  get now(): number {
    return this.#now()
  }

  get policy(): Policy {
    return this.#policy
  }

  /** Opens the database. Rejects with what to do. */
  open(): Promise<void> {
    return this.#store.open()
  }

  /** The current users and rights. */
  async directory(): Promise<Directory> {
    const { version } = await this.#store.look(null)
    return this.#at(version)
  }

  /**
   * Makes a change of what is there now: another Zenith may change it at the same time.
   *
   * Rejects with a PeopleError if the change can't be made.
   */
  async change<T>(make: (directory: Directory, now: number) => Change<T>): Promise<T> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const directory = await this.directory()
      const { records, endsSessionsOf = [], mayEndAdmins = false, result } = make(directory, this.now)
      if (!mayEndAdmins) checkAdminStays(directory, this.#policy, records)
      if (records.length > 0 && !(await this.#store.write(directory.version, records))) continue
      for (const user of endsSessionsOf) await this.#store.endSessions({ user })
      return result
    }
    throw new PeopleError('limit', 'Others change users at the same time. Please try again.')
  }

  /**
   * @param user as it was when its log-in was checked: if it changed its password since, the session is none
   * @returns the secret for the cookie
   */
  async startSession({ id: user, generation }: User, details: SessionDetails): Promise<string> {
    const secret = newSecret()
    const now = this.now
    await this.#store.endSessions({ expiredAt: now })
    await this.#store.putSession({
      ...{ hash: hashOf(secret), user, createdAt: now, seenAt: now, expiresAt: now + this.sessionMs },
      details: JSON.stringify({ ...details, generation }),
    })
    this.#stamp({ kind: 'user', id: user, at: now })
    return secret
  }

  /** Null for a session that has ended, or of a user who is gone or disabled. */
  async bySession(secret: string): Promise<Bearer | null> {
    const { version, session } = await this.#store.look(hashOf(secret))
    if (!session || session.expiresAt <= this.now) return null
    const directory = await this.#at(version)
    const user = directory.get('user', session.user)
    if (!user || user.isDisabled || generationOf(session) !== user.generation) return null
    this.#noteUse(session)
    return this.#bearerOf(directory, user, session)
  }

  /** Null for a token that is unknown or has expired, or of a user who is gone or disabled. */
  async byToken(secret: string): Promise<Bearer | null> {
    const directory = await this.directory()
    const token = directory.token(hashOf(secret))
    if (!token || (token.expiresAt !== null && token.expiresAt <= this.now)) return null
    const user = token.user === null ? null : directory.get('user', token.user)
    if (token.user !== null && (!user || user.isDisabled)) return null
    this.#stamp({ kind: 'token', id: token.id, at: this.now })
    return this.#tokenBearer(directory, token, user)
  }

  /** Newest first. @param user id; null: of all users */
  sessions(user: string | null): Promise<readonly StoredSession[]> {
    return this.#store.sessions(user)
  }

  endSession(secret: string): Promise<number> {
    return this.#store.endSessions({ hash: hashOf(secret) })
  }

  /** One session of a user, or all but one. @param which by the hash of its secret */
  endSessions(user: string, which: { readonly hash: string } | { readonly except: string }): Promise<number> {
    return this.#store.endSessions({ user, ...which })
  }

  /** When each was used last, Unix ms, by id. */
  async used(kind: 'token' | 'user'): Promise<ReadonlyMap<string, number>> {
    await this.#flush()
    return new Map((await this.#store.stamps(kind)).map(({ id, at }) => [id, at]))
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#flush().catch(() => {})
    await this.#store.close()
  }

  async #at(version: number): Promise<Directory> {
    if (version === this.#directory.version) return this.#directory
    // A database that was restored may be older: then all of it is read again.
    const from = version > this.#directory.version ? this.#directory : Directory.EMPTY
    const read = from.after(await this.#store.changes(from.version))
    if (read.version > this.#directory.version || from === Directory.EMPTY) this.#directory = read
    return read
  }

  #bearerOf(directory: Directory, user: User, session: StoredSession): Bearer {
    const role = roleName(roleGrantsOf(directory, user))
    const { via } = detailsOf(session)
    return { name: user.name, role, grants: grantsOf(directory, this.#policy, user), user, via, session: session.hash }
  }

  #tokenBearer(directory: Directory, token: Token, user: User | null): Bearer {
    const grants = tokenGrantsOf(directory, this.#policy, token)
    const role = roleName(token.grants)
    return { name: user?.name ?? token.name, role, grants, user, via: `token ${token.name}`, session: null }
  }

  /** To the minute: it is written in the background, and nothing waits for it. */
  #noteUse({ hash, user, seenAt }: StoredSession): void {
    const now = this.now
    if (now - seenAt < MINUTE_MS) return
    this.#store.touchSession(hash, now).catch(() => {})
    this.#stamp({ kind: 'user', id: user, at: now })
  }

  #stamp(stamp: PeopleStamp): void {
    this.#stamps.set(`${stamp.kind} ${stamp.id}`, stamp)
    if (this.now - this.#stampedAt < MINUTE_MS) return
    this.#stampedAt = this.now
    this.#flush().catch(() => {})
  }

  async #flush(): Promise<void> {
    const stamps = [...this.#stamps].map(([, stamp]) => stamp)
    if (stamps.length === 0) return
    await this.#store.stamp(stamps)
    for (const stamp of stamps) {
      const key = `${stamp.kind} ${stamp.id}`
      if (this.#stamps.get(key) === stamp) this.#stamps.delete(key)
    }
  }
}

/** @returns NaN for one that another program wrote */
function generationOf({ details }: StoredSession): number {
  try {
    return Number((JSON.parse(details) as { generation?: unknown }).generation)
  } catch {
    return Number.NaN
  }
}

/** Of what {@link People.startSession} stored. */
export function detailsOf({ details }: StoredSession): SessionDetails {
  try {
    const { via, address, agent } = JSON.parse(details) as Record<string, unknown>
    return { via: String(via ?? ''), address: String(address ?? ''), agent: String(agent ?? '') }
  } catch {
    return { via: '', address: '', agent: '' }
  }
}
