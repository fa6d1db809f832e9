import { PERMISSIONS } from './permissions.js'
import { amount, count, flag, type Infer, listOf, listUpTo, object, oneOf, orNull, text } from './schema.js'

/** Users and what they may do. Times are Unix ms. */

/** Most users, and so on, of one Zenith. */
export const MAX_USERS = 10_000
export const MAX_GROUPS = 500
export const MAX_ROLES = 100
export const MAX_TOKENS = 1_000
export const MAX_GRANTS = 100
/** NIST SP 800-63B: length is what counts. */
export const MIN_PASSWORD_CHARS = 10

/** Path of a one-time link below Zenith, before its secret: on one level, because a browser sends a cookie to the folder of the page that set it. */
export const JOIN_PATH = 'join?link='

export const ROLE_NAME = /^[a-z][a-z0-9-]{0,39}$/

export const RoleGrant = object('A role for some clusters and queues.', {
  cluster: text('Id of a cluster; `*`: all.'),
  queues: orNull(listOf(text('Name or key of a queue; `*` is any text.'), 'Null: all queues.')),
  role: text('Name of a role.'),
})
export type RoleGrant = Infer<typeof RoleGrant>

const grants = listUpTo(MAX_GRANTS, RoleGrant, 'What is allowed.')

export const IdentityView = object('An account at a provider of single sign-on.', {
  issuer: text('URL of the provider.'),
  email: orNull(text('Mail address.')),
  groups: listOf(text('Name.'), 'Groups at the provider, as of the last log-in.'),
})

export const UserView = object('A user.', {
  id: text('Id.'),
  name: text('Name.'),
  email: orNull(text('Mail address.')),
  isDisabled: flag('Whether the user is locked out.'),
  hasPassword: flag('Whether the user can log in with a password.'),
  isInvited: flag('Whether there is a link by which the user sets a password.'),
  identities: listOf(IdentityView, 'Accounts for single sign-on.'),
  groups: listOf(text('Id of a group.'), 'Groups that an admin put the user in.'),
  claimed: listOf(text('Id of a group.'), 'Groups by single sign-on.'),
  grants,
  role: text('The highest built-in role of all grants, else the names of the roles; empty: none.'),
  createdAt: amount('When the user was added.'),
  seenAt: orNull(amount('When the user was seen last, to the minute; null: never.')),
})
export type UserView = Infer<typeof UserView>

export const GroupView = object('A group of users.', {
  id: text('Id.'),
  name: text('Name.'),
  claims: listOf(text('Name.'), 'Groups of single sign-on whose users are in this one.'),
  grants,
  members: count('Number of users.'),
})
export type GroupView = Infer<typeof GroupView>

export const RoleView = object('A role.', {
  name: text('Name.'),
  isBuiltIn: flag('Whether it comes with Zenith and can’t be changed.'),
  permissions: listOf(oneOf(PERMISSIONS, 'A permission.')),
})
export type RoleView = Infer<typeof RoleView>

export const TokenView = object('An API token, without its secret.', {
  id: text('Id.'),
  name: text('Name.'),
  start: text('Its first characters.'),
  user: orNull(text('Name of the user that it acts for, with at most that user’s rights; null: for itself.')),
  grants,
  createdAt: amount('When it was created.'),
  createdBy: orNull(text('Name of the user who created it.')),
  expiresAt: orNull(amount('When it expires; null: never.')),
  usedAt: orNull(amount('When it was used last, to the minute; null: never.')),
})
export type TokenView = Infer<typeof TokenView>

export const SessionView = object('A session of a user.', {
  id: text('Id.'),
  user: text('Name of the user.'),
  userId: text('Id of the user.'),
  via: text('How the user logged in: `password`, `link`, or the name of a provider.'),
  address: text('Address of the client at the log-in.'),
  agent: text('The browser, as it calls itself.'),
  createdAt: amount('When it began.'),
  seenAt: amount('When it was used last, to the minute.'),
  expiresAt: amount('When it ends.'),
  isCurrent: flag('Whether it is the session of this request.'),
})
export type SessionView = Infer<typeof SessionView>

export const PeopleView = object('All users, groups, roles and tokens.', {
  users: listUpTo(MAX_USERS, UserView, 'By name.'),
  groups: listUpTo(MAX_GROUPS, GroupView, 'By name.'),
  roles: listUpTo(MAX_ROLES + 3, RoleView, 'Built-in ones first, then by name.'),
  tokens: listUpTo(MAX_TOKENS, TokenView, 'By name.'),
  clusters: listOf(text('Id of a cluster.')),
})
export type PeopleView = Infer<typeof PeopleView>

export const SessionListing = object('Sessions.', {
  items: listUpTo(1_000, SessionView, 'Newest first.'),
})
export type SessionListing = Infer<typeof SessionListing>

export const AccountView = object('The user of the session, and what belongs to it.', {
  user: UserView,
  groups: listOf(text('Name of a group.'), 'Groups that the user is in.'),
  grants: listOf(RoleGrant, 'What the user is allowed, by groups, too.'),
  sessions: listUpTo(1_000, SessionView, 'Newest first.'),
  tokens: listUpTo(MAX_TOKENS, TokenView, 'By name.'),
})
export type AccountView = Infer<typeof AccountView>

export const PeopleChanged = object('The change is made.', {
  id: orNull(text('Id of what was added; null for other changes.')),
  link: orNull(text('Path below Zenith by which the user sets a password, once and within 7 days; else null.')),
  token: orNull(text('The token, which is shown only now; else null.')),
  ended: orNull(count('Number of sessions that ended; else null.')),
})
export type PeopleChanged = Infer<typeof PeopleChanged>
