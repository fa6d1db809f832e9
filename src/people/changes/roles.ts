import { MAX_ROLES, ROLE_NAME } from '../../api/people.js'
import { isRole, type Permission } from '../../api/permissions.js'
import type { Directory } from '../directory.js'
import { PeopleError } from '../errors.js'
import { drop, put } from '../records.js'
import type { Change } from './users.js'

/** Everything takes `view`: a role has it always. */
export function saveRole(directory: Directory, name: string, permissions: readonly Permission[]): Change {
  if (!ROLE_NAME.test(name))
    throw new PeopleError('invalid', 'The name of a role takes lower-case letters, digits and hyphens, at most 40.')
  if (isRole(name)) throw new PeopleError('taken', `The role "${name}" is built in.`)
  if (!directory.get('role', name) && directory.count('role') >= MAX_ROLES)
    throw new PeopleError('limit', `There are ${MAX_ROLES} roles already.`)
  const all = [...new Set<Permission>(['view', ...permissions])]
  return { records: [put('role', name, { name, permissions: all })], result: undefined }
}

/** One that is granted can't be removed: its users would lose rights that nobody took from them. */
export function removeRole(directory: Directory, name: string): Change {
  if (!directory.get('role', name)) throw new PeopleError('unknown', `There is no role "${name}".`)
  const holders = [...directory.all('user'), ...directory.all('group'), ...directory.all('token')]
  const holder = holders.find(({ grants }) => grants.some(({ role }) => role === name))
  if (holder) throw new PeopleError('taken', `"${holder.name}" has the role "${name}": take it away there first.`)
  return { records: [drop('role', name)], result: undefined }
}
