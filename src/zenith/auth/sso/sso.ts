import { logInIdentity, type ProvidedIdentity } from '../../../people/changes/identities.js'
import { isPeopleError } from '../../../people/errors.js'
import type { People } from '../../../people/service/people.js'
import type { Origin } from '../../http/context.js'
import type { PageUrlOf } from '../../http/page-url.js'
import type { Guessing } from '../guesses/limit.js'
import { cookieOf, SESSION, SSO } from '../login/cookies.js'
import { type Forms, notAllowed } from '../login/forms.js'
import { agentOf, type OnLogin, safeNext } from '../login/login.js'
import type { LoginWay } from '../login/page.js'
import { seeOther } from '../login/redirect.js'
import { isSame, type Signer } from '../login/signer.js'
import { githubProvider } from './github.js'
import { oidcProvider } from './oidc.js'
import type { SsoOptions } from './options.js'
import { enteredPage, failedPage, leavingPage } from './pages.js'
import { isSsoError, type Provider, type Round, SsoError, type SsoErrorCode } from './provider.js'
import { ROUND_LIFE_S, Rounds } from './rounds.js'

const STALE =
  'This log-in is too old, or it began in another browser or tab. Please try again; cookies have to be allowed.'
const NO_URL =
  'Zenith does not know its own URL, which single sign-on needs: set the option `url` (--url), or trust the proxy in front (`proxies`).'
const STATUS: Readonly<Record<SsoErrorCode, number>> = { away: 502, refused: 403, invalid: 403, setup: 500 }

export interface SsoParts extends Guessing {
  readonly people: People
  readonly providers: readonly SsoOptions[]
  readonly signer: Signer
  readonly forms: Forms
  readonly pageUrlOf: PageUrlOf
  readonly onLogin: OnLogin
}

/** Single sign-on: `GET login?with=ID` leads to a provider, and `GET callback` comes back from it. */
export class Sso {
  /** For the page to log in. */
  readonly ways: readonly LoginWay[]
  readonly #parts: SsoParts
  readonly #providers: readonly Provider[]
  readonly #rounds: Rounds

  constructor(parts: SsoParts) {
    this.#parts = parts
    this.#providers = parts.providers.map((one) => (one.kind === 'github' ? githubProvider(one) : oidcProvider(one)))
    this.#rounds = new Rounds(parts.signer)
    this.ways = this.#providers.map(({ id, name }) => ({ id, name }))
  }

  async begin(request: Request, origin: Origin, path: string): Promise<Response> {
    if (request.method !== 'GET') return notAllowed('GET')
    const { searchParams } = new URL(request.url)
    const provider = this.#providers.find(({ id }) => id === searchParams.get('with'))
    if (!provider) return failedPage(404, 'There is no such way to log in.')
    try {
      const redirectUri = `${this.#pageUrl(request, origin, path)}callback`
      const next = safeNext(searchParams.get('next'))
      const { round, cookie } = this.#rounds.begin({ provider: provider.id, redirectUri, next })
      const answer = seeOther((await provider.authorizationUrl(round)).href)
      answer.headers.append('set-cookie', this.#cookie(request, redirectUri, SSO, cookie, ROUND_LIFE_S))
      return answer
    } catch (error) {
      return this.#failed(request, origin, provider, error)
    }
  }

  async finish(request: Request, origin: Origin): Promise<Response> {
    if (request.method !== 'GET') return notAllowed('GET')
    const { searchParams } = new URL(request.url)
    const round = this.#rounds.read(cookieOf(request, SSO))
    const provider = this.#providers.find(({ id }) => id === round?.provider)
    const [state = '', ...more] = searchParams.getAll('state')
    // What else the query has may be of anyone: nothing of it is used or shown.
    if (!round || !provider || more.length > 0 || !isSame(state, round.state)) return failedPage(400, STALE)
    const answer = await this.#enter(request, origin, { provider, round, answer: searchParams })
    answer.headers.append('set-cookie', this.#cookie(request, round.redirectUri, SSO, '', 0))
    return answer
  }

  /** After the session has ended here. @param via how it began @returns null if the provider has no page to log out */
  async leave(request: Request, origin: Origin, path: string, via: string): Promise<Response | null> {
    const provider = this.#providers.find(({ name }) => name === via)
    const page = provider && this.#parts.pageUrlOf(request, origin, path)
    if (!provider || !page) return null
    const url = await provider.logoutUrl(`${page}login`).catch(() => null)
    return url && leavingPage(url.href, provider.name)
  }

  async #enter(
    request: Request,
    origin: Origin,
    { provider, round, answer }: { provider: Provider; round: Round; answer: URLSearchParams },
  ): Promise<Response> {
    let identity: ProvidedIdentity | null = null
    try {
      identity = await provider.identityOf(answer, round)
      const { people } = this.#parts
      const known = identity
      const id = await people.change((directory, now) => logInIdentity(directory, known, now))
      const user = id === null ? null : (await people.directory()).get('user', id)
      if (!user) return await this.#noAccess(request, origin, provider, identity)
      const address = this.#parts.addressOf(request, origin)
      const token = await people.startSession(user, { via: provider.name, address, agent: agentOf(request) })
      const role = (await people.bySession(token))?.role
      await this.#parts.onLogin(user.name, { address, via: provider.name, role }, true)
      const entered = enteredPage(round.next)
      entered.headers.append(
        'set-cookie',
        this.#cookie(request, round.redirectUri, SESSION, token, people.sessionMs / 1_000),
      )
      return entered
    } catch (error) {
      if (isPeopleError(error)) {
        const address = this.#parts.addressOf(request, origin)
        if (identity) await this.#parts.onLogin(identity.name, { address, via: provider.name }, false)
        return failedPage(403, error.message)
      }
      return this.#failed(request, origin, provider, error)
    }
  }

  async #noAccess(request: Request, origin: Origin, { name }: Provider, identity: ProvidedIdentity): Promise<Response> {
    const { people, addressOf, onLogin } = this.#parts
    const directory = await people.directory()
    const known = directory.identity(identity.issuer, identity.subject)
    const user = known && directory.get('user', known.user)
    const from = { address: addressOf(request, origin), via: name }
    await onLogin(user?.name ?? identity.name, from, false)
    const why = user?.isDisabled ? 'your user is disabled' : 'none of your groups has access'
    return failedPage(403, `${name} knows you as ${identity.name}, but ${why}. Ask an admin of Zenith.`)
  }

  #failed(request: Request, origin: Origin, { name }: Provider, error: unknown): Response {
    if (!isSsoError(error)) throw error
    const { limit, addressOf } = this.#parts
    limit.note(`Zenith: a log-in with ${name} failed, from ${addressOf(request, origin)}: ${error.detail}`)
    return failedPage(STATUS[error.code], error.message)
  }

  #pageUrl(request: Request, origin: Origin, path: string): string {
    const url = this.#parts.pageUrlOf(request, origin, path)
    if (url === null) throw new SsoError('setup', NO_URL, NO_URL)
    return url
  }

  /** Lax: the browser comes back by a navigation that the provider began. That the page is reached by https is known here. */
  #cookie(request: Request, redirectUri: string, name: string, value: string, maxAge: number): string {
    const more = { isLax: name === SSO, ...(redirectUri.startsWith('https:') && { isHttps: true }) }
    return this.#parts.forms.cookie(request, name, value, Math.floor(maxAge), more)
  }
}
