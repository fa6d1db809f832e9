import type { Origin } from '../../http/context.js'
import type { Principal } from '../../http/principal.js'
import { bare } from '../../http/responses.js'
import { isSameOrigin } from '../../http/same-origin.js'
import type { Guessing } from '../guesses/limit.js'
import { later, tooManyWords } from '../guesses/too-many.js'
import type { Accounts } from './accounts.js'
import { PasswordCheck } from './check.js'
import { cookieOf, DEVICE, DEVICE_LIFE_S, FORM, SESSION } from './cookies.js'
import { FOREIGN, type Forms, html, isGet, notAllowed, readForm } from './forms.js'
import { type LoginWay, loginPage, logoutPage } from './page.js'
import { seeOther } from './redirect.js'
import type { Credentials, Signer } from './signer.js'
import { LOGIN_CSS } from './style.js'

const CSS = { 'content-type': 'text/css; charset=utf-8' }
const WRONG = 'Name or password is wrong.'
const AWAY = 'The database of users does not answer. Please try again.'

/** What someone did at the pages to log in. */
export interface Access {
  /** `set password`: by a one-time link. @default 'log in' */
  readonly action?: 'log in' | 'log out' | 'set password'
  readonly address: string
  /** `password`, `link`, or the name of a provider. */
  readonly via: string
  /** Absent after a failed log-in. */
  readonly role?: string | undefined
}

/** Gets a log-in, or one that failed for a known user or identity, and a log-out. Never rejects. */
export type OnLogin = (name: string, access: Access, ok: boolean) => Promise<void>

export interface LoginParts<User extends Credentials> extends Guessing {
  readonly accounts: Accounts<User>
  readonly signer: Signer
  readonly forms: Forms
  /** Ways to log in besides a password. */
  readonly ways?: readonly LoginWay[]
  readonly onLogin?: OnLogin
  /** The page that leads a user on who logged out here; null: none. @param via how the session began */
  readonly leave?: (request: Request, origin: Origin, via: string) => Promise<Response | null>
}

/** The pages to log in and to log out. */
export class Login<User extends Credentials> {
  readonly #parts: LoginParts<User>
  readonly #passwords: PasswordCheck

  constructor(parts: LoginParts<User>) {
    this.#parts = parts
    this.#passwords = new PasswordCheck(parts.accounts.hashes)
  }

  principalOf(request: Request): Promise<Principal | null> {
    return this.#parts.accounts.principalOf(cookieOf(request, SESSION))
  }

  style(request: Request): Response {
    return isGet(request) ? new Response(LOGIN_CSS, { headers: CSS }) : notAllowed('GET, HEAD')
  }

  async login(request: Request, origin: Origin): Promise<Response> {
    if (request.method === 'POST') return this.#tryLogin(request, origin)
    if (!isGet(request)) return notAllowed('GET, HEAD, POST')
    const { searchParams } = new URL(request.url)
    const next = searchParams.get('next')
    return (await this.principalOf(request)) ? seeOther(safeNext(next)) : this.show(request, 200, { next })
  }

  async logout(request: Request, origin: Origin): Promise<Response> {
    const token = cookieOf(request, SESSION)
    const { accounts, signer, forms, leave, addressOf, onLogin } = this.#parts
    const { user, role, via = '' } = (await accounts.principalOf(token)) ?? {}
    if (!isGet(request) && request.method !== 'POST') return notAllowed('GET, HEAD, POST')
    if (!token || !user) return seeOther('./login')
    if (isGet(request)) return html(200, logoutPage(signer.formToken(token), user))
    const form = await readForm(request)
    if (!isSameOrigin(request) || !signer.isFormToken(form?.get('token') ?? '', token)) return bare(403)
    await accounts.end(token)
    await onLogin?.(user, { action: 'log out', address: addressOf(request, origin), via, role }, true)
    const answer = (await leave?.(request, origin, via)) ?? seeOther('./login')
    answer.headers.append('set-cookie', forms.cookie(request, SESSION, '', 0))
    return answer
  }

  /** @param next where to go afterwards, below the mount */
  async enter(request: Request, origin: Origin, user: User, next: string | null): Promise<Response> {
    const answer = seeOther(safeNext(next))
    await this.begin(request, origin, user, 'password', answer)
    return answer
  }

  /** Begins a session, whose cookies the response sets. */
  async begin(request: Request, origin: Origin, user: User, via: string, answer: Response): Promise<void> {
    const { accounts, signer, forms, addressOf, onLogin } = this.#parts
    const address = addressOf(request, origin)
    const token = await accounts.start(user, { via, address, agent: agentOf(request) })
    answer.headers.append('set-cookie', forms.cookie(request, SESSION, token, accounts.maxAge))
    answer.headers.append('set-cookie', forms.cookie(request, FORM, '', 0))
    answer.headers.append('set-cookie', forms.cookie(request, DEVICE, signer.newDevice(user), DEVICE_LIFE_S))
    await onLogin?.(user.name, { address, via, role: (await accounts.principalOf(token))?.role }, true)
  }

  show(
    request: Request,
    status: number,
    { next = '', name = '', problem = null }: { next?: string | null; name?: string; problem?: string | null },
  ): Response {
    const { forms, ways = [] } = this.#parts
    return forms.show(request, status, (token) =>
      loginPage({ token, next: next ?? '', name: name.slice(0, 100), problem, ways }),
    )
  }

  async #tryLogin(request: Request, origin: Origin): Promise<Response> {
    const form = await this.#parts.forms.read(request)
    const { name = '', password = '', next = '' } = form ?? {}
    const again = (status: number, problem: string) => this.show(request, status, { next, name, problem })
    if (!form) return again(403, FOREIGN)
    if (name.length > 100 || password.length > 1_000) return again(401, WRONG)
    try {
      return await this.#check(request, origin, { name, password, next }, again)
    } catch {
      return later(again(503, AWAY), 1_000)
    }
  }

  async #check(
    request: Request,
    origin: Origin,
    { name, password, next }: { readonly name: string; readonly password: string; readonly next: string },
    again: (status: number, problem: string) => Response,
  ): Promise<Response> {
    const { accounts, signer, limit, addressOf, onLogin } = this.#parts
    const address = addressOf(request, origin)
    const found = await accounts.find(name)
    const device = signer.deviceOf(found, cookieOf(request, DEVICE))
    // An unknown name may be a password in the wrong field: it is not logged.
    const label = found ? `"${found.name}"` : 'an unknown name'
    const attempt = await limit.begin({ account: found?.name ?? name, label, address, device })
    if (attempt.wait > 0) return later(again(429, tooManyWords(attempt.wait)), attempt.wait)
    const isRight = await this.#passwords.ask(found, password, attempt.isKnown)
    if (isRight === 'busy') {
      await attempt.withdraw()
      return later(again(503, 'Too many log-ins at once. Please try again.'), 1_000)
    }
    if (found && isRight) {
      await attempt.succeed()
      return this.enter(request, origin, found, next)
    }
    limit.note(`Zenith: a log-in failed, of ${label} from ${address}`)
    if (found) await onLogin?.(found.name, { address, via: 'password' }, false)
    return again(401, WRONG)
  }
}

const MAX_AGENT_CHARS = 300

export function agentOf({ headers }: Request): string {
  return (headers.get('user-agent') ?? '').slice(0, MAX_AGENT_CHARS)
}

/**
 * Where to go after the log-in: a path and a query below the mount, relative to it, such as `./?service=shop`. A target anywhere else is
 * replaced by the page itself.
 */
export function safeNext(next: string | null): string {
  const mount = 'http://zenith.invalid/m/'
  if (next === null || next.length > 1_000 || !URL.canParse(`./${next}`, mount)) return './'
  const { origin, pathname, search } = new URL(`./${next}`, mount)
  const isInside = origin === 'http://zenith.invalid' && pathname.startsWith('/m/')
  const path = pathname.slice('/m/'.length)
  return isInside && !/^(login|logout|join|callback)$/.test(path) ? `./${path}${search}` : './'
}
