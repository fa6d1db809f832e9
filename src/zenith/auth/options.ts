import { isRole, type Role } from '../../api/permissions.js'
import { type Fields, fieldsOf, hasOnly, isSecret } from '../../lib/fields.js'
import { isPasswordHash } from '../../people/password.js'
import { isPageUrl } from '../http/page-url.js'
import type { LinkAuth } from './link/link.js'
import type { LoginOptions } from './login/options.js'
import type { PeopleAuth } from './people/options.js'
import { ssoProblem } from './sso/problem.js'

/**
 * Decides about a request: a role allows it, `true` allows it as a viewer; false or null responds with 404; a `Response` is sent unchanged
 * (such as a redirect to a log-in).
 *
 * @param peer the remote address of the socket, null if unknown; behind a proxy it is the proxy's
 */
export type Authorize = (
  request: Request,
  peer: string | null,
) => boolean | Role | Response | null | undefined | Promise<boolean | Role | Response | null | undefined>

export interface BasicAuth {
  readonly basic: { readonly username: string; readonly password: string; readonly role?: Role | undefined }
}

export interface BearerAuth {
  readonly bearer: string
  /** @default 'viewer' */
  readonly role?: Role | undefined
}

/**
 * `'local'`: only this machine, whatever NODE_ENV is. A proxy that adds no header and preserves the local `Host` looks like this machine:
 * if there may be one, or if several users share the machine, pass `{ link: createLoginLink() }`.
 */
export type ZenithAuth = Authorize | 'local' | BasicAuth | BearerAuth | LinkAuth | LoginOptions | PeopleAuth

const TAKES =
  "a function, 'local', { basic: { username, password, role? } }, { bearer: token, role? }, { link: createLoginLink() }, { users: [{ name, password, role? }] } or { people: {} } beside an archive, none of them empty"

/** The error in a value of the option `auth`, as a message without secrets; null if it is valid. */
export function authProblem(auth: unknown): string | null {
  if (typeof auth === 'function' || auth === 'local') return null
  const fields = fieldsOf(auth)
  if (!fields) return `takes ${TAKES}.`
  const ways = ['basic', 'bearer', 'link', 'users', 'people'].filter((way) => fields[way] !== undefined)
  if (ways.length !== 1) return `takes ${TAKES}, and one of them only.`
  if (ways[0] === 'users') return loginProblem(fields)
  if (ways[0] === 'people') return peopleProblem(fields)
  if (ways[0] === 'link') return isLink(fields.link) && hasOnly(fields, ['link']) ? null : `takes ${TAKES}.`
  const isRight = ways[0] === 'basic' ? isBasic(fields) : isSecret(fields.bearer) && isRoleOrNone(fields.role)
  return isRight && hasOnly(fields, ['basic', 'bearer', 'role']) ? null : `takes ${TAKES}.`
}

/** By shape: another copy of this package may have made it. */
function isLink(link: unknown): boolean {
  const { make, spend } = fieldsOf(link) ?? {}
  return typeof make === 'function' && typeof spend === 'function'
}

function isBasic({ basic, role }: Fields): boolean {
  const fields = fieldsOf(basic)
  if (!fields || role !== undefined) return false
  return isSecret(fields.username) && isSecret(fields.password) && isRoleOrNone(fields.role)
}

function peopleProblem({ people, ...others }: Fields): string | null {
  const fields = fieldsOf(people)
  if (Object.keys(others).length > 0) return 'with `people` takes nothing else beside it.'
  if (!fields || !hasOnly(fields, ['secret', 'sessionHours', 'secureCookies', 'sso', 'url']))
    return '`people` takes an object with `secret`, `sessionHours`, `secureCookies`, `sso` and `url`, and nothing else.'
  if (fields.url !== undefined && !isPageUrl(fields.url))
    return '`people.url` takes the URL of the page, https://zenith.example.com.'
  return sessionProblem(fields) ?? ssoProblem(fields.sso)
}

function loginProblem(fields: Fields): string | null {
  const { users } = fields
  if (!hasOnly(fields, ['users', 'secret', 'sessionHours', 'secureCookies'])) {
    return 'with `users` takes `secret`, `sessionHours` and `secureCookies` besides, and nothing else.'
  }
  if (!Array.isArray(users) || users.length === 0)
    return '`users` takes a list of { name, password, role? }, not empty.'
  const problem = users.map(userProblem).find((one) => one !== null)
  if (problem) return problem
  if (new Set(users.map(({ name }) => name)).size < users.length) return 'has two users of one name.'
  return sessionProblem(fields)
}

function sessionProblem({ secret, sessionHours, secureCookies }: Fields): string | null {
  if (secret !== undefined && !isLongSecret(secret)) return '`secret` takes a text of 16 characters or more.'
  if (sessionHours !== undefined && !isHours(sessionHours))
    return '`sessionHours` takes a number above 0, at most 8760.'
  return secureCookies === undefined || ['auto', true, false].some((one) => one === secureCookies)
    ? null
    : "`secureCookies` takes 'auto', true or false."
}

function userProblem(user: unknown): string | null {
  const fields = fieldsOf(user)
  const { name, password, role } = fields ?? {}
  if (typeof name !== 'string' || !isName(name)) return 'has a user whose `name` is not a text of 1 to 100 characters.'
  if (!isPasswordHash(password)) {
    return `takes hashes, not passwords: that of user "${name}" is none. \`npx quasar hash-password\` makes one ("scrypt:…") from a password.`
  }
  if (!isRoleOrNone(role)) return `has a user "${name}" whose \`role\` is none of viewer, operator, admin.`
  return hasOnly(fields ?? {}, ['name', 'password', 'role'])
    ? null
    : `has a user "${name}" with something besides name, password and role.`
}

/** Control characters could forge lines of the log. */
function isName(name: string): boolean {
  return name.trim() === name && name.length >= 1 && name.length <= 100 && !/\p{Cc}/u.test(name)
}

export function isLongSecret(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 16
}

function isHours(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= 8_760
}

function isRoleOrNone(value: unknown): boolean {
  return value === undefined || isRole(value)
}
