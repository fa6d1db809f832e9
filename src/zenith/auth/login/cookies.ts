/** Who is logged in. */
export const SESSION = 'quasar_session'
/** What the log-in form is tied to before there is a session. */
export const FORM = 'quasar_form'
/** Which user logged in by this browser before. It opens nothing: wrong guesses of others don't keep it from trying. */
export const DEVICE = 'quasar_device'
/** Seconds: 90 days. */
export const DEVICE_LIFE_S = 90 * 24 * 3_600

export function cookieOf(request: Request, name: string): string | null {
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const [key = '', value = ''] = pair.trim().split('=', 2)
    if (key === name && /^[\w.-]{1,1000}$/.test(value)) return value
  }
  return null
}

export interface CookieOptions {
  readonly isSecure: boolean
  /** Seconds; 0 removes it; null: until the browser ends. */
  readonly maxAge: number | null
  /** @default the folder of what was asked for */
  readonly path?: string
}

/**
 * Without `path` a browser takes the folder of what it asked for, `/ops/quasar` for `/ops/quasar/login`. That is the
 * mount's path as the browser sees it, whatever a proxy in between has made of it.
 */
export function setCookie(name: string, value: string, { isSecure, maxAge, path }: CookieOptions): string {
  const expiry = maxAge === null ? '' : `; Max-Age=${maxAge}`
  const place = path === undefined ? '' : `; Path=${path}`
  return `${name}=${value}${expiry}${place}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

/**
 * Whether the browser came by https. Headers that somebody forges make at most a cookie that their own browser keeps back.
 */
export function cameByHttps(request: Request): boolean {
  const forwarded = request.headers.get('x-forwarded-proto')?.split(',', 1)[0]?.trim().toLowerCase()
  const origin = request.headers.get('origin') ?? ''
  return forwarded === 'https' || origin.startsWith('https://') || new URL(request.url).protocol === 'https:'
}
