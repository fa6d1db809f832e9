import { MAX_USERS } from '../../api/people.js'
import type { PeopleRecord } from '../../ports/index.js'
import type { Directory, User } from '../directory.js'
import { PeopleError } from '../errors.js'
import { checkName } from '../names.js'
import { drop, put, type RoleGrant, type UserRecord } from '../records.js'
import { newId } from '../secrets.js'
import { checkGrants } from './grants.js'

export interface NewUser {
  readonly name: string
  readonly email: string | null
  readonly groups: readonly string[]
  readonly grants: readonly RoleGrant[]
}

/** What can be changed of a user; what is missing stays. */
export type UserEdit = Partial<NewUser> & { readonly isDisabled?: boolean }

/** A change: records to write, and whose sessions can be deleted after it. */
export interface Change<T = undefined> {
  readonly records: readonly PeopleRecord[]
  /** Ids of users. */
  readonly endsSessionsOf?: readonly string[]
  /** Whether it is made also if it leaves no user who can edit users. @default false */
  readonly mayEndAdmins?: boolean
  readonly result: T
}

/** @param now Unix ms */
export function addUser(
  directory: Directory,
  user: NewUser & { readonly password?: string | null },
  now: number,
): Change<string> {
  if (directory.count('user') >= MAX_USERS) throw new PeopleError('limit', `There are ${MAX_USERS} users already.`)
  checkName('user', user.name)
  checkFree(directory, user.name, null)
  checkGroups(directory, user.groups)
  checkGrants(directory, user.grants)
  const id = newId()
  const { name, email, groups, grants, password = null } = user
  const record: UserRecord = {
    ...{ name, email, groups, grants, password },
    isDisabled: false,
    generation: 1,
    createdAt: now,
  }
  return { records: [put('user', id, record)], result: id }
}

export function editUser(directory: Directory, id: string, edit: UserEdit): Change {
  const user = userOf(directory, id)
  if (edit.name !== undefined) {
    checkName('user', edit.name)
    checkFree(directory, edit.name, id)
  }
  checkGroups(directory, edit.groups ?? [])
  checkGrants(directory, edit.grants ?? [])
  const { id: _, ...record } = { ...user, ...edit }
  if (record.isDisabled && !user.isDisabled) return endingSessions(id, record)
  return { records: [put('user', id, record)], result: undefined }
}

/** Its tokens, links and identities go with a user. */
export function removeUser(directory: Directory, id: string): Change {
  userOf(directory, id)
  const belonging = (['identity', 'token', 'invite'] as const).flatMap((kind) =>
    directory.all(kind).flatMap((one) => (one.user === id ? [drop(kind, one.id)] : [])),
  )
  return { records: [drop('user', id), ...belonging], endsSessionsOf: [id], result: undefined }
}

/** @param password `scrypt:…` */
export function setPassword(directory: Directory, id: string, password: string): Change {
  const { id: _, ...user } = userOf(directory, id)
  return endingSessions(id, { ...user, password })
}

/** Also those on other Zeniths. */
export function logOutEverywhere(directory: Directory, id: string): Change {
  const { id: _, ...user } = userOf(directory, id)
  return endingSessions(id, user)
}

function endingSessions(id: string, user: UserRecord): Change {
  const record = put('user', id, { ...user, generation: user.generation + 1 })
  return { records: [record], endsSessionsOf: [id], result: undefined }
}

export function userOf(directory: Directory, id: string): User {
  const user = directory.get('user', id)
  if (!user) throw new PeopleError('unknown', 'There is no such user.')
  return user
}

function checkFree(directory: Directory, name: string, id: string | null): void {
  const other = directory.userNamed(name)
  if (other && other.id !== id) throw new PeopleError('taken', `There is a user "${other.name}" already.`)
}

function checkGroups(directory: Directory, groups: readonly string[]): void {
  if (groups.some((id) => !directory.get('group', id))) throw new PeopleError('unknown', 'There is no such group.')
}
