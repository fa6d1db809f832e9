import { JOIN_PATH, PeopleChanged, PeopleView, SessionListing } from '../../api/people.js'
import { GroupsChange, RolesChange, SessionsChange, TokensChange, UsersChange } from '../../api/people-changes.js'
import { Problem } from '../../api/problem.js'
import { removeGroup, saveGroup } from '../../people/changes/groups.js'
import { invite } from '../../people/changes/invites.js'
import { removeRole, saveRole } from '../../people/changes/roles.js'
import { addToken, removeToken } from '../../people/changes/tokens.js'
import { addUser, editUser, logOutEverywhere, removeUser } from '../../people/changes/users.js'
import type { Directory } from '../../people/directory.js'
import type { People } from '../../people/service/people.js'
import { ApiError } from '../http/api-error.js'
import { textParameter } from '../http/query.js'
import { json } from '../http/responses.js'
import { AWAY, actOnPeople, CHANGED, change, notForAll, OFF, operation, peopleOf, readably } from './operation.js'
import { peopleViewOf, sessionViewOf } from './views.js'

const FORBIDDEN = { description: '`forbidden`: it takes the permission `people.edit`.', schema: Problem }
const NOTHING: PeopleChanged = { id: null, link: null, token: null, ended: null }
const done = { description: 'Done.', schema: PeopleChanged }

export const people = operation({
  path: '/api/people',
  isForAll: true,
  summary: 'List users, groups, roles and tokens',
  description: 'Requires the permission `people.edit`.',
  parameters: {},
  answers: { 200: { description: 'All of them.', schema: PeopleView }, 403: FORBIDDEN, 409: OFF, 503: AWAY },
  async handle({ principal, services }) {
    const refusal = notForAll(services, principal)
    if (refusal) return refusal
    const all = peopleOf(services)
    return readably(async () => {
      const [directory, users, tokens] = await Promise.all([all.directory(), all.used('user'), all.used('token')])
      const view = { users, tokens, clusters: services.clusters.map(({ id }) => id), now: all.now }
      return json(200, peopleViewOf(directory, services.policy, view))
    })
  },
})

export const sessions = operation({
  path: '/api/people/sessions',
  isForAll: true,
  summary: 'List the sessions of users',
  description: 'Requires the permission `people.edit`.',
  parameters: { user: textParameter('Only of the user with this id.') },
  answers: { 200: { description: 'Newest first.', schema: SessionListing }, 403: FORBIDDEN, 409: OFF, 503: AWAY },
  async handle({ query: { user }, principal, services }) {
    const refusal = notForAll(services, principal)
    if (refusal) return refusal
    const all = peopleOf(services)
    return readably(async () => {
      const [directory, found] = await Promise.all([all.directory(), all.sessions(user)])
      const open = found.filter(({ expiresAt }) => expiresAt > all.now)
      const current = principal.account?.session ?? null
      return json(200, { items: open.map((one) => sessionViewOf(directory, one, current)) })
    })
  },
})

export const changeUsers = change({
  path: '/api/people/users',
  isForAll: true,
  summary: 'Add, edit, invite, disable, enable, log out or remove a user',
  description:
    '`add` and `invite` return a link by which the user sets a password, once and within 7 days. Requires the permission `people.edit`.',
  parameters: {},
  permission: () => 'people.edit',
  body: UsersChange,
  answers: { 200: done, ...CHANGED },
  async handle({ body, principal, services }) {
    const all = peopleOf(services)
    const perform = () => changeUser(all, body, principal.user)
    const target = body.action === 'add' ? body.name : await nameOf(all, body.id)
    const act = { by: principal, action: `user ${body.action}`, queue: null, target, perform }
    return json(200, await actOnPeople(services.actAtHome, act))
  },
})

async function changeUser(all: People, body: UsersChange, by: string | null): Promise<PeopleChanged> {
  switch (body.action) {
    case 'add': {
      const id = await all.change((directory, now) => addUser(directory, body, now))
      return { ...NOTHING, id, link: await linkFor(all, id, by) }
    }
    case 'edit': {
      const { id, name, email, groups, grants } = body
      await all.change((directory) => editUser(directory, id, { name, email, groups, grants }))
      return NOTHING
    }
    case 'invite':
      return { ...NOTHING, link: await linkFor(all, body.id, by) }
    case 'remove':
      await all.change((directory) => removeUser(directory, body.id))
      return NOTHING
    case 'logOut': {
      const ended = await all.sessions(body.id)
      await all.change((directory) => logOutEverywhere(directory, body.id))
      return { ...NOTHING, ended: ended.length }
    }
    default: {
      const isDisabled = body.action === 'disable'
      await all.change((directory) => editUser(directory, body.id, { isDisabled }))
      return NOTHING
    }
  }
}

async function linkFor(all: People, user: string, by: string | null): Promise<string> {
  return JOIN_PATH + (await all.change((directory, now) => invite(directory, { user, by, policy: all.policy }, now)))
}

/** For the audit trail, which must tell of users who are gone. */
async function nameOf(all: People, id: string): Promise<string> {
  const user = (await readably(() => all.directory())).get('user', id)
  if (!user) throw new ApiError('not_found', 'There is no such user.')
  return user.name
}

export const changeGroups = change({
  path: '/api/people/groups',
  isForAll: true,
  summary: 'Add, edit or remove a group',
  description: 'Requires the permission `people.edit`.',
  parameters: {},
  permission: () => 'people.edit',
  body: GroupsChange,
  answers: { 200: done, ...CHANGED },
  async handle({ body, principal, services }) {
    const all = peopleOf(services)
    const target = body.action === 'remove' ? await groupName(all, body.id) : body.group.name
    const perform = () =>
      all.change<string | undefined>((directory) => {
        if (body.action === 'remove') return removeGroup(directory, body.id)
        return saveGroup(directory, body.action === 'edit' ? body.id : null, body.group)
      })
    const act = { by: principal, action: `group ${body.action}`, queue: null, target, perform }
    return json(200, { ...NOTHING, id: (await actOnPeople(services.actAtHome, act)) ?? null })
  },
})

async function groupName(all: People, id: string): Promise<string> {
  return (await readably(() => all.directory())).get('group', id)?.name ?? id
}

export const changeRoles = change({
  path: '/api/people/roles',
  isForAll: true,
  summary: 'Save or remove a role',
  description: 'Requires the permission `people.edit`. The roles viewer, operator and admin can’t be changed.',
  parameters: {},
  permission: () => 'people.edit',
  body: RolesChange,
  answers: { 200: done, ...CHANGED },
  async handle({ body, principal, services }) {
    const all = peopleOf(services)
    const perform = () =>
      all.change((directory) =>
        body.action === 'save' ? saveRole(directory, body.name, body.permissions) : removeRole(directory, body.name),
      )
    await actOnPeople(services.actAtHome, {
      ...{ by: principal, action: `role ${body.action}`, queue: null, target: body.name, perform },
    })
    return json(200, NOTHING)
  },
})

export const changeTokens = change({
  path: '/api/people/tokens',
  isForAll: true,
  summary: 'Add a token that acts for itself, or remove any token',
  description: 'The response to `add` is the only one with the token. Requires the permission `people.edit`.',
  parameters: {},
  permission: () => 'people.edit',
  body: TokensChange,
  answers: { 200: done, ...CHANGED },
  async handle({ body, principal, services }) {
    const all = peopleOf(services)
    const act = { by: principal, action: `token ${body.action}`, queue: null }
    if (body.action === 'remove') {
      const target = tokenName(await readably(() => all.directory()), body.id)
      const perform = () => all.change((directory) => removeToken(directory, body.id))
      await actOnPeople(services.actAtHome, { ...act, target, perform })
      return json(200, NOTHING)
    }
    const { name, grants, expiresAt } = body
    const perform = () =>
      all.change((directory, now) =>
        addToken(directory, { name, grants, expiresAt, user: null, createdBy: principal.user }, now),
      )
    return json(200, { ...NOTHING, ...(await actOnPeople(services.actAtHome, { ...act, target: name, perform })) })
  },
})

export function tokenName(directory: Directory, id: string): string {
  return directory.get('token', id)?.name ?? id
}

export const changeSessions = change({
  path: '/api/people/sessions',
  isForAll: true,
  summary: 'End a session of a user',
  description: 'Requires the permission `people.edit`.',
  parameters: {},
  permission: () => 'people.edit',
  body: SessionsChange,
  answers: { 200: done, ...CHANGED },
  async handle({ body, principal, services }) {
    const all = peopleOf(services)
    const target = await nameOf(all, body.user)
    const perform = () => all.endSessions(body.user, { hash: body.id })
    const act = { by: principal, action: 'session end', queue: null, target, perform }
    return json(200, { ...NOTHING, ended: await actOnPeople(services.actAtHome, act) })
  },
})
