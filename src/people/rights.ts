import { type Grant, isRole, type Permission, type Policy, ROLES } from '../api/permissions.js'
import type { Directory, Group, Token, User } from './directory.js'
import { PeopleError } from './errors.js'
import type { RoleGrant } from './records.js'

/** Built-in roles have the permissions of the policy; others have their own. */
function permissionsOf(directory: Directory, policy: Policy, role: string): readonly Permission[] {
  if (isRole(role)) return policy.permissionsWith(role)
  return directory.get('role', role)?.permissions ?? []
}

/** The groups of a user: those that Zenith lists, and those that a provider's groups stand for. */
export function groupsOf(directory: Directory, user: User): readonly Group[] {
  const claims = new Set(directory.identitiesOf(user.id).flatMap(({ groups }) => groups))
  return directory
    .all('group')
    .filter(({ id, claims: taken }) => user.groups.includes(id) || taken.some((claim) => claims.has(claim)))
}

/** What a user is allowed, by grants of its own and of its groups. */
export function roleGrantsOf(directory: Directory, user: User): readonly RoleGrant[] {
  return [...user.grants, ...groupsOf(directory, user).flatMap(({ grants }) => grants)]
}

/** Empty for a user who is disabled. */
export function grantsOf(directory: Directory, policy: Policy, user: User): readonly Grant[] {
  if (user.isDisabled) return []
  return roleGrantsOf(directory, user).map((grant) => resolved(directory, policy, grant))
}

/** Those of a token: never more than its user has now. */
export function tokenGrantsOf(directory: Directory, policy: Policy, token: Token): readonly Grant[] {
  const own = token.grants.map((grant) => resolved(directory, policy, grant))
  if (token.user === null) return own
  const user = directory.get('user', token.user)
  return user ? own.flatMap((grant) => both(grant, grantsOf(directory, policy, user))) : []
}

/** @throws PeopleError `not_yours` for grants that a user does not have all permissions of */
export function checkWithin(directory: Directory, policy: Policy, user: User, wanted: readonly RoleGrant[]): void {
  const own = grantsOf(directory, policy, user)
  for (const grant of wanted) {
    const { permissions, ...place } = resolved(directory, policy, grant)
    const had = both({ ...place, permissions }, own).flatMap((one) => one.permissions)
    const missing = permissions.find((permission) => !had.includes(permission))
    if (missing) throw new PeopleError('not_yours', `A token takes your own rights at most: you lack "${missing}".`)
  }
}

/** The name for a set of rights: of the highest built-in role, or of the roles themselves. */
export function roleName(grants: readonly RoleGrant[]): string {
  const names = [...new Set(grants.map(({ role }) => role))]
  return [...ROLES].reverse().find((role) => names.includes(role)) ?? names.sort().join(', ')
}

function resolved(directory: Directory, policy: Policy, { cluster, queues, role }: RoleGrant): Grant {
  return { cluster, queues, permissions: permissionsOf(directory, policy, role) }
}

/** What a grant and one of others allow both. */
function both(grant: Grant, others: readonly Grant[]): readonly Grant[] {
  return others.flatMap((other) => {
    const cluster = grant.cluster === '*' ? other.cluster : grant.cluster
    if (other.cluster !== '*' && other.cluster !== cluster) return []
    const permissions = grant.permissions.filter((permission) => other.permissions.includes(permission))
    const [queues, within] = grant.queues === null ? [other.queues, null] : [grant.queues, other.queues]
    return permissions.length === 0 ? [] : [{ cluster, queues, within, permissions }]
  })
}
