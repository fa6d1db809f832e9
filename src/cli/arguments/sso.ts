import type { SsoOptions } from '../../runtime/create-zenith.js'
import { wrongUse } from './command.js'
import { list, type OptionSpec, type Parsed, text, yesOrNo } from './options.js'

/** As the option `auth` takes it. */
const ISSUER = /^(https:\/\/.+|http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])([:/].*)?|github)$/

const anything = text(/./, 'a text')
/** Value of `--sso-issuer` for the one that is no provider of OpenID Connect. */
const GITHUB = 'github'

export const SSO_OPTIONS = {
  'sso-issuer': {
    value: 'URL',
    env: 'QUASAR_SSO_ISSUER',
    help: 'single sign-on beside --people: issuer of a provider, or github; needs the package openid-client',
    read: text(ISSUER, 'the URL of an issuer, https://id.example.com (http only on this machine), or github'),
  },
  'sso-name': {
    value: 'NAME',
    env: 'QUASAR_SSO_NAME',
    help: 'name of the provider on the log-in page',
    default: 'the host of its issuer',
    read: anything,
  },
  'sso-client-id': { value: 'ID', env: 'QUASAR_SSO_CLIENT_ID', help: 'id of Zenith at the provider', read: anything },
  'sso-client-secret': {
    value: 'SECRET',
    env: 'QUASAR_SSO_CLIENT_SECRET',
    isSecret: true,
    help: 'its secret there',
    read: anything,
  },
  'sso-scopes': {
    value: 'LIST',
    env: 'QUASAR_SSO_SCOPES',
    help: 'scopes to request',
    default: 'openid,profile,email',
    read: list(() => true, 'scopes, comma-separated: openid,groups'),
  },
  'sso-groups-claim': {
    value: 'NAME',
    env: 'QUASAR_SSO_GROUPS_CLAIM',
    help: 'claim with the groups of a user',
    default: 'groups',
    read: anything,
  },
  'sso-name-claim': {
    value: 'NAME',
    env: 'QUASAR_SSO_NAME_CLAIM',
    help: 'claim with the name of a new user',
    default: 'preferred_username',
    read: anything,
  },
  'sso-logout': {
    value: 'CHOICE',
    env: 'QUASAR_SSO_LOGOUT',
    help: 'yes or no: a log-out ends the session at the provider, too',
    default: 'yes',
    read: yesOrNo,
  },
  'sso-orgs': {
    value: 'LIST',
    env: 'QUASAR_SSO_ORGS',
    help: 'with github: the organizations that count',
    default: 'all',
    read: list(() => true, 'organizations, comma-separated: acme'),
  },
} as const satisfies Record<string, OptionSpec<unknown>>

type Values = Parsed<typeof SSO_OPTIONS>['values']

/** @returns null without a provider. @throws Problem when options contradict each other */
export function ssoOf(values: Values): SsoOptions | null {
  const given = Object.keys(SSO_OPTIONS).filter((name) => values[name as keyof Values] !== undefined)
  const { 'sso-issuer': issuer, 'sso-client-id': clientId, 'sso-client-secret': clientSecret } = values
  if (given.length === 0) return null
  if (issuer === undefined || clientId === undefined || clientSecret === undefined)
    throw wrongUse('single sign-on takes --sso-issuer, --sso-client-id and QUASAR_SSO_CLIENT_SECRET together.')
  return issuer === GITHUB
    ? githubOf(values, given, { clientId, clientSecret })
    : oidcOf(values, { issuer, clientId, clientSecret })
}

interface Client {
  readonly clientId: string
  readonly clientSecret: string
}

function githubOf(
  { 'sso-name': name, 'sso-orgs': orgs }: Values,
  given: readonly string[],
  client: Client,
): SsoOptions {
  const foreign = given.find((option) => /scopes|claim|logout/.test(option))
  if (foreign) throw wrongUse(`--${foreign} does nothing with --sso-issuer ${GITHUB}: leave it out.`)
  return { id: GITHUB, kind: GITHUB, name, ...client, orgs }
}

function oidcOf(values: Values, { issuer, ...client }: Client & { readonly issuer: string }): SsoOptions {
  if (values['sso-orgs']) throw wrongUse(`--sso-orgs takes --sso-issuer ${GITHUB}.`)
  const host = URL.canParse(issuer) ? new URL(issuer).host : issuer
  return {
    ...{
      id: 'sso',
      name: values['sso-name'] ?? host.slice(0, 60),
      issuer,
      ...client,
    },
    ...{ scopes: values['sso-scopes'], groupsClaim: values['sso-groups-claim'] },
    ...{ nameClaim: values['sso-name-claim'], logout: values['sso-logout'] },
  }
}
