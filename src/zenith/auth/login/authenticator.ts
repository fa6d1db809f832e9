import { randomBytes } from 'node:crypto'
import { serveAsset } from '../../assets/index.js'
import type { Origin } from '../../http/context.js'
import { FORM_HEADERS } from '../../http/headers.js'
import { type Authenticator, principal } from '../../http/principal.js'
import { bare, unauthorized, wantsHtml } from '../../http/responses.js'
import { isSameOrigin } from '../../http/same-origin.js'
import type { Guessing } from '../guesses/limit.js'
import { later, tooManyWords } from '../guesses/too-many.js'
import { PasswordCheck } from './check.js'
import { cameByHttps, cookieOf, DEVICE, DEVICE_LIFE_S, FORM, SESSION, setCookie } from './cookies.js'
import type { LoginOptions, LoginUser } from './options.js'
import { loginPage, logoutPage } from './page.js'
import { seeOther, toLogin } from './redirect.js'
import { Sessions } from './sessions.js'
import { LOGIN_CSS } from './style.js'

const HTML = { ...FORM_HEADERS, 'content-type': 'text/html; charset=utf-8' }
const CSS = { 'content-type': 'text/css; charset=utf-8' }

const FOREIGN =
  'This form did not come from this page, or it is an old one. Please try again; cookies have to be allowed.'
const WRONG = 'Name or password is wrong.'

/** Allows requests with a session. Without one, only the pages to log in and to log out are served. */
export function loginAuthenticator(options: LoginOptions, guessing: Guessing): Authenticator {
  const login = new Login(options, guessing)
  return async (request, origin, path) => {
    if (path === '/login.css') return login.style(request)
    if (path === '/favicon.svg') return (await serveAsset('favicon.svg', request)) ?? bare(404)
    if (path === '/login') return login.login(request, origin)
    if (path === '/logout') return login.logout(request)
    const user = login.userOf(request)
    if (user) return { ...principal(user.name, user.role ?? 'viewer'), canLogOut: true }
    return isPage(request, path) ? toLogin(request, origin, path) : unauthorized('Session realm="Zenith"')
  }
}

function isPage(request: Request, path: string): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return isRead && wantsHtml(request) && path !== '/api' && !path.startsWith('/api/')
}

class Login {
  readonly #options: LoginOptions
  readonly #guessing: Guessing
  readonly #sessions: Sessions
  readonly #passwords: PasswordCheck

  constructor(options: LoginOptions, guessing: Guessing) {
    this.#options = options
    this.#guessing = guessing
    this.#sessions = new Sessions(options)
    this.#passwords = new PasswordCheck(options.users)
  }

  userOf(request: Request): LoginUser | null {
    return this.#sessions.userOf(cookieOf(request, SESSION))
  }

  style(request: Request): Response {
    return isGet(request) ? new Response(LOGIN_CSS, { headers: CSS }) : notAllowed('GET, HEAD')
  }

  async login(request: Request, origin: Origin): Promise<Response> {
    if (request.method === 'POST') return this.#tryLogin(request, origin)
    if (!isGet(request)) return notAllowed('GET, HEAD, POST')
    const next = new URL(request.url).searchParams.get('next')
    return this.userOf(request) ? seeOther(safeNext(next)) : this.#showLogin(request, 200, { next })
  }

  async logout(request: Request): Promise<Response> {
    const token = cookieOf(request, SESSION)
    const user = this.#sessions.userOf(token)
    if (!isGet(request) && request.method !== 'POST') return notAllowed('GET, HEAD, POST')
    if (!token || !user) return seeOther('./login')
    if (isGet(request)) return html(200, logoutPage(this.#sessions.formToken(token), user.name))
    const form = await readForm(request)
    if (!isSameOrigin(request) || !this.#sessions.isFormToken(form?.get('token') ?? '', token)) return bare(403)
    this.#sessions.end(token)
    const answer = seeOther('./login')
    answer.headers.append('set-cookie', this.#cookie(request, SESSION, '', 0))
    return answer
  }

  async #tryLogin(request: Request, origin: Origin): Promise<Response> {
    const form = await readForm(request)
    const { name = '', password = '', token = '', next = '' } = Object.fromEntries(form ?? [])
    const again = (status: number, problem: string) => this.#showLogin(request, status, { next, name, problem })
    const cookie = cookieOf(request, FORM)
    if (!cookie || !isSameOrigin(request) || !this.#sessions.isFormToken(token, cookie)) return again(403, FOREIGN)
    if (name.length > 100 || password.length > 1_000) return again(401, WRONG)
    const address = this.#guessing.addressOf(request, origin)
    const device = this.#sessions.deviceOf(name, cookieOf(request, DEVICE))
    const attempt = await this.#guessing.limit.begin({ account: name, label: this.#labelOf(name), address, device })
    if (attempt.wait > 0) return later(again(429, tooManyWords(attempt.wait)), attempt.wait)
    const user = await this.#passwords.ask(name, password, attempt.isKnown)
    if (user === 'busy') {
      await attempt.withdraw()
      return later(again(503, 'Too many log-ins at once. Please try again.'), 1_000)
    }
    if (!user) {
      this.#guessing.limit.note(`Zenith: a log-in failed, of ${this.#labelOf(name)} from ${address}`)
      return again(401, WRONG)
    }
    await attempt.succeed()
    return this.#enter(request, user, next)
  }

  #enter(request: Request, user: LoginUser, next: string): Response {
    const answer = seeOther(safeNext(next))
    const token = this.#sessions.start(user)
    answer.headers.append('set-cookie', this.#cookie(request, SESSION, token, this.#sessions.maxAge))
    answer.headers.append('set-cookie', this.#cookie(request, FORM, '', 0))
    answer.headers.append('set-cookie', this.#cookie(request, DEVICE, this.#sessions.newDevice(user), DEVICE_LIFE_S))
    return answer
  }

  #showLogin(
    request: Request,
    status: number,
    { next = '', name = '', problem = null }: { next?: string | null; name?: string; problem?: string | null },
  ): Response {
    // The cookie that another tab's form is bound to stays.
    const cookie = cookieOf(request, FORM) ?? randomBytes(18).toString('base64url')
    const token = this.#sessions.formToken(cookie)
    const answer = html(status, loginPage({ token, next: next ?? '', name: name.slice(0, 100), problem }))
    answer.headers.append('set-cookie', this.#cookie(request, FORM, cookie, null))
    return answer
  }

  #cookie(request: Request, name: string, value: string, maxAge: number | null): string {
    const { secureCookies = 'auto' } = this.#options
    const isSecure = secureCookies === 'auto' ? cameByHttps(request) : secureCookies
    return setCookie(name, value, { isSecure, maxAge })
  }

  /** An unknown name may be a password in the wrong field: it is not logged. */
  #labelOf(name: string): string {
    const known = this.#passwords.knownName(name)
    return known === null ? 'an unknown name' : `"${known}"`
  }
}

function isGet({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

function html(status: number, body: string): Response {
  return new Response(body, { status, headers: HTML })
}

function notAllowed(methods: string): Response {
  const answer = bare(405)
  answer.headers.set('allow', methods)
  return answer
}

const MAX_BYTES = 8 * 1024
const TYPE = 'application/x-www-form-urlencoded'

/** The fields of a form; null if the body is no form, or too long. */
async function readForm(request: Request): Promise<URLSearchParams | null> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== TYPE || !request.body) return null
  const text = await readShort(request.body)
  return text === null ? null : new URLSearchParams(text)
}

async function readShort(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of body) {
      size += part.byteLength
      if (size > MAX_BYTES) return null
      parts.push(part)
    }
  } catch {
    // The client disconnected meanwhile.
    return null
  }
  return Buffer.concat(parts).toString('utf8')
}

/**
 * Where to go after the log-in: a path and a query below the mount, relative to it, such as `./?service=shop`. A target anywhere else is
 * replaced by the page itself.
 */
function safeNext(next: string | null): string {
  const mount = 'http://zenith.invalid/m/'
  if (next === null || next.length > 1_000 || !URL.canParse(`./${next}`, mount)) return './'
  const { origin, pathname, search } = new URL(`./${next}`, mount)
  const isInside = origin === 'http://zenith.invalid' && pathname.startsWith('/m/')
  const path = pathname.slice('/m/'.length)
  return isInside && !/^(login|logout)$/.test(path) ? `./${path}${search}` : './'
}
