import { MAX_GRANTS } from '../../api/people.js'
import { isRole } from '../../api/permissions.js'
import type { Directory } from '../directory.js'
import { PeopleError } from '../errors.js'
import type { RoleGrant } from '../records.js'

export function checkGrants(directory: Directory, grants: readonly RoleGrant[]): void {
  if (grants.length > MAX_GRANTS) throw new PeopleError('limit', `At most ${MAX_GRANTS} grants are possible.`)
  const missing = grants.find(({ role }) => !isRole(role) && !directory.get('role', role))
  if (missing) throw new PeopleError('unknown', `There is no role "${missing.role}".`)
}
