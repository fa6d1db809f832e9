import type { Origin } from '../../http/context.js'
import { whyNotLocal } from '../../http/loopback.js'
import type { Authenticator } from '../../http/principal.js'
import { principal } from '../../http/principal.js'
import { json } from '../../http/responses.js'
import type { SigningSecret } from '../../http/signing-secret.js'
import type { Guessing } from '../guesses/limit.js'
import { later, tooManyWords } from '../guesses/too-many.js'
import { cameByHttps, cookieOf, setCookie } from '../login/cookies.js'
import { seeOther } from '../login/redirect.js'
import { Sessions } from '../login/sessions.js'
import { Signer } from '../login/signer.js'
import { LINK_PATH, type LinkAuth, type LinkState, type LoginLink } from './link.js'
import { ASK_HEADERS, askPage } from './page.js'

/** A user who can read this machine's terminal has all permissions on it. */
const OWNER = principal(null, 'admin', 'link')
/** A week, in hours: a new link is easy to get. */
const SESSION_HOURS = 168
/** No user: the subject that a link's session is signed for. */
const HOLDER = { name: 'link', password: 'link', role: 'admin' } as const

const SAYS: Readonly<Record<Exclude<LinkState, 'opened'>, string>> = {
  used: 'This link was used already. A link works once.',
  expired: 'This link has expired. A link works for 15 minutes, and a newer one ends it.',
  unknown: 'This link is none of this Zenith: it may have been restarted since.',
}
const SCRIPTS = 'For scripts, start it with a bearer token (QUASAR_BEARER) or a user and a password.'

type LinkAuthenticatorOptions = Guessing & { readonly signing: SigningSecret }

/**
 * Allows the browser of this machine that opened the link. All other requests except the link itself get 401. A session allows only
 * requests from this machine.
 */
export function linkAuthenticator(
  { link }: LinkAuth,
  { signing, ...guessing }: LinkAuthenticatorOptions,
): Authenticator {
  const sessions = new Sessions({ users: [HOLDER], sessionHours: SESSION_HOURS }, new Signer(signing), null)

  async function open(request: Request, origin: Origin, path: string, isKnown: boolean): Promise<Response> {
    const state = isOpening(request) ? link.spend(path.slice(LINK_PATH.length + 1)) : null
    if (state === 'opened') return enter(request, origin, path, sessions)
    if (isKnown) return seeOther(UP)
    const wait = state === 'unknown' ? await waitOf(request, origin, guessing) : 0
    if (wait > 0) return later(refuse(request, path, link, tooManyWords(wait), 429), wait)
    return refuse(request, path, link, state && SAYS[state])
  }

  return async (request, origin, path) => {
    const why = whyNotLocal(request, origin)
    if (why !== null) return refuse(request, path, link, notHere(why))
    const isKnown = sessions.userOf(cookieOf(request, cookieName(request))) !== null
    if (path.startsWith(`/${LINK_PATH}`)) return open(request, origin, path, isKnown)
    return isKnown ? OWNER : refuse(request, path, link, null)
  }
}

/** Wrong tokens count as guesses. A right one is never refused, because 256 bits cannot be guessed. @returns ms */
async function waitOf(request: Request, origin: Origin, { limit, addressOf }: Guessing): Promise<number> {
  const guess = { account: '\0link', label: 'the link', address: addressOf(request, origin), device: null }
  return (await limit.begin(guess)).wait
}

/** From the link to the mount, relative: correct behind any proxy. */
const UP = '../../'

/** A prefetch or a HEAD request is not the user opening the link. */
function isOpening({ method, headers }: Request): boolean {
  const purpose = `${headers.get('sec-purpose')} ${headers.get('purpose')} ${headers.get('x-moz')}`
  return method === 'GET' && !/prefetch|prerender|preview/i.test(purpose)
}

function enter(request: Request, origin: Origin, path: string, sessions: Sessions): Response {
  const answer = seeOther(UP)
  const options = { isSecure: cameByHttps(request), maxAge: sessions.maxAge, path: mountOf(origin, path) }
  answer.headers.append('set-cookie', setCookie(cookieName(request), sessions.tokenFor(HOLDER), options))
  return answer
}

/** Browsers send cookies of one port to all others of the host: with one name, two Zeniths would end each other's sessions. */
function cookieName(request: Request): string {
  const port = /:(\d{1,5})$/.exec(request.headers.get('host') ?? new URL(request.url).host)?.[1]
  return `quasar_link_${port ?? '80'}`
}

function mountOf({ path: asked }: Origin, path: string): string {
  const mount = asked?.endsWith(path) ? asked.slice(0, -path.length) : ''
  return /^(\/[\w.~%-]+)+$/.test(mount) ? mount : '/'
}

function notHere(why: string): string {
  return `Zenith answers this machine alone, and refused this request because ${why}. To let others in, start it with a user and a password (--auth-user), a bearer token (--bearer), or the option \`auth\`.`
}

/** A browser gets a page, a program JSON. */
function refuse(request: Request, path: string, { where }: LoginLink, problem: string | null, status = 401): Response {
  const advice = [where, SCRIPTS]
  const answer = isProgram(request, path)
    ? json(status, {
        error: {
          code: status === 429 ? 'too_many_guesses' : 'unauthorized',
          message: [problem ?? 'Zenith opens by a link.', ...advice].join(' '),
        },
      })
    : new Response(askPage({ problem, advice, isAgain: isFromElsewhere(request) }), {
        status,
        headers: ASK_HEADERS,
      })
  answer.headers.set('www-authenticate', 'Session realm="Zenith"')
  return answer
}

function isProgram(request: Request, path: string): boolean {
  const accept = request.headers.get('accept') ?? ''
  return path === '/api' || path.startsWith('/api/') || /application\/json|text\/event-stream/.test(accept)
}

/**
 * A browser does not send a strict cookie if the navigation started on another site, such as the file that `--open` opens, or a chat. If
 * this page requests itself again, the cookie is sent.
 */
function isFromElsewhere({ method, headers }: Request): boolean {
  return (
    method === 'GET' && headers.get('sec-fetch-site') === 'cross-site' && headers.get('sec-fetch-mode') === 'navigate'
  )
}
