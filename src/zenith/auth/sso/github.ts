import { createHash } from 'node:crypto'
import type { ProvidedIdentity } from '../../../people/changes/identities.js'
import { groupsIn, identityFrom } from './claims.js'
import { GITHUB, type GithubOptions } from './options.js'
import {
  awayError,
  invalidError,
  type Provider,
  type Round,
  refusedError,
  type SsoError,
  WITHIN_MS,
} from './provider.js'
import { within } from './within.js'

/** To list organizations and teams. */
const SCOPE = 'read:org'
const PAGE_SIZE = 100
const MAX_PAGES = 10

type Fields = Readonly<Record<string, unknown>>

/** GitHub speaks OAuth 2 without OpenID Connect: who logged in is asked of its API. */
export function githubProvider(options: GithubOptions): Provider {
  const { id, name = 'GitHub' } = options
  return {
    id,
    name,
    async authorizationUrl(round) {
      return authorizationUrl(options, round)
    },
    identityOf: (answer, round) =>
      within(
        name,
        () => new Login(options, name).identityOf(answer, round),
        (error) => errorOf(name, error),
      ),
    async logoutUrl() {
      return null
    },
  }
}

function baseOf({ url = GITHUB }: GithubOptions): string {
  return url.replace(/\/+$/, '')
}

function authorizationUrl(options: GithubOptions, { redirectUri, state, verifier }: Round): URL {
  const url = new URL(`${baseOf(options)}/login/oauth/authorize`)
  url.search = new URLSearchParams({
    ...{ client_id: options.clientId, redirect_uri: redirectUri, scope: SCOPE, state, allow_signup: 'false' },
    ...{ code_challenge_method: 'S256', code_challenge: createHash('sha256').update(verifier).digest('base64url') },
  }).toString()
  return url
}

/** The requests of one log-in. */
class Login {
  readonly #options: GithubOptions
  readonly #name: string
  readonly #signal = AbortSignal.timeout(WITHIN_MS)

  constructor(options: GithubOptions, name: string) {
    this.#options = options
    this.#name = name
  }

  async identityOf(answer: URLSearchParams, round: Round): Promise<ProvidedIdentity> {
    const error = answer.get('error')
    if (error !== null) throw refusedError(this.#name, error, answer.get('error_description'))
    const code = answer.get('code')
    if (!code) throw invalidError(this.#name, 'the callback has no code')
    const token = await this.#tokenFor(code, round)
    const user = await this.#api(token, 'user')
    if (!isObject(user) || !Number.isSafeInteger(user.id)) throw invalidError(this.#name, 'the user has no id')
    return identityFrom(user, 'login', {
      ...{ issuer: baseOf(this.#options), subject: String(user.id), groups: await this.#groups(token) },
    })
  }

  async #tokenFor(code: string, { redirectUri, verifier }: Round): Promise<string> {
    const { clientId, clientSecret } = this.#options
    const body = new URLSearchParams({
      ...{ client_id: clientId, client_secret: clientSecret, code },
      ...{ redirect_uri: redirectUri, code_verifier: verifier },
    })
    const answer = await this.#json(`${baseOf(this.#options)}/login/oauth/access_token`, { method: 'POST', body })
    const { error, error_description: description, access_token: token } = isObject(answer) ? answer : {}
    // With status 200.
    if (typeof error === 'string')
      throw refusedError(this.#name, error, typeof description === 'string' ? description : null)
    if (typeof token !== 'string' || token === '') throw invalidError(this.#name, 'the answer has no access token')
    return token
  }

  /** `acme` and `acme/platform`. */
  async #groups(token: string): Promise<readonly string[]> {
    const [orgs, teams] = await Promise.all([this.#list(token, 'user/orgs'), this.#list(token, 'user/teams')])
    const counted = this.#options.orgs?.map((org) => org.toLowerCase())
    const isCounted = (org: unknown): org is string =>
      typeof org === 'string' && (counted?.includes(org.toLowerCase()) ?? true)
    const ofTeams = teams.flatMap(({ slug, organization }) => {
      const org = isObject(organization) ? organization.login : undefined
      return isCounted(org) && typeof slug === 'string' ? [`${org}/${slug}`] : []
    })
    return groupsIn([...orgs.flatMap(({ login }) => (isCounted(login) ? [login] : [])), ...ofTeams])
  }

  async #list(token: string, path: string): Promise<readonly Fields[]> {
    const all: Fields[] = []
    for (let page = 1; page <= MAX_PAGES; page++) {
      const items = await this.#api(token, `${path}?per_page=${PAGE_SIZE}&page=${page}`)
      if (!Array.isArray(items)) throw invalidError(this.#name, `${path} is no list`)
      all.push(...items.filter(isObject))
      if (items.length < PAGE_SIZE) break
    }
    return all
  }

  #api(token: string, path: string): Promise<unknown> {
    const base = baseOf(this.#options)
    const api = base === GITHUB ? 'https://api.github.com' : `${base}/api/v3`
    return this.#json(`${api}/${path}`, { headers: { authorization: `Bearer ${token}` } })
  }

  async #json(url: string, init: RequestInit): Promise<unknown> {
    const headers = { accept: 'application/json', 'user-agent': 'quasar', 'x-github-api-version': '2022-11-28' }
    // A redirect would get the secret.
    const more = { redirect: 'manual', signal: this.#signal } as const
    const answer = await fetch(url, { ...init, ...more, headers: { ...headers, ...init.headers } })
    const { pathname } = new URL(url)
    if (answer.status === 401 || answer.status === 403)
      throw refusedError(this.#name, `status ${answer.status}`, `for ${pathname}`)
    if (!answer.ok) throw awayError(this.#name, `status ${answer.status} for ${pathname}`)
    try {
      return await answer.json()
    } catch {
      throw awayError(this.#name, `the answer to ${pathname} is no JSON`)
    }
  }
}

/** A request that got no answer. */
function errorOf(name: string, error: unknown): SsoError {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return awayError(name, [message, cause instanceof Error ? cause.message : null].filter(Boolean).join(': '))
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
