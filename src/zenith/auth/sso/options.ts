/** A provider of OpenID Connect: Keycloak, Entra ID, Okta, Google … */
export interface OidcOptions {
  readonly kind?: 'oidc' | undefined
  /** Lower-case letters, digits and hyphens, at most 40: `login?with=ID` begins a log-in. */
  readonly id: string
  /** On the button, and in the list of sessions: `Keycloak`. At most 60 characters. */
  readonly name: string
  /** Exactly as the provider publishes it; https, or http on this machine: `https://id.example.com/realms/main` */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** `openid` is always requested. @default ['openid', 'profile', 'email'] */
  readonly scopes?: readonly string[] | undefined
  /** Claim with the names of the user's groups, in the ID token or else in UserInfo. Dots lead into objects. @default 'groups' */
  readonly groupsClaim?: string | undefined
  /** Claim with the name for a new user. @default the first of `preferred_username`, `name`, `email`, `sub` */
  readonly nameClaim?: string | undefined
  /** Whether a log-out also goes to the provider's page for it, if there is one. @default true */
  readonly logout?: boolean | undefined
}

/** GitHub, or a GitHub Enterprise Server. Its organizations and teams are groups: `acme`, `acme/platform`. */
export interface GithubOptions {
  readonly kind: 'github'
  readonly id: string
  /** @default 'GitHub' */
  readonly name?: string | undefined
  readonly clientId: string
  readonly clientSecret: string
  /** The organizations that count; necessary beside other providers, because anyone can create an organization. @default all */
  readonly orgs?: readonly string[] | undefined
  /** Of a GitHub Enterprise Server. @default 'https://github.com' */
  readonly url?: string | undefined
}

export type SsoOptions = OidcOptions | GithubOptions

export const GITHUB = 'https://github.com'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether a provider's URL is protected against eavesdroppers: https, or http that stays on this machine. */
export function isProviderUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 500 || !URL.canParse(value)) return false
  const { protocol, hostname, search, hash, username, password, pathname } = new URL(value)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
  return isSafe && `${search}${hash}${username}${password}` === '' && !pathname.includes('/.well-known/')
}
