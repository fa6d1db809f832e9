import { MAX_USERS } from '../../api/people.js'
import { type Directory, identityId, type User } from '../directory.js'
import { PeopleError } from '../errors.js'
import { checkName } from '../names.js'
import { put } from '../records.js'
import { roleGrantsOf } from '../rights.js'
import { newId } from '../secrets.js'
import type { Change } from './users.js'

/** A user as the provider reports it at a log-in. */
export interface ProvidedIdentity {
  readonly issuer: string
  readonly subject: string
  /** For a new user. */
  readonly name: string
  readonly email: string | null
  readonly groups: readonly string[]
}

/**
 * A log-in by single sign-on. The provider's groups replace those of the last log-in, even if the new ones allow nothing. A new user is
 * added if its groups allow anything.
 *
 * @returns the id of the user; null without any rights: no match is no access
 */
export function logInIdentity(directory: Directory, given: ProvidedIdentity, now: number): Change<string | null> {
  const known = directory.identity(given.issuer, given.subject)
  const user = known ? directory.get('user', known.user) : null
  const id = user?.id ?? newId()
  const { issuer, subject, email, groups } = given
  const identity = put('identity', identityId(given), {
    ...{ issuer, subject, email, groups, user: id },
    createdAt: known?.createdAt ?? now,
  })
  const records = user ? [identity] : [newUser(directory, given, id, now), identity]
  const after = directory.after({ version: directory.version + 1, records })
  // The provider decides: a right that it took away ends, also that of the last admin.
  const mayEndAdmins = true
  if (isLetIn(after, id)) return { records, mayEndAdmins, result: id }
  return { records: user ? records : [], mayEndAdmins, result: null }
}

function isLetIn(directory: Directory, id: string): boolean {
  const user = directory.get('user', id)
  return user !== null && !user.isDisabled && roleGrantsOf(directory, user).length > 0
}

function newUser(directory: Directory, { name, email }: ProvidedIdentity, id: string, now: number) {
  if (directory.count('user') >= MAX_USERS) throw new PeopleError('limit', `There are ${MAX_USERS} users already.`)
  const free = freeName(directory, name)
  checkName('user', free)
  const record: Omit<User, 'id'> = {
    ...{ name: free, email, password: null, isDisabled: false, groups: [], grants: [], generation: 1 },
    createdAt: now,
  }
  return put('user', id, record)
}

/** A name is never taken over: `ada`, `ada 2`. */
function freeName(directory: Directory, name: string): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} ${number}`
    if (!directory.userNamed(candidate)) return candidate
  }
}
