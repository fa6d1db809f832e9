import type { PeopleChanges, PeopleKind } from '../ports/index.js'
import { nameKey } from './names.js'
import { type Bodies, type IdentityRecord, readBody } from './records.js'
import { hashOf } from './secrets.js'

export type Stored<K extends PeopleKind> = Bodies[K] & { readonly id: string }
export type User = Stored<'user'>
export type Group = Stored<'group'>
export type Token = Stored<'token'>
export type Invite = Stored<'invite'>

type Kinds = { readonly [K in PeopleKind]: ReadonlyMap<string, Stored<K>> }

const EMPTY: Kinds = {
  user: new Map(),
  identity: new Map(),
  group: new Map(),
  role: new Map(),
  token: new Map(),
  invite: new Map(),
  secret: new Map(),
}

/** All users and their rights at one version. Never changes. */
export class Directory {
  static readonly EMPTY = new Directory(0, EMPTY)

  readonly version: number
  readonly #kinds: Kinds
  #names: ReadonlyMap<string, User> | null = null
  #hashes: ReadonlyMap<string, Token | Invite> | null = null

  private constructor(version: number, kinds: Kinds) {
    this.version = version
    this.#kinds = kinds
  }

  /** This directory with what changed since. */
  after({ version, records }: PeopleChanges): Directory {
    const kinds: Record<string, Map<string, unknown>> = {}
    for (const { kind, id, body } of records) {
      kinds[kind] ??= new Map<string, unknown>(this.#kinds[kind])
      const read = body === null ? null : readBody(kind, body)
      if (read) kinds[kind].set(id, { ...read, id })
      else kinds[kind].delete(id)
    }
    return new Directory(version, { ...this.#kinds, ...kinds })
  }

  all<K extends PeopleKind>(kind: K): readonly Stored<K>[] {
    return [...(this.#kinds[kind].values() as Iterable<Stored<K>>)]
  }

  get<K extends PeopleKind>(kind: K, id: string): Stored<K> | null {
    return (this.#kinds[kind] as ReadonlyMap<string, Stored<K>>).get(id) ?? null
  }

  count(kind: PeopleKind): number {
    return this.#kinds[kind].size
  }

  userNamed(name: string): User | null {
    this.#names ??= new Map(this.all('user').map((user) => [nameKey(user.name), user]))
    return this.#names.get(nameKey(name)) ?? null
  }

  /** By the hash of its secret. */
  token(hash: string): Token | null {
    return this.#byHash('token', hash)
  }

  invite(hash: string): Invite | null {
    return this.#byHash('invite', hash)
  }

  /** The key of an identity is issuer and subject, never a mail address: providers hand those out again. */
  identity(issuer: string, subject: string): Stored<'identity'> | null {
    return this.get('identity', identityId({ issuer, subject }))
  }

  identitiesOf(user: string): readonly Stored<'identity'>[] {
    return this.all('identity').filter((one) => one.user === user)
  }

  #byHash<K extends 'token' | 'invite'>(kind: K, hash: string): Stored<K> | null {
    this.#hashes ??= new Map(
      [...this.all('token'), ...this.all('invite')].map((one) => [`${kindOf(one)} ${one.hash}`, one]),
    )
    return (this.#hashes.get(`${kind} ${hash}`) ?? null) as Stored<K> | null
  }
}

function kindOf(one: Token | Invite): 'token' | 'invite' {
  return 'start' in one ? 'token' : 'invite'
}

export function identityId({ issuer, subject }: Pick<IdentityRecord, 'issuer' | 'subject'>): string {
  return hashOf(JSON.stringify([issuer, subject]))
}
