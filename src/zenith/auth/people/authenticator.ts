import { TOKEN_START } from '../../../people/secrets.js'
import type { People } from '../../../people/service/people.js'
import type { Logger } from '../../../ports/index.js'
import type { Origin } from '../../http/context.js'
import type { PageUrlOf } from '../../http/page-url.js'
import type { Authenticator, Principal } from '../../http/principal.js'
import { problem, text, unauthorized, wantsHtml } from '../../http/responses.js'
import type { SigningSecret } from '../../http/signing-secret.js'
import type { Guessing } from '../guesses/limit.js'
import { later, tooMany } from '../guesses/too-many.js'
import { behindLogin } from '../login/authenticator.js'
import { Forms } from '../login/forms.js'
import { Login, type OnLogin } from '../login/login.js'
import { Signer } from '../login/signer.js'
import { Sso } from '../sso/sso.js'
import { PeopleAccounts, principalOf } from './accounts.js'
import { Join } from './join.js'
import type { PeopleAuthOptions } from './options.js'

export interface PeopleAuthenticatorOptions extends Guessing {
  readonly people: People
  readonly options: PeopleAuthOptions
  readonly signing: SigningSecret
  readonly onLogin: OnLogin
  readonly pageUrlOf: PageUrlOf
  readonly logger: Logger | undefined
}

/** Allows users of the database with a session, and programs with a token `qz_…`. */
export function peopleAuthenticator({
  people,
  options,
  signing,
  onLogin,
  pageUrlOf,
  logger,
  ...guessing
}: PeopleAuthenticatorOptions): Authenticator {
  const signer = new Signer(signing)
  const forms = new Forms(signer, options.secureCookies)
  const accounts = new PeopleAccounts(people)
  const { sso: providers = [] } = options
  const sso = new Sso({ people, providers, signer, forms, pageUrlOf, onLogin, ...guessing })
  const login = new Login({
    ...{ accounts, signer, forms, onLogin, ...guessing },
    ways: sso.ways,
    leave: (request, origin, via) => sso.leave(request, origin, '/logout', via),
  })
  const bySession = behindLogin(login)
  const join = new Join({
    ...{ people, forms, onLogin, ...guessing },
    async enter(request, origin, id, answer) {
      const user = (await people.directory()).get('user', id)
      const found = user && (await accounts.find(user.name))
      if (found) await login.begin(request, origin, found, 'link', answer)
    },
  })

  async function authenticate(request: Request, origin: Origin, path: string): Promise<Principal | Response> {
    const token = tokenOf(request)
    if (token !== null) return byToken(token, guessing.addressOf(request, origin))
    if (path === '/join') return join.answer(request, origin)
    if (path === '/callback') return sso.finish(request, origin)
    if (path === '/login' && isWithProvider(request)) return sso.begin(request, origin, path)
    return bySession(request, origin, path)
  }

  /** Unknown tokens count as guesses. A right one is never refused, because 256 bits cannot be guessed. */
  async function byToken(token: string, address: string): Promise<Principal | Response> {
    const look = () => people.byToken(token)
    const bearer = await look()
    if (bearer) return { ...principalOf(bearer, bearer.via, look), isProgram: true }
    const { wait } = await guessing.limit.begin({ account: '\0token', label: 'a token', address, device: null })
    return wait > 0 ? tooMany(wait) : unauthorized('Bearer realm="Zenith"')
  }

  return async (request, origin, path) => {
    try {
      await signing.ready()
      return await authenticate(request, origin, path)
    } catch (error) {
      logger?.error(`Zenith could not read its users: ${error instanceof Error ? error.message : error}`)
      return unavailable(request)
    }
  }
}

const AWAY = 'The database of users does not answer. Please try again.'

function unavailable(request: Request): Response {
  const answer = wantsHtml(request) ? text(503, AWAY) : problem(503, 'people_unavailable', AWAY)
  return later(answer, 2_000)
}

/** The form is sent to the URL of its page, which may have it, too. */
function isWithProvider({ method, url }: Request): boolean {
  return method !== 'POST' && new URL(url).searchParams.has('with')
}

function tokenOf({ headers }: Request): string | null {
  const [scheme = '', token = ''] = (headers.get('authorization') ?? '').trim().split(/ +/, 2)
  return scheme.toLowerCase() === 'bearer' && token.startsWith(TOKEN_START) ? token : null
}
