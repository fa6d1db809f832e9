import * as v from 'valibot'
import { PERMISSIONS } from '../api/permissions.js'
import type { PeopleKind, PeopleRecord } from '../ports/index.js'

/** What the bodies of people's records are. Times are Unix ms. */

const time = v.pipe(v.number(), v.minValue(0))
const maybe = <S extends v.GenericSchema>(schema: S) => v.nullable(schema)

const GrantRecord = v.object({
  /** Id of a cluster; `*`: all. */
  cluster: v.string(),
  /** Patterns of queues; null: all. */
  queues: maybe(v.pipe(v.array(v.string()), v.readonly())),
  /** Name of a role. */
  role: v.string(),
})
/** A role for some clusters and queues. */
export type RoleGrant = v.InferOutput<typeof GrantRecord>
const grants = v.pipe(v.array(GrantRecord), v.readonly())

const BODIES = {
  user: v.object({
    name: v.string(),
    email: maybe(v.string()),
    /** `scrypt:…`; null: it logs in by single sign-on, or has not set one yet. */
    password: maybe(v.string()),
    isDisabled: v.boolean(),
    /** Ids. Those of single sign-on are in the identity. */
    groups: v.pipe(v.array(v.string()), v.readonly()),
    grants,
    /** Sessions of an earlier generation have ended: a new password or a log-out everywhere begins the next one. */
    generation: v.number(),
    createdAt: time,
  }),
  identity: v.object({
    issuer: v.string(),
    subject: v.string(),
    /** Id. */
    user: v.string(),
    email: maybe(v.string()),
    /** What the provider told at the last log-in. */
    groups: v.pipe(v.array(v.string()), v.readonly()),
    createdAt: time,
  }),
  group: v.object({
    name: v.string(),
    grants,
    /** Groups of single sign-on whose users are in this one. */
    claims: v.pipe(v.array(v.string()), v.readonly()),
  }),
  role: v.object({
    name: v.string(),
    permissions: v.pipe(v.array(v.picklist(PERMISSIONS)), v.readonly()),
  }),
  token: v.object({
    name: v.string(),
    /** SHA-256, base64url. */
    hash: v.string(),
    /** Its first characters, to recognize it by. */
    start: v.string(),
    /** Id of the user that it acts for, with at most that user's rights; null: for itself. */
    user: maybe(v.string()),
    grants,
    createdAt: time,
    /** Name of the user. */
    createdBy: maybe(v.string()),
    expiresAt: maybe(time),
  }),
  invite: v.object({
    /** SHA-256, base64url. */
    hash: v.string(),
    /** Id of the user who sets a password by it; null: it makes the first admin. */
    user: maybe(v.string()),
    createdAt: time,
    createdBy: maybe(v.string()),
    expiresAt: time,
  }),
  secret: v.object({
    /** What forms and changes are signed with. */
    value: v.string(),
  }),
} as const satisfies Readonly<Record<PeopleKind, v.GenericSchema>>

export type Bodies = { readonly [K in PeopleKind]: Readonly<v.InferOutput<(typeof BODIES)[K]>> }
export type UserRecord = Bodies['user']
export type GroupRecord = Bodies['group']
export type IdentityRecord = Bodies['identity']

/** @returns null for a body that this version does not understand: it gives no rights */
export function readBody<K extends PeopleKind>(kind: K, body: string): Bodies[K] | null {
  try {
    const result = v.safeParse(BODIES[kind], JSON.parse(body))
    return result.success ? (result.output as Bodies[K]) : null
  } catch {
    return null
  }
}

export function put<K extends PeopleKind>(kind: K, id: string, body: Bodies[K]): PeopleRecord {
  return { kind, id, body: JSON.stringify(body) }
}

export function drop(kind: PeopleKind, id: string): PeopleRecord {
  return { kind, id, body: null }
}
