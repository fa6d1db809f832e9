import type { Policy } from '../../api/permissions.js'
import type { PeopleRecord } from '../../ports/index.js'
import type { Directory } from '../directory.js'
import { PeopleError } from '../errors.js'
import { grantsOf } from '../rights.js'

/** Whether someone can log in and edit users. */
export function hasAdmin(directory: Directory, policy: Policy): boolean {
  return directory.all('user').some((user) => {
    const canLogIn = user.password !== null || directory.identitiesOf(user.id).length > 0
    return canLogIn && policy.can({ role: '', grants: grantsOf(directory, policy, user) }, 'people.edit')
  })
}

/** @throws PeopleError `last_admin` when a change leaves nobody who can edit users */
export function checkAdminStays(directory: Directory, policy: Policy, records: readonly PeopleRecord[]): void {
  if (!hasAdmin(directory, policy)) return
  const after = directory.after({ version: directory.version + 1, records })
  if (!hasAdmin(after, policy))
    throw new PeopleError('last_admin', 'Nobody could edit users any more: make another user admin first.')
}
