import { randomBytes } from 'node:crypto'
import { FORM_HEADERS } from '../../http/headers.js'
import { bare } from '../../http/responses.js'
import { isSameOrigin } from '../../http/same-origin.js'
import { cameByHttps, cookieOf, FORM, setCookie } from './cookies.js'
import type { Signer } from './signer.js'

const HTML = { ...FORM_HEADERS, 'content-type': 'text/html; charset=utf-8' }
const MAX_BYTES = 8 * 1024
const TYPE = 'application/x-www-form-urlencoded'

export const FOREIGN =
  'This form did not come from this page, or it is an old one. Please try again; cookies have to be allowed.'

/** Pages that are one form, before there is a session. */
export class Forms {
  readonly #signer: Signer
  readonly #secureCookies: 'auto' | boolean

  constructor(signer: Signer, secureCookies: 'auto' | boolean = 'auto') {
    this.#signer = signer
    this.#secureCookies = secureCookies
  }

  /** A page whose form brings back a token that is bound to a cookie. @param make HTML */
  show(request: Request, status: number, make: (token: string) => string): Response {
    // The cookie that another tab's form is bound to stays.
    const cookie = cookieOf(request, FORM) ?? randomBytes(18).toString('base64url')
    const answer = html(status, make(this.#signer.formToken(cookie)))
    answer.headers.append('set-cookie', this.cookie(request, FORM, cookie, null))
    return answer
  }

  /** The fields of a form of ours; null for one of another site, or of no page at all. */
  async read(request: Request): Promise<Readonly<Record<string, string>> | null> {
    const fields: Readonly<Record<string, string>> = Object.fromEntries((await readForm(request)) ?? [])
    const cookie = cookieOf(request, FORM)
    const isOwn = cookie !== null && isSameOrigin(request) && this.#signer.isFormToken(fields.token ?? '', cookie)
    return isOwn ? fields : null
  }

  /** @param more `isHttps`: whether the browser is known to use it */
  cookie(
    request: Request,
    name: string,
    value: string,
    maxAge: number | null,
    { isHttps = cameByHttps(request), isLax = false }: { readonly isHttps?: boolean; readonly isLax?: boolean } = {},
  ): string {
    const isSecure = this.#secureCookies === 'auto' ? isHttps : this.#secureCookies
    return setCookie(name, value, { isSecure, maxAge, isLax })
  }
}

export function isGet({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

export function html(status: number, body: string): Response {
  return new Response(body, { status, headers: HTML })
}

export function notAllowed(methods: string): Response {
  const answer = bare(405)
  answer.headers.set('allow', methods)
  return answer
}

/** The fields of a form; null if the body is no form, or too long. */
export async function readForm(request: Request): Promise<URLSearchParams | null> {
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
