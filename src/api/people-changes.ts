import * as v from 'valibot'
import {
  actionField,
  flagField,
  listField,
  objectField,
  optionalField,
  textField,
  wholeField,
  wordField,
} from './fields.js'
import { MAX_GRANTS, MIN_PASSWORD_CHARS, ROLE_NAME } from './people.js'
import { PERMISSIONS } from './permissions.js'

/** The bodies of changes of users and their rights. */

const MAX_TIME = 8_640_000_000_000_000
const MAX_QUEUES = 50
const MAX_PASSWORD_CHARS = 1_000

const id = (what: string) => textField(`Id of the ${what}.`, 100)
const name = (what: string) => textField(`Name of the ${what}.`, 100)
const roleName = v.pipe(
  textField('Name of the role.', 40),
  v.regex(ROLE_NAME, 'takes lower-case letters, digits and hyphens, at most 40, a letter first.'),
)
/** Strict enough to be written into a header. */
const email = optionalField(
  v.pipe(
    textField('Mail address.', 320),
    v.regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/, 'takes a mail address, `ada@example.com`.'),
  ),
)

export const RoleGrantInput = objectField('A role for some clusters and queues.', {
  cluster: v.optional(textField('Id of a cluster; `*`: all.', 64), '*'),
  queues: optionalField(
    listField(textField('Name or key of a queue; `*` is any text.', 300), 1, MAX_QUEUES, 'Null: all queues.'),
  ),
  role: textField('Name of a role.', 40),
})

const grants = listField(RoleGrantInput, 0, MAX_GRANTS, 'What is allowed.')
const groups = listField(textField('Id of a group.', 100), 0, 100, 'Groups.')

export const passwordField = textField(`Password of ${MIN_PASSWORD_CHARS} characters or more.`, MAX_PASSWORD_CHARS)

export const UsersChange = actionField('The change.', {
  /** The answer has a link by which the user sets a password. */
  add: { name: name('user'), email, groups: v.optional(groups, []), grants: v.optional(grants, []) },
  edit: {
    id: id('user'),
    name: name('user'),
    email,
    groups,
    grants,
  },
  disable: { id: id('user') },
  enable: { id: id('user') },
  remove: { id: id('user') },
  /** A new link; the password stays until it is used. */
  invite: { id: id('user') },
  logOut: { id: id('user') },
})
export type UsersChange = v.InferOutput<typeof UsersChange>

const group = objectField('The group.', {
  name: name('group'),
  claims: v.optional(
    listField(textField('Name of a group at a provider.', 200), 0, 50, 'Groups of single sign-on.'),
    [],
  ),
  grants,
})

export const GroupsChange = actionField('The change.', {
  add: { group },
  edit: { id: id('group'), group },
  remove: { id: id('group') },
})
export type GroupsChange = v.InferOutput<typeof GroupsChange>

export const RolesChange = actionField('The change.', {
  save: {
    name: roleName,
    permissions: listField(wordField(PERMISSIONS, 'A permission.'), 1, PERMISSIONS.length, 'Permissions.'),
  },
  remove: { name: roleName },
})
export type RolesChange = v.InferOutput<typeof RolesChange>

const newToken = {
  name: name('token'),
  grants: listField(RoleGrantInput, 1, MAX_GRANTS, 'What it is allowed.'),
  expiresAt: optionalField(wholeField(0, MAX_TIME, 'When it expires, Unix ms; null: never.')),
}

/** Tokens that act for themselves. */
export const TokensChange = actionField('The change.', { add: newToken, remove: { id: id('token') } })
export type TokensChange = v.InferOutput<typeof TokensChange>

export const SessionsChange = actionField('The change.', { end: { id: id('session'), user: id('user') } })
export type SessionsChange = v.InferOutput<typeof SessionsChange>

/** What users change of themselves. */
export const AccountChange = actionField('The change.', {
  password: {
    current: textField('The current password.', MAX_PASSWORD_CHARS),
    password: passwordField,
  },
  endSession: { id: id('session') },
  logOutEverywhere: { keepThis: v.optional(flagField('Whether this session stays.'), true) },
  addToken: newToken,
  removeToken: { id: id('token') },
})
export type AccountChange = v.InferOutput<typeof AccountChange>
