/** Allows loading and connecting only to this server, and no framing. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** For a page that is a single form, without scripts. */
const FORM_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** With `no-referrer` a browser sends `Origin: null` with a form, and its origin would be unknown. */
export const FORM_HEADERS = {
  'content-security-policy': FORM_POLICY,
  'referrer-policy': 'same-origin',
} as const

const DEFAULTS: readonly (readonly [name: string, value: string])[] = [
  ['content-security-policy', CONTENT_SECURITY_POLICY],
  ['cross-origin-resource-policy', 'same-origin'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['cache-control', 'no-store'],
]

/** Sets the headers of all responses. Headers that a handler has set stay. */
export function secured(response: Response): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of DEFAULTS) if (!headers.has(name)) headers.set(name, value)
  return new Response(response.body, { status: response.status, headers })
}
