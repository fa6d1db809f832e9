import { type Fields, fieldsOf, hasOnly, isSecret } from '../../../lib/fields.js'
import { isProviderUrl } from './options.js'

const MAX_PROVIDERS = 10
const OIDC = 'id, name, issuer, clientId, clientSecret, scopes, groupsClaim, nameClaim, logout and kind'
const GITHUB = 'id, kind, name, clientId, clientSecret, orgs and url'

/** The error in a value of `auth.people.sso`, as a message without secrets; null if it is valid. */
export function ssoProblem(sso: unknown): string | null {
  if (sso === undefined) return null
  if (!Array.isArray(sso) || sso.length > MAX_PROVIDERS)
    return `\`people.sso\` takes a list of at most ${MAX_PROVIDERS} providers.`
  const problem = sso.map(providerProblem).find((one) => one !== null)
  if (problem) return problem
  const all = sso as readonly Fields[]
  if (isTwice(all.map(({ id }) => id))) return '`people.sso` has two providers of one id.'
  if (isTwice(all.map(nameOf))) return '`people.sso` has two providers of one name.'
  const isOpen = all.length > 1 && all.some(({ kind, orgs }) => kind === 'github' && orgs === undefined)
  return isOpen
    ? '`people.sso` has GitHub beside another provider: it takes `orgs`, because anyone can create an organization named like a group of the other one.'
    : null
}

function nameOf({ kind, name }: Fields): unknown {
  return name ?? (kind === 'github' ? 'GitHub' : undefined)
}

function isTwice(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length
}

function providerProblem(provider: unknown, index: number): string | null {
  const fields = fieldsOf(provider)
  const where = `\`people.sso[${index}]\``
  if (!fields) return `${where} takes an object with ${OIDC}; or with ${GITHUB}.`
  const isGithub = fields.kind === 'github'
  if (!isGithub && fields.kind !== undefined && fields.kind !== 'oidc')
    return `\`people.sso[${index}].kind\` takes 'oidc' or 'github'.`
  const known = isGithub ? GITHUB : OIDC
  if (!hasOnly(fields, known.split(/, | and /))) return `${where} takes ${known}, and nothing else.`
  const checks = { ...COMMON, ...(isGithub ? OF_GITHUB : OF_OIDC) }
  const wrong = Object.entries(checks).find(([field, { accepts }]) => !accepts(fields[field]))
  return wrong ? `\`people.sso[${index}].${wrong[0]}\` takes ${wrong[1].takes}.` : null
}

interface Check {
  readonly takes: string
  readonly accepts: (value: unknown) => boolean
}

const optional = (accepts: Check['accepts']) => (value: unknown) => value === undefined || accepts(value)
const listOf = (pattern: RegExp) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && pattern.test(one))

const COMMON: Readonly<Record<string, Check>> = {
  id: {
    takes: 'lower-case letters, digits and hyphens, at most 40',
    accepts: (v) => typeof v === 'string' && /^[a-z0-9][a-z0-9-]{0,39}$/.test(v),
  },
  clientId: { takes: 'a text, as the provider shows it', accepts: isSecret },
  clientSecret: { takes: 'a text, as the provider shows it', accepts: isSecret },
}

const OF_OIDC: Readonly<Record<string, Check>> = {
  name: { takes: 'a text of 1 to 60 characters', accepts: isName },
  issuer: {
    takes: 'the issuer’s URL, https://id.example.com; http only on this machine; without /.well-known and a query',
    accepts: isProviderUrl,
  },
  scopes: { takes: "a list of scopes, ['openid', 'groups']", accepts: optional(listOf(/^[\x21\x23-\x5b\x5d-\x7e]+$/)) },
  groupsClaim: { takes: "the name of a claim, 'groups'", accepts: optional(isSecret) },
  nameClaim: { takes: "the name of a claim, 'preferred_username'", accepts: optional(isSecret) },
  logout: { takes: 'true or false', accepts: optional((v) => typeof v === 'boolean') },
}

const OF_GITHUB: Readonly<Record<string, Check>> = {
  name: { takes: 'a text of 1 to 60 characters', accepts: optional(isName) },
  orgs: { takes: "a list of organizations, ['acme']", accepts: optional(listOf(/^[\w-]{1,100}$/)) },
  url: { takes: 'the URL of a GitHub Enterprise Server, https://github.example.com', accepts: optional(isProviderUrl) },
}

/** Control characters could forge lines of the log. */
function isName(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.trim() === value &&
    value.length >= 1 &&
    value.length <= 60 &&
    !/\p{Cc}/u.test(value)
  )
}
