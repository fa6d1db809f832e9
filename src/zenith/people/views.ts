import type { GroupView, PeopleView, RoleView, SessionView, TokenView, UserView } from '../../api/people.js'
import { type Policy, ROLES } from '../../api/permissions.js'
import { byText } from '../../lib/compare.js'
import type { Directory, Group, Token, User } from '../../people/directory.js'
import { groupsOf, roleGrantsOf, roleName } from '../../people/rights.js'
import { detailsOf } from '../../people/service/people.js'
import type { StoredSession } from '../../ports/index.js'

/** When each was used last, by id, Unix ms. */
export type Used = ReadonlyMap<string, number>

export function userViewOf(directory: Directory, user: User, used: Used, now: number): UserView {
  const identities = directory.identitiesOf(user.id)
  const claimed = groupsOf(directory, user).flatMap(({ id }) => (user.groups.includes(id) ? [] : [id]))
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    isDisabled: user.isDisabled,
    hasPassword: user.password !== null,
    isInvited: directory.all('invite').some((one) => one.user === user.id && one.expiresAt > now),
    identities: identities.map(({ issuer, email, groups }) => ({ issuer, email, groups })),
    groups: user.groups,
    claimed,
    grants: user.grants,
    role: roleName(roleGrantsOf(directory, user)),
    createdAt: user.createdAt,
    seenAt: used.get(user.id) ?? null,
  }
}

function groupViewOf(directory: Directory, { id, name, claims, grants }: Group): GroupView {
  const members = directory.all('user').filter((user) => groupsOf(directory, user).some((group) => group.id === id))
  return { id, name, claims, grants, members: members.length }
}

export function tokenViewOf(directory: Directory, token: Token, used: Used): TokenView {
  const { id, name, start, user, grants, createdAt, createdBy, expiresAt } = token
  const owner = user === null ? null : (directory.get('user', user)?.name ?? null)
  return { id, name, start, user: owner, grants, createdAt, createdBy, expiresAt, usedAt: used.get(id) ?? null }
}

/** @param current the hash of the session of this request */
export function sessionViewOf(directory: Directory, session: StoredSession, current: string | null): SessionView {
  const { hash, user, createdAt, seenAt, expiresAt } = session
  return {
    ...{ id: hash, user: directory.get('user', user)?.name ?? '', userId: user },
    ...detailsOf(session),
    ...{ createdAt, seenAt, expiresAt, isCurrent: hash === current },
  }
}

function roleViews(directory: Directory, policy: Policy): readonly RoleView[] {
  const builtIn = ROLES.map((name) => ({ name, isBuiltIn: true, permissions: policy.permissionsWith(name) }))
  const own = directory.all('role').map(({ name, permissions }) => ({ name, isBuiltIn: false, permissions }))
  return [...builtIn, ...own.sort((a, b) => byText(a.name, b.name))]
}

export function peopleViewOf(
  directory: Directory,
  policy: Policy,
  { users, tokens, clusters, now }: { users: Used; tokens: Used; clusters: readonly string[]; now: number },
): PeopleView {
  const byName = (a: { name: string }, b: { name: string }) => byText(a.name, b.name)
  return {
    users: directory
      .all('user')
      .map((user) => userViewOf(directory, user, users, now))
      .sort(byName),
    groups: directory
      .all('group')
      .map((group) => groupViewOf(directory, group))
      .sort(byName),
    roles: roleViews(directory, policy),
    tokens: directory
      .all('token')
      .map((token) => tokenViewOf(directory, token, tokens))
      .sort(byName),
    clusters,
  }
}
