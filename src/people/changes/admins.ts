import type { Policy } from '../../api/permissions.js'
import type { PeopleRecord } from '../../ports/index.js'
import type { Directory, User } from '../directory.js'
import { PeopleError } from '../errors.js'
import { grantsOf } from '../rights.js'

/** Whether a user may edit users, also one who has not logged in yet: then no link makes another admin. */
export function hasAppointedAdmin(directory: Directory, policy: Policy): boolean {
  return directory.all('user').some((user) => mayEdit(directory, policy, user))
}

function mayEdit(directory: Directory, policy: Policy, user: User): boolean {
  return policy.can({ role: '', grants: grantsOf(directory, policy, user) }, 'people.edit')
}

/** Whether a user can log in and edit users. */
function hasAdmin(directory: Directory, policy: Policy): boolean {
  return directory.all('user').some((user) => {
    const canLogIn = user.password !== null || directory.identitiesOf(user.id).length > 0
    return canLogIn && mayEdit(directory, policy, user)
  })
}

/** @throws PeopleError `last_admin` when a change leaves nobody who can edit users */
export function checkAdminStays(directory: Directory, policy: Policy, records: readonly PeopleRecord[]): void {
  if (!hasAdmin(directory, policy)) return
  const after = directory.after({ version: directory.version + 1, records })
  if (!hasAdmin(after, policy))
    throw new PeopleError('last_admin', 'Nobody could edit users any more: make another user admin first.')
}
