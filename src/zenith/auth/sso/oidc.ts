import type { ClientAuth, Configuration, IDToken, TokenEndpointResponse } from 'openid-client'
import type { ProvidedIdentity } from '../../../people/changes/identities.js'
import { claimOf, groupsIn, identityFrom } from './claims.js'
import { loadOpenidClient, type Oidc } from './load-openid-client.js'
import { oidcErrorOf } from './oidc-error.js'
import type { OidcOptions } from './options.js'
import { invalidError, type Provider, type Round, SsoError, WITHIN_MS } from './provider.js'
import { within } from './within.js'

const SCOPES = ['openid', 'profile', 'email']
/** Tolerated difference between the clocks, seconds. */
const CLOCK_TOLERANCE_S = 30
/** Metadata of the provider is read again after this time, ms. */
const FRESH_MS = 3_600_000

interface Discovered {
  readonly oidc: Oidc
  readonly configuration: Configuration
  /** `performance.now()` */
  readonly at: number
}

/** A provider of OpenID Connect: authorization code with PKCE, state and nonce. */
export function oidcProvider(options: OidcOptions): Provider {
  const { id, name, logout = true } = options
  const discovered = onceFresh(() => discover(options))
  const attempt = <T>(work: () => Promise<T>) => within(name, work, (error) => oidcErrorOf(name, error))
  return {
    id,
    name,
    authorizationUrl: (round) => attempt(async () => authorizationUrl(await discovered(), options, round)),
    identityOf: (answer, round) => attempt(async () => identityOf(await discovered(), options, answer, round)),
    logoutUrl: (back) =>
      attempt(async () => {
        if (!logout) return null
        const { oidc, configuration } = await discovered()
        if (configuration.serverMetadata().end_session_endpoint === undefined) return null
        return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: back })
      }),
  }
}

/** Requests at the same time share one discovery; one that failed is repeated by the next request. */
function onceFresh(make: () => Promise<Discovered>): () => Promise<Discovered> {
  let last: Discovered | null = null
  let running: Promise<Discovered> | null = null
  return async () => {
    if (last && performance.now() - last.at < FRESH_MS) return last
    running ??= make().finally(() => {
      running = null
    })
    last = await running
    return last
  }
}

async function discover({ name, issuer, clientId, clientSecret }: OidcOptions): Promise<Discovered> {
  const oidc = await loadOpenidClient()
  const metadata = { client_secret: clientSecret, [oidc.clockTolerance]: CLOCK_TOLERANCE_S }
  const url = new URL(issuer)
  // Without the first, a forged signature of an ID token is accepted.
  const execute = [oidc.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])]
  const timeout = WITHIN_MS / 1_000
  const configuration = await oidc.discovery(url, clientId, metadata, authenticationOf(oidc, clientSecret), {
    execute,
    timeout,
  })
  const told = configuration.serverMetadata().issuer
  // Entra ID answers for all tenants with a pattern: then users of any tenant could log in.
  if (!URL.canParse(told) || new URL(told).href !== url.href)
    throw new SsoError(
      'setup',
      `The issuer of ${name} is another one. The log has it.`,
      `its issuer is ${told}, not ${issuer}`,
    )
  return { oidc, configuration, at: performance.now() }
}

/** In the body where the provider takes it: few decode every character of HTTP Basic, which is the default of the standard. */
function authenticationOf(oidc: Oidc, secret: string): ClientAuth {
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)]
  return (server, ...rest) => {
    const isPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ?? false
    return (isPost ? post : basic)(server, ...rest)
  }
}

async function authorizationUrl(
  { oidc, configuration }: Discovered,
  { scopes = SCOPES }: OidcOptions,
  { redirectUri, state, nonce, verifier }: Round,
): Promise<URL> {
  return oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: [...new Set(['openid', ...scopes])].join(' '),
    ...{ state, nonce, code_challenge_method: 'S256' },
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  })
}

async function identityOf(
  discovered: Discovered,
  options: OidcOptions,
  answer: URLSearchParams,
  { redirectUri, state, nonce, verifier }: Round,
): Promise<ProvidedIdentity> {
  const { oidc, configuration } = discovered
  const tokens = await oidc.authorizationCodeGrant(configuration, new URL(`${redirectUri}?${answer}`), {
    ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
  })
  const claims = tokens.claims()
  if (!claims) throw invalidError(options.name, 'the answer has no ID token')
  const { groupsClaim = 'groups', nameClaim } = options
  const all = await withUserInfo(discovered, tokens, claims, [groupsClaim, nameClaim ?? 'preferred_username'])
  return identityFrom(all, nameClaim, {
    ...{ issuer: claims.iss, subject: claims.sub, groups: groupsIn(claimOf(all, groupsClaim)) },
  })
}

/** Providers differ in which claims they put into the ID token. What it has is signed, and stays. */
async function withUserInfo(
  { oidc, configuration }: Discovered,
  { access_token: accessToken }: TokenEndpointResponse,
  claims: IDToken,
  wanted: readonly string[],
) {
  const isWhole = wanted.every((claim) => claimOf(claims, claim) !== undefined)
  if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return claims
  return { ...(await oidc.fetchUserInfo(configuration, accessToken, claims.sub)), ...claims }
}
