/** The session. */
export const SESSION = 'quasar_session'
/** Binds the log-in form before there is a session. */
export const FORM = 'quasar_form'
/** A log-in that is at a provider. */
export const SSO = 'quasar_sso'
/** The user that last logged in with this browser. It grants no access, but wrong guesses of others do not lock this browser out. */
export const DEVICE = 'quasar_device'
/** Seconds: 90 days. */
export const DEVICE_LIFE_S = 90 * 24 * 3_600

export function cookieOf(request: Request, name: string): string | null {
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const [key = '', value = ''] = pair.trim().split('=', 2)
    if (key === name && /^[\w.-]{1,3500}$/.test(value)) return value
  }
  return null
}

export interface CookieOptions {
  readonly isSecure: boolean
  /** Seconds; 0 removes the cookie; null: until the browser closes. */
  readonly maxAge: number | null
  /** @default the folder of the requested path */
  readonly path?: string
  /** Whether the browser sends it also when a link of another site is followed. @default false */
  readonly isLax?: boolean
}

/**
 * Without `path` a browser uses the folder of the requested path, `/ops/quasar` for `/ops/quasar/login`. That is the mount's path as the
 * browser sees it, whatever a proxy in between rewrites.
 */
export function setCookie(
  name: string,
  value: string,
  { isSecure, maxAge, path, isLax = false }: CookieOptions,
): string {
  const expiry = maxAge === null ? '' : `; Max-Age=${maxAge}`
  const place = path === undefined ? '' : `; Path=${path}`
  return `${name}=${value}${expiry}${place}; HttpOnly; SameSite=${isLax ? 'Lax' : 'Strict'}${isSecure ? '; Secure' : ''}`
}

/** Whether the browser used https. A client that forges these headers at most gets a cookie that its own browser withholds. */
export function cameByHttps(request: Request): boolean {
  const forwarded = request.headers.get('x-forwarded-proto')?.split(',', 1)[0]?.trim().toLowerCase()
  const origin = request.headers.get('origin') ?? ''
  return forwarded === 'https' || origin.startsWith('https://') || new URL(request.url).protocol === 'https:'
}
